import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {buffer} from 'node:stream/consumers';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Injected, type S3Fault, S3Faults} from './s3-faults.ts';
import {maxKeysAtMost} from './s3-listing.ts';
import type {Content, ContentOfKey, PutOptions} from './s3-objects.ts';
import {parseRequest, type S3Request} from './s3-request.ts';
import {respond} from './s3-respond.ts';
import {S3Service} from './s3-service.ts';

export interface S3SimulatorOptions {
  readonly bucket?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Region that signatures have to name; any will do if left out. */
  readonly region?: string;
  /** Of a page of a listing: 1,000 at most, and if left out. Fewer make many pages of a few keys. */
  readonly pageKeys?: number;
  /** Whether it keeps every version, and puts a delete marker in the place of what is removed; not if left out. */
  readonly versions?: boolean;
  /** false where millions of requests would fill the memory. */
  readonly keepRequests?: boolean;
}

export interface SeenRequest extends S3Request {
  /** 0 as long as it was not answered. */
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface S3Simulator {
  /** http://127.0.0.1:PORT */
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** In the order in which they came. */
  readonly requests: readonly SeenRequest[];
  put(key: string, content: Content, options?: PutOptions): void;
  /** Empty objects, unless it is said what is in them. */
  putMany(keys: Iterable<string>, contentOf?: ContentOfKey): void;
  remove(key: string): void;
  /** Lets another access key in. */
  addAccessKey(accessKeyId: string, secretAccessKey: string): void;
  inject(fault: S3Fault): Injected;
  /** Ends every connection, the stalled ones too. */
  stop(): Promise<void>;
}

const empty = {content: '', etag: 'd41d8cd98f00b204e9800998ecf8427e'};

/** An S3 server in memory, on loopback: see S3Service for what it answers, and S3Fault for what can go wrong. */
export async function startS3Simulator(options: S3SimulatorOptions = {}): Promise<S3Simulator> {
  const {bucket = 'assets', accessKeyId = 'simulatorkey', secretAccessKey = 'simulatorsecret'} = options;
  const faults = new S3Faults();
  const service = new S3Service({
    bucket,
    region: options.region ?? null,
    pageKeys: options.pageKeys ?? maxKeysAtMost,
    versions: options.versions ?? false,
    faults,
  });
  service.secrets.set(accessKeyId, secretAccessKey);
  const requests: {-readonly [Name in keyof SeenRequest]: SeenRequest[Name]}[] = [];
  const stopping = new AbortController();
  let count = 0;

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = parseRequest(message);
    const seen = {...request, status: 0, at: Date.now()};
    if (options.keepRequests !== false) requests.push(seen);
    const requestId = (++count).toString(16).toUpperCase().padStart(16, '0');

    const latency = faults.take('latency', request);
    if (latency !== null) await sleep(latency.ms, undefined, {signal: stopping.signal});
    if (faults.take('stalled-headers', request) !== null) return;
    if (faults.take('reset', request) !== null) {
      message.socket.resetAndDestroy();
      return;
    }
    const answer = await service.answer({request, requestId, readBody: () => buffer(message)});
    seen.status = answer.status;
    respond(response, request, answer, faults);
  }

  const server = createServer({keepAliveTimeout: 0, requestTimeout: 0}, (message, response) => {
    handle(message, response).catch((error: unknown) => {
      // A client that went away in the middle of its upload, or a wait that ended with the server.
      if (!message.socket.destroyed) throw error;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error(`S3 simulator: listens at ${address}, expected a port`);

  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    bucket,
    accessKeyId,
    secretAccessKey,
    requests,
    put: (key, content, more) => {
      service.objects.put(key, content, more);
    },
    putMany: (keys, contentOf = () => empty) => service.objects.putMany(keys, contentOf),
    remove: key => {
      service.objects.remove(key);
    },
    addAccessKey: (id, secret) => {
      service.secrets.set(id, secret);
    },
    inject: fault => faults.inject(fault),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      stopping.abort();
      await closed;
    },
  };
}
