import {connect} from 'node:net';
import type {Client} from 'pg';
import type {PostgresAddress} from './postgres-address.ts';

const cancelCode = 80_877_102;
const patienceMs = 5_000;

/**
 * Asks the server to end what a connection is doing, over one of its own that needs no login. Nobody waits for it: the
 * server may be gone, and what is not ended so ends when it has taken too long.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function cancelOn(client: Client, {host, port}: PostgresAddress): void {
  const id = 'processID' in client ? client.processID : null;
  const key = 'secretKey' in client ? client.secretKey : null;
  if (typeof id !== 'number' || typeof key !== 'number') return;
  const message = Buffer.alloc(16);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(cancelCode, 4);
  message.writeInt32BE(id, 8);
  message.writeInt32BE(key, 12);
  const socket = connect(host.startsWith('/') ? {path: `${host}/.s.PGSQL.${port}`} : {host, port});
  socket.setTimeout(patienceMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.unref();
  socket.end(message);
}
