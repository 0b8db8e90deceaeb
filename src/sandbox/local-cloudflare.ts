import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import type {Miniflare, MiniflareOptions} from 'miniflare';
import {OperatorError} from '../core/operator-error.ts';
import {d1Api} from './d1-api.ts';
import {listen} from './listen.ts';
import {databaseUuid, localD1} from './local-d1.ts';
import {workerSource} from './worker-source.ts';

/**
 * A Cloudflare account on this machine: workerd's own D1 behind the REST API, and its R2 behind the S3 API. Everything
 * listens on 127.0.0.1 alone, nothing is fetched or reported, and without `persistTo` nothing is left after `stop`.
 * A process that is killed leaves workerd running.
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
  putObjects(objects: readonly {readonly key: string; readonly content: Uint8Array}[]): Promise<void>;
  emptyBucket(): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalCloudflareOptions {
  readonly databases: readonly string[];
  readonly bucket: string;
  /** A folder that keeps databases and bucket for the next time. */
  readonly persistTo?: string;
}

const accountId = '1'.padStart(32, '0');
const putAtOnce = 64;

export async function startLocalCloudflare(options: LocalCloudflareOptions): Promise<LocalCloudflare> {
  const credentials = {accessKeyId: secret(16), secretAccessKey: secret(32)};
  const token = secret(20);
  const {miniflare, url} = await startMiniflare(options, credentials);
  const databases = options.databases.map(name => localD1(name, url));
  const api = await listen(d1Api({accountId, token, databases}));
  let stopped: Promise<void> | null = null;
  return {
    baseUrl: `http://127.0.0.1:${api.port}/client/v4`,
    accountId,
    token,
    databases: databases.map(({name, uuid}) => ({name, uuid})),
    s3: {endpoint: new URL('/cdn-cgi/local/r2/s3', url).href, bucket: options.bucket, ...credentials},
    putObjects: async objects => {
      for (let from = 0; from < objects.length; from += putAtOnce)
        await Promise.all(
          objects.slice(from, from + putAtOnce).map(({key, content}) => {
            const place = new URL(`/r2?${new URLSearchParams({key})}`, url);
            return askWorker(place, 'PUT', content);
          }),
        );
    },
    emptyBucket: () => askWorker(new URL('/r2', url), 'DELETE'),
    stop: () => {
      stopped ??= api.close().then(() => miniflare.dispose());
      return stopped;
    },
  };
}

async function askWorker(url: URL, method: 'PUT' | 'DELETE', body?: Uint8Array): Promise<void> {
  const response = await fetch(url, {method, ...(body === undefined ? {} : {body: new Uint8Array(body)})});
  if (!response.ok) throw new Error(`the local R2 refused ${method}: ${await response.text()}`);
  await response.arrayBuffer();
}

async function startMiniflare(
  {databases, bucket, persistTo}: LocalCloudflareOptions,
  s3Credentials: {readonly accessKeyId: string; readonly secretAccessKey: string},
): Promise<{miniflare: Miniflare; url: URL}> {
  const {Miniflare, NoOpLog} = await loadMiniflare();
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    // Otherwise it fetches a description of this machine's place on the network.
    cf: false,
    telemetry: {enabled: false},
    log: new NoOpLog(),
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      stdout.resume();
      stderr.resume();
    },
    modules: true,
    script: workerSource,
    compatibilityDate: '2026-07-01',
    d1Databases: Object.fromEntries(databases.map(databaseUuid).map(uuid => [uuid, uuid])),
    r2Buckets: {BUCKET: {id: bucket, s3Credentials}},
    ...(persistTo === undefined ? {} : persistence(persistTo)),
  });
  try {
    return {miniflare, url: await miniflare.ready};
  } catch (error) {
    await miniflare.dispose().catch(() => undefined);
    throw new OperatorError(
      'failed',
      `the local D1 and R2 (miniflare) did not start: ${error instanceof Error ? error.message : String(error)}`,
      'Reinstall it with its install scripts: npm install miniflare && npm rebuild workerd.',
    );
  }
}

function persistence(folder: string): Pick<MiniflareOptions, 'd1Persist' | 'r2Persist'> {
  return {d1Persist: join(folder, 'd1'), r2Persist: join(folder, 'r2')};
}

/** An optional package, of 160 MB: only the sandbox and the tests need it. */
async function loadMiniflare(): Promise<typeof import('miniflare')> {
  try {
    return await import('miniflare');
  } catch (error) {
    throw new OperatorError(
      'usage',
      `the local D1 and R2 need the package miniflare, which could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      'Install it beside headgate: npm install miniflare.',
    );
  }
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
