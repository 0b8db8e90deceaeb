import {once} from 'node:events';
import {createServer} from 'node:http';
import {createServer as createHttpsServer} from 'node:https';
import {createServer as createTcpServer, type Server} from 'node:net';
import {networkInterfaces} from 'node:os';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {Finding} from '../../src/core/probe.ts';
import {s3Store} from '../../src/stores/s3.ts';
import type {S3Place} from '../../src/stores/s3-client.ts';
import type {S3Fault} from '../simulators/s3-faults.ts';
import {s3UnderTest} from '../simulators/s3-under-test.ts';
import {selfSigned} from './self-signed.ts';

const credentials = {accessKeyId: 'simulatorkey', secretAccessKey: 'simulatorsecret'};

async function check(place: Partial<S3Place>, prefix = ''): Promise<readonly Finding[]> {
  const store = await s3Store({
    bucket: 'assets',
    credentials,
    label: 's3://assets',
    prefix,
    timeouts: {connectMs: 1_000, idleMs: 2_000},
    ...place,
  });
  return store.check();
}

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

describe('a bucket is checked as it will be read', () => {
  it('by a page of the prefix, and the first byte of an object in it', async () => {
    const {endpoint, put, requests} = await s3UnderTest();
    put('a/1', 'content');
    put('b/1', 'content');
    expect(await check({endpoint}, 'b/')).toEqual([
      {
        level: 'ok',
        subject: 'source',
        message: `s3://assets at ${endpoint} (region us-east-1): the bucket can be listed`,
      },
    ]);
    expect(requests).toMatchObject([
      {operation: 'ListObjectsV2', query: {prefix: 'b/', 'max-keys': '1'}},
      {operation: 'GetObject', key: 'b/1', status: 206, headers: {range: 'bytes=0-0'}},
    ]);
  });

  it('and is fine where it is empty, and where its first object is', async () => {
    const {endpoint, put} = await s3UnderTest();
    expect(await check({endpoint})).toMatchObject([{level: 'ok'}]);
    put('empty', '');
    expect(await check({endpoint})).toMatchObject([{level: 'ok'}]);
  });

  it('and a warning says where it can be listed, but an object not read', async () => {
    const {endpoint, put, inject} = await s3UnderTest();
    put('a', 'content');
    inject({type: 'error', code: 'AccessDenied', operation: 'GetObject'});
    expect(await check({endpoint})).toMatchObject([
      {level: 'ok'},
      {
        level: 'warning',
        message: expect.stringMatching(/: listed, but not read: a: access is denied \(403 AccessDenied/),
        remedy: expect.stringMatching(/s3:GetObject/),
      },
    ]);
  });

  it('and a trouble that will pass is none', async () => {
    const {endpoint, put, inject} = await s3UnderTest();
    put('a', 'content');
    inject({type: 'error', code: 'SlowDown', operation: 'GetObject'});
    expect(await check({endpoint})).toMatchObject([{level: 'ok'}]);
  });
});

describe('where a bucket can not be listed, the reason and the remedy are', () => {
  const wrong: readonly [string, Partial<S3Place>, S3Fault | null, boolean, RegExp, RegExp][] = [
    [
      'a wrong key',
      {credentials: {...credentials, accessKeyId: 'nobody'}},
      null,
      true,
      /the service does not know this access key \(403 InvalidAccessKeyId/,
      /AWS_ACCESS_KEY_ID/,
    ],
    [
      'a wrong secret',
      {credentials: {...credentials, secretAccessKey: 'wrong'}},
      null,
      true,
      /the secret does not belong to the access key \(403 SignatureDoesNotMatch/,
      /AWS_SECRET_ACCESS_KEY/,
    ],
    [
      'no permission',
      {},
      {type: 'error', code: 'AccessDenied'},
      true,
      /access is denied \(403 AccessDenied/,
      /s3:ListBucket/,
    ],
    [
      'no such bucket',
      {bucket: 'another'},
      null,
      false,
      /there is no such bucket \(404 NoSuchBucket/,
      /name of the bucket/,
    ],
    [
      'another region, by a redirect',
      {},
      {type: 'wrong-region', expected: 'eu-west-1', as: 'PermanentRedirect'},
      false,
      /in another region.*its region is eu-west-1/,
      /--region eu-west-1/,
    ],
    [
      'another region, by the signature',
      {},
      {type: 'wrong-region', expected: 'eu-west-1', as: 'AuthorizationHeaderMalformed'},
      false,
      /in another region.*its region is eu-west-1/,
      /--region eu-west-1/,
    ],
    [
      'a wrong clock',
      {},
      {type: 'clock-skew', minutes: 60},
      true,
      /this machine's clock is wrong.*it is 60 minutes behind the service's/,
      /clock/,
    ],
    [
      'expired credentials',
      {},
      {type: 'expired-token', accessKeyId: 'simulatorkey'},
      true,
      /the credentials have expired \(403 ExpiredToken/,
      /Renew them/,
    ],
    [
      'a page that wants a sign-in',
      {},
      {type: 'html', status: 403},
      true,
      /this is no answer of S3 \(403\)/,
      /address for S3.*sign-in/,
    ],
    [
      'a website',
      {},
      {type: 'html', status: 200},
      false,
      /answered with not a listing: <!doctype html>/,
      /a console or a website/,
    ],
    [
      'a server that does not answer',
      {},
      {type: 'stalled-headers'},
      false,
      /nothing came for 2 s/,
      /firewall/,
    ],
  ];
  it.each(wrong)('of %s', async (_, place, fault, isDenied, message, remedy) => {
    const {endpoint, inject} = await s3UnderTest();
    if (fault !== null) inject(fault);
    const findings = await check({endpoint, ...place});
    expect(findings).toMatchObject([
      {
        level: 'error',
        subject: 'source',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      },
    ]);
    expect(findings[0]?.isDenied ?? false).toBe(isDenied);
  });

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
