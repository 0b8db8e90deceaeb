import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {setTimeout as delay, setImmediate} from 'node:timers/promises';
import {type Answer, type Call, errorAnswer, invalidRequest, Refusal, type Route} from './answer.ts';
import {Limits} from './limit.ts';
import type {ServerSpec} from './spec.ts';

/** A server of the network, as who started it holds it. */
export interface LocalServer {
  readonly name: string;
  /** http://127.0.0.1:PORT, the same whether it is up or down. */
  readonly origin: string;
  /** How many requests there were, by method; those that were limited too. */
  readonly requests: Readonly<Record<string, number>>;
  /** How many were under way together, at most: asked, and not answered yet. */
  readonly mostAtOnce: number;
  /** Closes the port and breaks its connections: who connects is refused. */
  down(): Promise<void>;
  /** Opens the same port again. */
  up(): Promise<void>;
}

/**
 * What may come between a server and its answer. It has a call answered, the same or another, and answers with that or
 * something else; with null where it has dealt with the response by itself.
 */
export type Meddle = (
  call: Call,
  answer: (call: Call) => Promise<Answer>,
  response: ServerResponse,
) => Promise<Answer | null>;

export interface ServerOptions {
  readonly name: string;
  readonly spec: ServerSpec;
  readonly route: Route;
  /** What is refused before it counts against a limit; null of everything else. */
  readonly refuse?: (call: Call) => Answer | null;
  readonly meddle: Meddle;
  readonly now: () => number;
}

const triesToOpen = 40;
const betweenTriesMs = 50;

/** HTTP on loopback: counts, limits, and what is answered to whom is its route's. */
export class NetworkServer implements LocalServer {
  readonly name: string;
  readonly requests: Record<string, number> = {};
  mostAtOnce = 0;
  readonly #options: ServerOptions;
  readonly #limits: Limits | null;
  #server: Server | null = null;
  #port = 0;
  #atOnce = 0;

  static async start(options: ServerOptions): Promise<NetworkServer> {
    const server = new NetworkServer(options);
    await server.#open(options.spec.port ?? 0).catch(() => server.#open(0));
    return server;
  }

  private constructor(options: ServerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#limits = options.spec.limit === undefined ? null : new Limits(options.spec.limit, options.now);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get isUp(): boolean {
    return this.#server !== null;
  }

  async down(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async up(): Promise<void> {
    if (this.#server !== null) return;
    // A connection that goes out from this machine may have been given the port meanwhile.
    for (let tried = 1; tried < triesToOpen; tried++) {
      const isOpen = await this.#open(this.#port).then(
        () => true,
        () => false,
      );
      if (isOpen) return;
      await delay(betweenTriesMs);
    }
    await this.#open(this.#port);
  }

  async #open(port: number): Promise<void> {
    const server = createServer({keepAliveTimeout: 0, requestTimeout: 0}, (message, response) => {
      void this.#handle(message, response);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    this.#port = address.port;
    this.#server = server;
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(this.name, message);
    this.requests[call.method] = (this.requests[call.method] ?? 0) + 1;
    this.#atOnce++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    response.once('close', () => this.#atOnce--);
    message.resume();
    // Whatever has arrived by now was asked at once, however quickly it will be answered.
    await setImmediate();
    const answer = await this.#options
      .meddle(call, asked => this.#answer(asked, message.method ?? ''), response)
      .catch(failed);
    if (answer !== null) send(response, answer);
  }

  async #answer(call: Call, verb: string): Promise<Answer> {
    const refused = this.#options.refuse?.(call) ?? null;
    if (refused !== null) return refused;
    const limited = this.#limits?.take(call.method);
    if (limited?.refusal) return limited.refusal;
    const answer = await this.#routed(call, verb);
    return limited === undefined ? answer : {...answer, headers: {...answer.headers, ...limited.headers}};
  }

  async #routed(call: Call, verb: string): Promise<Answer> {
    if (verb !== 'GET') return invalidRequest(`Incorrect HTTP method (${verb}) expected GET`);
    try {
      return await this.#options.route(call);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }
}

/** Length and all, in one go. */
export function send(response: ServerResponse, {status, headers, body}: Answer): void {
  response.writeHead(status, {...headers, 'content-length': Buffer.byteLength(body)}).end(body);
}

function callOf(server: string, message: IncomingMessage): Call {
  const {pathname, searchParams} = new URL(message.url ?? '/', 'http://127.0.0.1');
  const [, name] = /^\/xrpc\/(.*)$/.exec(pathname) ?? [];
  const method =
    name ?? (pathname.startsWith('/did:') || pathname.startsWith('/did%3A') ? 'resolve' : pathname);
  const calledAs = (message.headers.host ?? '').replace(/:\d+$/, '');
  return {server, method, path: pathname, query: searchParams, calledAs};
}

/** A bug of ours: a real server would keep to itself what it was. */
function failed(error: unknown): Answer {
  return errorAnswer(500, 'InternalServerError', `Internal Server Error: ${error}`);
}
