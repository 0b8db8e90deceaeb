import {once} from 'node:events';
import {createServer} from 'node:http';
import {createServer as createHttpsServer} from 'node:https';
import {createServer as createTcpServer, type Server} from 'node:net';
import {networkInterfaces} from 'node:os';
import {describe, expect, it, onTestFinished} from 'vitest';
import {check} from './check-bucket.ts';
import {selfSigned} from './self-signed.ts';

/** The port of a server that stops with the test. */
async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<{destroy(): void}>();
  server.on('connection', socket => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('where there is no way to a bucket, the reason and the remedy are', () => {
  it.each<[string, () => Promise<string>, RegExp, RegExp]>([
    [
      'a port where nothing listens',
      async () => {
        const server = createTcpServer();
        const port = await listening(server);
        server.close();
        await once(server, 'close');
        return `http://127.0.0.1:${port}`;
      },
      /the host can not be reached \(connect ECONNREFUSED/,
      /endpoint.*network/,
    ],
    [
      'a name that there is not',
      async () => 'https://nowhere.invalid',
      /the name of the host can not be resolved \(getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid\)/,
      /endpoint.*network/,
    ],
    [
      'a certificate that nobody trusts',
      async () => `https://127.0.0.1:${await listening(createHttpsServer(selfSigned))}`,
      /the host's certificate is not trusted \(self-signed certificate/,
      /NODE_EXTRA_CA_CERTS/,
    ],
    [
      'a host that speaks no TLS',
      async () => `https://127.0.0.1:${await listening(createServer((_, response) => response.end()))}`,
      /the host does not speak TLS there/,
      /http:\/\/ rather than https:\/\//,
    ],
    [
      'a host that takes connections and says nothing',
      async () => `https://127.0.0.1:${await listening(createTcpServer())}`,
      /no connection to 127\.0\.0\.1:\d+ for 1 s/,
      /firewall/,
    ],
    [
      'a host that hangs up',
      async () => `http://127.0.0.1:${await listening(createTcpServer(socket => socket.destroy()))}`,
      /(socket hang up|ECONNRESET)/,
      /network/,
    ],
    [
      'a host that speaks something else',
      async () =>
        `http://127.0.0.1:${await listening(createTcpServer(socket => socket.end('220 ready\r\n')))}`,
      /Parse Error/,
      /endpoint|network/,
    ],
  ])('of %s', async (_, endpoint, message, remedy) => {
    expect(await check({endpoint: await endpoint()})).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      },
    ]);
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some(all => all?.some(({address}) => address === '::1'));

it.skipIf(!hasIpv6)('a bucket at an address of IPv6 is asked there', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`);
    response.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
  });
  server.listen(0, '::1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const host = `[::1]:${typeof address === 'object' ? address?.port : 0}`;
  expect(await check({endpoint: `http://${host}`})).toMatchObject([{level: 'ok'}]);
  expect(asked).toEqual([`${host} /assets?list-type=2&max-keys=1`]);
});

it('a bucket below a path is asked there', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
  });
  const port = await listening(server);
  expect(await check({endpoint: `http://127.0.0.1:${port}/storage/s3/`})).toMatchObject([{level: 'ok'}]);
  expect(asked).toEqual(['/storage/s3/assets?list-type=2&max-keys=1']);
});
