import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {buffer} from 'node:stream/consumers';
import {z} from 'zod';
import {type CloudflareFault, connectionLost, type Reply} from './cloudflare-faults.ts';
import {type FaultLimits, Injected, type InjectedFault} from './cloudflare-injected.ts';
import {operationOf, type SimulatedRequest, statementsIn} from './cloudflare-requests.ts';

type Seen = {-readonly [K in keyof SimulatedRequest]: SimulatedRequest[K]};

/**
 * Stands before the REST API, passes requests on, and does what the injected faults say; one fault takes a request.
 * A request that lands does so whether or not its client still waits.
 */
export class FaultProxy {
  readonly server: Server;
  readonly #upstream: string;
  readonly #requests: Seen[] = [];
  readonly #faults: Injected[] = [];
  readonly #landing = new Set<Promise<unknown>>();
  readonly #unanswered = new Set<ServerResponse>();

  constructor(upstream: string) {
    this.#upstream = upstream;
    this.server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** In the order in which they came. */
  get requests(): readonly SimulatedRequest[] {
    return this.#requests;
  }

  /** Of several faults that could take a request, the one injected first does. */
  inject(fault: CloudflareFault, limits: FaultLimits): InjectedFault {
    const injected = new Injected(fault, limits);
    this.#faults.push(injected);
    return injected;
  }

  /** Forgets faults, requests and what is held, once nothing is on its way to the database any more. */
  async reset(): Promise<void> {
    for (const injected of this.#faults.splice(0)) injected.forget();
    for (const response of this.#unanswered) response.destroy();
    while (this.#landing.size > 0) await Promise.allSettled(this.#landing);
    this.#requests.length = 0;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const seen = this.#see(request, body.toString());
    const injected = this.#faults.find(fault => fault.takes(seen.operation, body.toString()));
    const land = () => this.#land(request, body);
    if (injected === undefined) {
      reply(response, await land(), seen);
    } else if ('breaksAfter' in injected.fault) {
      reply(response, await this.#piecemeal(request, seen, injected.fault.breaksAfter), seen);
    } else if ('lands' in injected.fault) {
      const {answer, lands} = injected.fault;
      if (lands === 'before-answer') await land();
      if (lands === 'on-release') injected.hold(async () => (await land()).status);
      if (answer === 'reset') request.socket.resetAndDestroy();
      else if (answer === 'silence') this.#leaveOpen(response);
      else reply(response, answer, seen);
    } else {
      const real = await land();
      const headers = {...real.headers, ...injected.fault.headers};
      this.#spoil(response, {...real, headers}, injected.fault.answer, seen);
    }
  }

  #see({method = 'GET', url = '/'}: IncomingMessage, body: string): Seen {
    const path = new URL(url, this.#upstream).pathname;
    const operation = operationOf(path);
    const seen: Seen = {
      method,
      path,
      operation,
      ...statementsIn(body),
      status: null,
      at: Date.now(),
    };
    this.#requests.push(seen);
    return seen;
  }

  /** Each statement by itself; what was done before one that fails, or before the connection breaks, stays. */
  async #piecemeal(request: IncomingMessage, {batch}: Seen, breaksAfter: number): Promise<Reply> {
    const results: unknown[] = [];
    for (const [index, statement] of batch.entries()) {
      if (index >= breaksAfter) return connectionLost;
      const answer = await this.#land(request, Buffer.from(JSON.stringify({batch: [statement]})));
      if (answer.status !== 200) return answer;
      results.push(...successful.parse(JSON.parse(answer.body)).result);
    }
    return {status: 200, headers: json, body: JSON.stringify({...nothingElse, result: results})};
  }

  async #land(request: IncomingMessage, body: Buffer): Promise<Reply> {
    const landing = forward(new URL(request.url ?? '/', this.#upstream), request, body);
    this.#landing.add(landing);
    return landing.finally(() => this.#landing.delete(landing));
  }

  #spoil(response: ServerResponse, real: Reply, how: 'real' | 'stalled' | 'truncated', seen: Seen): void {
    const half = real.body.slice(0, Math.ceil(real.body.length / 2));
    if (how === 'stalled') {
      response.writeHead(real.status, {...real.headers, 'content-length': Buffer.byteLength(real.body)});
      response.write(half);
      this.#leaveOpen(response);
    } else {
      reply(response, how === 'truncated' ? {...real, body: half} : real, seen);
    }
  }

  #leaveOpen(response: ServerResponse): void {
    this.#unanswered.add(response);
    response.once('close', () => this.#unanswered.delete(response));
  }
}

const json = {'content-type': 'application/json'};
const nothingElse = {success: true, errors: [], messages: []};
const successful = z.object({result: z.array(z.unknown())});

async function forward(url: URL, {method = 'GET', headers}: IncomingMessage, body: Buffer): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(headers.authorization === undefined ? {} : {authorization: headers.authorization}),
    },
    ...(method === 'GET' ? {} : {body}),
  });
  return {
    status: response.status,
    headers: {'content-type': response.headers.get('content-type') ?? 'application/json'},
    body: await response.text(),
  };
}

function reply(response: ServerResponse, {status, headers, body}: Reply, seen: Seen): void {
  seen.status = status;
  response.writeHead(status, {...headers, 'content-length': Buffer.byteLength(body)}).end(body);
}
