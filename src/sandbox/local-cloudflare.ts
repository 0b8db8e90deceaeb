import {randomBytes} from 'node:crypto';
import {d1Api} from './d1-api.ts';
import {listen} from './listen.ts';
import {localD1} from './local-d1.ts';
import {startWorkerd, type WorkerdOptions} from './workerd.ts';

/**
 * A Cloudflare account on this machine: workerd's own D1 behind the REST API, and its R2 behind the S3 API, both on
 * 127.0.0.1 alone. Without `persistTo`, nothing is left of it after `stop`.
 */
export interface LocalCloudflare {
  /** …/client/v4, for the client's `baseURL`. */
  readonly baseUrl: string;
  readonly accountId: string;
  readonly token: string;
  readonly databases: readonly {readonly name: string; readonly uuid: string}[];
  readonly s3: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Puts objects into the bucket, about 500 a second. */
  putObjects(
    objects: readonly {readonly key: string; readonly content: Uint8Array}[],
    bucket?: string,
  ): Promise<void>;
  emptyBucket(): Promise<void>;
  stop(): Promise<void>;
}

export type LocalCloudflareOptions = Omit<WorkerdOptions, 's3Credentials'>;

const accountId = '1'.padStart(32, '0');
const putAtOnce = 64;

export async function startLocalCloudflare(options: LocalCloudflareOptions): Promise<LocalCloudflare> {
  const credentials = {accessKeyId: secret(16), secretAccessKey: secret(32)};
  const token = secret(20);
  const workerd = await startWorkerd({...options, s3Credentials: credentials});
  const databases = options.databases.map(name => localD1(name, workerd.url));
  const api = await listen(d1Api({accountId, token, databases}));
  const urlOf = (bucket: string) => new URL(`/r2/${bucket}`, workerd.url);
  let stopped: Promise<void> | null = null;
  return {
    baseUrl: `http://127.0.0.1:${api.port}/client/v4`,
    accountId,
    token,
    databases: databases.map(({name, uuid}) => ({name, uuid})),
    s3: {endpoint: new URL('/cdn-cgi/local/r2/s3', workerd.url).href, bucket: options.bucket, ...credentials},
    putObjects: async (objects, bucket = options.bucket) => {
      for (let from = 0; from < objects.length; from += putAtOnce)
        await Promise.all(
          objects.slice(from, from + putAtOnce).map(({key, content}) => {
            const object = new URL(`?${new URLSearchParams({key})}`, urlOf(bucket));
            return askWorker(object, {method: 'PUT', body: Buffer.from(content)});
          }),
        );
    },
    emptyBucket: () => askWorker(urlOf(options.bucket), {method: 'DELETE'}),
    stop: () => {
      stopped ??= api.close().then(() => workerd.stop());
      return stopped;
    },
  };
}

async function askWorker(url: URL, request: RequestInit): Promise<void> {
  const response = await fetch(url, request);
  const answer = await response.text();
  if (!response.ok) throw new Error(`the local R2 refused ${request.method}: ${answer}`);
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
