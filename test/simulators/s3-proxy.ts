import {createServer, request as httpRequest, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {onTestFinished} from 'vitest';

/** What is asked of a bucket, by method and query. */
export type BucketOperation =
  | 'HeadObject'
  | 'GetObject'
  | 'PutObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'ListParts'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'Other';

/**
 * `status`: refused, without a look at the bucket. `lost`: done, and the connection ends before the answer.
 * `unheard`: done, and no answer comes. `held`: nothing is done, and no answer comes. `damaged`: a byte of the body is another when it arrives. `lied`: the answer
 * has another ETag.
 */
export type ProxyFault =
  | {readonly type: 'status'; readonly status: number; readonly code: string; readonly retryAfter?: string}
  | {readonly type: 'lied'; readonly etag: string}
  | {readonly type: 'lost' | 'unheard' | 'held' | 'damaged'};

interface Injected {
  readonly operation: BucketOperation;
  readonly fault: ProxyFault;
  left: number;
  /** So many are let through first. */
  spared: number;
  readonly met: PromiseWithResolvers<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/**
 * Stands in front of a real server of S3, counts what is asked, and does what the injected faults say.
 */
export class S3Proxy {
  readonly requests: BucketOperation[] = [];
  readonly #upstream: URL;
  readonly #faults: Injected[] = [];
  readonly #awaited: (() => unknown)[] = [];
  readonly #open = new Set<string>();
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch(() => response.destroy());
  });

  constructor(upstream: string) {
    this.#upstream = new URL(upstream);
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (!isAddress(address)) throw new Error('the proxy does not listen');
    return `http://127.0.0.1:${address.port}${this.#upstream.pathname.replace(/\/$/, '')}`;
  }

  async listen(): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** Resolves when the fault was met for the first time; one that loses an answer, when what was asked was done. */
  inject(
    operation: BucketOperation,
    fault: ProxyFault,
    {times = Number.POSITIVE_INFINITY, after = 0}: {readonly times?: number; readonly after?: number} = {},
  ): Promise<void> {
    const injected = {operation, fault, left: times, spared: after, met: Promise.withResolvers<void>()};
    this.#faults.push(injected);
    return injected.met.promise;
  }

  heal(): void {
    this.#faults.length = 0;
  }

  /** Ids of uploads in parts that it saw begin, and not end. */
  get openUploads(): readonly string[] {
    return [...this.#open];
  }

  /** Resolves when so many of them have come, with their whole bodies. */
  arrived(operation: BucketOperation, count: number): Promise<void> {
    const {promise, resolve} = Promise.withResolvers<void>();
    this.#awaited.push(() => this.count(operation) >= count && resolve());
    return promise;
  }

  count(operation: BucketOperation): number {
    return this.requests.filter(asked => asked === operation).length;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#upstream);
    const operation = operationOf(request.method ?? '', url.searchParams);
    const body = await buffer(request);
    this.requests.push(operation);
    for (const look of this.#awaited) look();
    const injected = this.#faultFor(operation);
    const fault = injected?.fault;
    const isDone = fault?.type === 'lost' || fault?.type === 'unheard';
    if (!isDone) injected?.met.resolve();
    if (fault?.type === 'held') return;
    if (fault?.type === 'status') {
      const xml = `<Error><Code>${fault.code}</Code><Message>as the test wants it</Message></Error>`;
      const wait = fault.retryAfter === undefined ? {} : {'retry-after': fault.retryAfter};
      response.writeHead(fault.status, {'content-type': 'application/xml', ...wait}).end(xml);
      return;
    }
    const answer = await this.#ask(request, operation, url, fault?.type === 'damaged' ? damaged(body) : body);
    if (isDone) {
      injected?.met.resolve();
      if (fault?.type === 'lost') request.socket.resetAndDestroy();
      return;
    }
    const headers = fault?.type === 'lied' ? {...answer.headers, etag: `"${fault.etag}"`} : answer.headers;
    response.writeHead(answer.status, headers).end(answer.body);
  }

  #faultFor(operation: BucketOperation): Injected | null {
    const found = this.#faults.find(fault => fault.operation === operation && fault.left > 0);
    if (found === undefined || found.spared-- > 0) return null;
    found.left--;
    return found;
  }

  async #ask(request: IncomingMessage, operation: BucketOperation, url: URL, body: Buffer): Promise<Answer> {
    const answer = await this.#forward(request, body);
    const isOver = operation === 'CompleteMultipartUpload' || operation === 'AbortMultipartUpload';
    if (operation === 'CreateMultipartUpload' && answer.status === 200)
      this.#open.add(/<UploadId>([^<]+)</.exec(answer.body.toString())?.[1] ?? '');
    if (isOver && answer.status < 300) this.#open.delete(url.searchParams.get('uploadId') ?? '');
    return answer;
  }

  /** With the host that was signed, and a connection of its own: one that was idle may just be closed. */
  #forward({method, url, headers}: IncomingMessage, body: Buffer): Promise<Answer> {
    const {hostname, port} = this.#upstream;
    return new Promise((resolve, reject) => {
      const request = httpRequest({hostname, port, method, path: url, headers, agent: false}, response => {
        buffer(response).then(
          content => resolve({status: response.statusCode ?? 0, headers: response.headers, body: content}),
          reject,
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}

/** A proxy that ends with the test. */
export async function s3ProxyFor(upstream: string): Promise<S3Proxy> {
  const proxy = await new S3Proxy(upstream).listen();
  onTestFinished(() => proxy.stop());
  return proxy;
}

function operationOf(method: string, query: URLSearchParams): BucketOperation {
  const isOfUpload = query.has('uploadId');
  if (method === 'HEAD') return 'HeadObject';
  if (method === 'PUT') return isOfUpload ? 'UploadPart' : 'PutObject';
  if (method === 'POST')
    return query.has('uploads') ? 'CreateMultipartUpload' : isOfUpload ? 'CompleteMultipartUpload' : 'Other';
  if (method === 'DELETE') return isOfUpload ? 'AbortMultipartUpload' : 'DeleteObject';
  if (query.has('list-type') || query.has('uploads')) return 'Other';
  return isOfUpload ? 'ListParts' : 'GetObject';
}

function damaged(body: Buffer): Buffer {
  const other = Buffer.from(body);
  other[0] = (other[0] ?? 0) ^ 1;
  return other;
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
