import {once} from 'node:events';
import type {Server, Socket} from 'node:net';
import {onTestFinished} from 'vitest';
import {alice, networkOf, post, posts, signal, type TestOptions} from './network-under-test.ts';

export const listRecords = 'com.atproto.repo.listRecords';

/** A host that answers a page of Alice's records, or whatever it is made to. */
export async function asking(options: TestOptions = {}, records = posts(3)) {
  const under = await networkOf(alice({[post]: records}), options);
  const pds = await under.pdsOf('alice');
  const did = under.local.didOf('alice');
  const ask = (given = signal) => pds.listRecords({did, collection: post, cursor: null}, given);
  const fetch = (given = signal) =>
    pds.repository({did, collections: [post], mostBytes: 1_000_000, proof: null, onBytes: () => {}}, given);
  return {...under, pds, ask, fetch, requests: () => under.local.hosts['one']?.requests ?? {}};
}

/** A server that is no HTTP server, or not a sound one; its port. */
export async function serving(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', socket => sockets.add(socket.on('error', () => {})));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
