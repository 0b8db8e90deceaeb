import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import type {Readable} from 'node:stream';
import {OperatorError} from '../core/operator-error.ts';
import {databaseUuid} from './local-d1.ts';
import {workerSource} from './worker-source.ts';

/**
 * workerd, Cloudflare's own runtime, with databases and a bucket, started through miniflare. It is quiet, listens on
 * 127.0.0.1 alone, and neither fetches nor reports anything. A process that is killed leaves it running.
 */
export interface Workerd {
  /** Of the Worker (worker-source.ts); R2's S3 API is at the same address. */
  readonly url: URL;
  /** Ends it, and removes what it kept where no folder was named. */
  stop(): Promise<void>;
}

export interface WorkerdOptions {
  readonly databases: readonly string[];
  readonly bucket: string;
  /** Others beside it, under the same keys. */
  readonly otherBuckets?: readonly string[];
  /** A folder that keeps databases and bucket for the next time. */
  readonly persistTo?: string;
  readonly s3Credentials: {readonly accessKeyId: string; readonly secretAccessKey: string};
}

/** It takes half a second, on a busy machine a few. Where its program can't be run at all, miniflare waits for ever. */
const startWithinMs = 30_000;
const endWithinMs = 5_000;

export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const {Miniflare, NoOpLog} = await loadMiniflare();
  // A folder of our own: miniflare does not wait for the removal of its temporary one, and may leave half of it.
  const folder = options.persistTo ?? (await mkdtemp(join(tmpdir(), 'headgate-cloudflare-')));
  const remove = async () => {
    if (options.persistTo === undefined) await rm(folder, {recursive: true, force: true, maxRetries: 3});
  };
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
    defaultPersistRoot: resolve(folder),
    d1Databases: Object.fromEntries(options.databases.map(databaseUuid).map(uuid => [uuid, uuid])),
    r2Buckets: Object.fromEntries(
      [options.bucket, ...(options.otherBuckets ?? [])].map(id => [
        id,
        {id, s3Credentials: options.s3Credentials},
      ]),
    ),
  });
  try {
    const url = await within(startWithinMs, miniflare.ready);
    return {url, stop: () => miniflare.dispose().finally(remove)};
  } catch (error) {
    await within(endWithinMs, miniflare.dispose()).catch(() => undefined);
    await remove();
    throw new OperatorError(
      'failed',
      `the local D1 and R2 (miniflare) did not start: ${messageOf(error)}`,
      'Install it anew, with its install scripts: npm install miniflare && npm rebuild workerd.',
    );
  }
}

/** An optional package, of 160 MB: only the sandbox and the tests need it. */
async function loadMiniflare(): Promise<typeof import('miniflare')> {
  try {
    return await import('miniflare');
  } catch (error) {
    throw new OperatorError(
      'usage',
      `the local D1 and R2 need the package miniflare, which could not be loaded: ${messageOf(error)}`,
      'Install it beside headgate: npm install miniflare.',
    );
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const {promise: late, reject} = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it took longer than ${ms / 1_000} s`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
