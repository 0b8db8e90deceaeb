import type {ServerResponse} from 'node:http';
import {setTimeout as delay} from 'node:timers/promises';
import type {Answer, Call} from '../../src/sandbox/network/answer.ts';
import type {NetworkFaults} from './network-faults.ts';

/** Sends an answer as badly as a fault says; false where none does. */
export function deliverBadly(
  faults: NetworkFaults,
  call: Call,
  answer: Answer,
  response: ServerResponse,
): boolean {
  const body = Buffer.from(answer.body);
  const isShorter = ({after}: {readonly after: number}) => after < body.length;
  const promise = () => response.writeHead(answer.status, {...answer.headers, 'content-length': body.length});

  const cut = faults.take('cut-body', call, isShorter)?.fault;
  if (cut !== undefined) {
    promise();
    sendStart(response, body.subarray(0, cut.after), () => {
      if (cut.by === 'reset') response.socket?.resetAndDestroy();
      else response.socket?.destroy();
    });
    return true;
  }
  const stalled = faults.take('stalled-body', call, isShorter)?.fault;
  if (stalled !== undefined) {
    promise();
    sendStart(response, body.subarray(0, stalled.after), () => {});
    return true;
  }
  const drip = faults.take('slow-drip', call)?.fault;
  if (drip !== undefined) {
    promise();
    void dripping(response, body, drip);
    return true;
  }
  if (faults.take('endless-body', call) === null) return false;
  response.writeHead(answer.status, answer.headers);
  response.write(body);
  pour(response);
  return true;
}

/** Calls back when what there is so far has gone to the operating system. */
function sendStart(response: ServerResponse, bytes: Buffer, sent: () => void): void {
  response.flushHeaders();
  response.socket?.write(bytes, sent);
}

async function dripping(
  response: ServerResponse,
  body: Buffer,
  {bytes, everyMs}: {readonly bytes: number; readonly everyMs: number},
): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += bytes) {
    response.write(body.subarray(at, at + bytes));
    await delay(everyMs);
  }
  response.end();
}

const more = Buffer.alloc(64 * 1_024, ' ');

/** As fast as it is taken, until the connection is gone. */
function pour(response: ServerResponse): void {
  while (!response.destroyed) if (!response.write(more)) break;
  if (!response.destroyed) response.once('drain', () => pour(response));
}
