import {createServer as createHttpsServer} from 'node:https';
import {createServer as createTcpServer, type Socket} from 'node:net';
import {describe, expect, it} from 'vitest';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {selfSigned} from '../stores/self-signed.ts';
import {asking, serving} from './asking.ts';
import {faultOf, post, signal, type TestOptions} from './network-under-test.ts';

/** A page of whoever is at this origin. */
function askAt(origin: string, limits: TestOptions['limits'] = {}) {
  const {pds} = openNetwork({label: 'test', allowPrivateHosts: true, limits});
  return pds(origin).listRecords({did: 'did:plc:a', collection: post, cursor: null}, signal);
}

describe('a host that can not be asked', () => {
  it('because it is down', async () => {
    const {ask, local, pds} = await asking();
    await local.hosts['one']?.down();
    expect(await faultOf(ask())).toMatchObject({
      kind: 'connection',
      host: pds.host,
      message: expect.stringMatching(/^127\.0\.0\.1:\d+: it refuses connections \(connect ECONNREFUSED/),
    });
  });

  it('because there is no such name', async () => {
    expect(await faultOf(askAt('https://nowhere.invalid'))).toMatchObject({
      kind: 'connection',
      host: 'nowhere.invalid',
      message: expect.stringMatching(/its name can not be resolved \(getaddrinfo (ENOTFOUND|EAI_AGAIN)/),
    });
  });

  it.each<[string, (socket: Socket) => void, string, RegExp]>([
    ['it hangs up', socket => socket.destroy(), 'http', /it broke the connection|it closes/],
    [
      'it speaks something else',
      socket => socket.end('220 ready\r\n'),
      'http',
      /it does not speak HTTP there/,
    ],
    [
      'it speaks no TLS',
      socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'https',
      /it does not speak TLS/,
    ],
  ])('because %s', async (_, treat, protocol, message) => {
    const port = await serving(createTcpServer(treat));
    expect(await faultOf(askAt(`${protocol}://127.0.0.1:${port}`))).toMatchObject({
      kind: 'connection',
      message: expect.stringMatching(message),
    });
  });

  it('because of its certificate', async () => {
    const port = await serving(createHttpsServer(selfSigned));
    expect(await faultOf(askAt(`https://127.0.0.1:${port}`))).toMatchObject({
      kind: 'connection',
      message: expect.stringMatching(/its certificate is not good \(self-signed certificate/),
    });
  });

  it('because no connection comes to stand', async () => {
    const port = await serving(createTcpServer());
    expect(await faultOf(askAt(`https://127.0.0.1:${port}`, {connectMs: 100}))).toMatchObject({
      kind: 'timeout',
      message: `127.0.0.1:${port}: no connection (0.1 s)`,
    });
  });
});

describe('a connection', () => {
  const page = 'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"records":[]}';

  it('is used for one request after the other', async () => {
    let connections = 0;
    let requests = 0;
    const port = await serving(
      createTcpServer(socket => {
        connections++;
        socket.on('data', () => {
          requests++;
          socket.write(page);
        });
      }),
    );
    const {pds} = openNetwork({label: 'test', allowPrivateHosts: true});
    const host = pds(`http://127.0.0.1:${port}`);
    for (let times = 0; times < 5; times++)
      await host.listRecords({did: 'did:plc:a', collection: post, cursor: null}, signal);
    expect([connections, requests]).toEqual([1, 5]);
  });

  it('that the host had closed is replaced, once', async () => {
    let connections = 0;
    const port = await serving(
      createTcpServer(socket => {
        connections++;
        socket.once('data', () => {
          socket.write(page);
          socket.once('data', () => socket.destroy());
        });
      }),
    );
    const {pds} = openNetwork({label: 'test', allowPrivateHosts: true});
    const host = pds(`http://127.0.0.1:${port}`);
    for (let times = 0; times < 3; times++)
      expect(
        await host.listRecords({did: 'did:plc:a', collection: post, cursor: null}, signal),
      ).toMatchObject({
        records: [],
      });
    expect(connections).toBe(3);
  });

  it('that breaks in the middle of an answer is told as such: nothing is asked twice, and no half is followed by a whole', async () => {
    let requests = 0;
    const began = Promise.withResolvers<void>();
    const port = await serving(
      createTcpServer(socket => {
        socket.once('data', () => {
          requests++;
          socket.write(page);
          socket.once('data', () => {
            requests++;
            socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n\x0a123456789');
            began.promise.then(() => socket.resetAndDestroy());
          });
        });
      }),
    );
    const host = openNetwork({label: 'test', allowPrivateHosts: true}).pds(`http://127.0.0.1:${port}`);
    await host.listRecords({did: 'did:plc:a', collection: post, cursor: null}, signal);
    const order = {did: 'did:plc:a', collections: [post], mostBytes: 1_000, proof: null};
    expect(await faultOf(host.repository({...order, onBytes: () => began.resolve()}, signal))).toMatchObject({
      kind: 'connection',
      message: expect.stringMatching(/it broke the connection/),
    });
    expect(requests).toBe(2);
  });
});
