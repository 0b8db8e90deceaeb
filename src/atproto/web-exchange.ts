import type {ClientRequest, IncomingHttpHeaders, IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';
import {Fault} from '../core/failure.ts';
import {faultOfConnection, redirected, tookTooLong, tooMuch} from './web-faults.ts';

/**
 * One request and its answer, each part of which has its time and its size. It ends at once where the signal or one of
 * these limits says so, and leaves no timer, listener or socket behind.
 */

export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of other answers than 200, the beginning. Nothing where it was taken as it came. */
  readonly body: Buffer;
}

export interface ExchangeOptions {
  readonly host: string;
  /** The event by which its socket says that a connection stands. */
  readonly connected: 'connect' | 'secureConnect';
  readonly connectMs: number;
  readonly idleMs: number;
  /** For the whole. */
  readonly withinMs: number;
  /** What is asked for, as messages call it. */
  readonly what: string;
  readonly mostBytes: number;
  /** Takes a good body as it comes. What it throws ends the exchange. */
  readonly onBody?: ((chunk: Buffer) => void) | undefined;
}

/** A kept connection that the host had closed before the request could reach it. */
export class StaleConnection extends Error {}

/** What a service says of a failure is not longer than this. */
const mostErrorBytes = 65_536;

export async function exchange(
  request: ClientRequest,
  options: ExchangeOptions,
  signal: AbortSignal,
): Promise<WebAnswer> {
  const {host, connected, connectMs, idleMs, withinMs} = options;
  const {promise, resolve, reject} = Promise.withResolvers<WebAnswer>();
  const stop = (error: unknown) => {
    reject(error);
    request.destroy();
  };
  const onAbort = () => stop(signal.reason);
  const deadline = setTimeout(() => stop(tookTooLong(host, 'its answer takes too long', withinMs)), withinMs);
  signal.addEventListener('abort', onAbort, {once: true});
  let hasBegun = false;
  request.on('error', error =>
    reject(!hasBegun && isStale(request, error) ? new StaleConnection() : faultOfConnection(error, host)),
  );
  request.on('timeout', () => stop(tookTooLong(host, 'nothing came', idleMs)));
  request.on('socket', socket => {
    if (socket.connecting)
      limitConnecting(socket, connected, connectMs, () =>
        stop(tookTooLong(host, 'no connection', connectMs)),
      );
  });
  request.on('response', response => {
    hasBegun = true;
    takeBody(response, options, resolve, stop);
  });
  request.end();
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener('abort', onAbort);
  }
}

function takeBody(
  response: IncomingMessage,
  options: ExchangeOptions,
  resolve: (answer: WebAnswer) => void,
  stop: (error: unknown) => void,
): void {
  const {host, what, mostBytes, onBody} = options;
  const {statusCode: status = 0, headers} = response;
  const isGood = status === 200;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const answer = () => ({status, headers, body: Buffer.concat(chunks)});
  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    if (isGood && bytes > mostBytes) throw tooMuch(host, what, mostBytes);
    if (isGood && onBody !== undefined) onBody(chunk);
    else chunks.push(chunk);
  };
  response.on('error', error => stop(faultOfConnection(error, host)));
  const refused = refusedByHead(status, headers, options);
  if (refused !== null) {
    stop(refused);
    return;
  }
  response.on('data', (chunk: Buffer) => {
    try {
      take(chunk);
    } catch (error) {
      stop(error);
    }
    if (isGood || bytes <= mostErrorBytes) return;
    resolve(answer());
    response.destroy();
  });
  response.on('end', () => resolve(answer()));
}

function refusedByHead(
  status: number,
  headers: IncomingHttpHeaders,
  {host, what, mostBytes}: ExchangeOptions,
): Fault | null {
  if (status >= 300 && status < 400) return redirected(host, headers.location);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    return new Fault('invalid', `${host}: it compresses what nobody asked it to`, {host});
  const isTooMuch = status === 200 && Number(headers['content-length'] ?? 0) > mostBytes;
  return isTooMuch ? tooMuch(host, what, mostBytes) : null;
}

/** Until a connection stands there is less patience than with a host that is known to be there. */
function limitConnecting(
  socket: Socket,
  connected: ExchangeOptions['connected'],
  ms: number,
  onLate: () => void,
): void {
  const timer = setTimeout(onLate, ms);
  for (const event of [connected, 'close']) socket.once(event, () => clearTimeout(timer));
}

function isStale(request: ClientRequest, error: Error): boolean {
  const code = 'code' in error ? error.code : null;
  return request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
}
