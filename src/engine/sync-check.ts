import type {AnyBackfill} from '../backfills/registry.ts';
import type {LocalFile, SyncAnswer} from '../backfills/sync.ts';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Target} from '../databases/database.ts';
import type {ObjectStore, StoredObject} from '../stores/object-store.ts';
import type {Engine} from './engine.ts';
import {targetIoFor} from './io.ts';
import {keptToLook} from './kept.ts';
import {Limiter} from './limiter.ts';
import {reading} from './steady-reader.ts';

/** One local file, and what an uploader does with it. */
export type SyncResult = {readonly key: string; readonly size: number} & (
  | (SyncAnswer & {readonly hash: string})
  | {readonly action: 'fail' | 'ignore'; readonly why: string}
);

export interface SyncCheck {
  readonly backfill: AnyBackfill;
  readonly target: Target;
  readonly local: ObjectStore;
  /** What stands before a file's path in its key. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  readonly onResult: (result: SyncResult) => void;
}

/** Hashes the files of a folder and compares them with the index, as an uploader does before it sends anything. */
export async function syncCheck(engine: Engine, check: SyncCheck): Promise<void> {
  const {backfill, target, local, prefix, signal, onResult} = check;
  const {host} = engine;
  if (backfill.sync === undefined)
    throw new OperatorError(
      'usage',
      `${backfill.id} keeps no hashes that files are compared with`,
      'Use asset-index.',
    );
  const scope = backfill.scope.parse({});
  await engine.fineProbe({backfill, source: null, target}, scope);
  const limiter = new Limiter({...host.settings.concurrency, rate: host.settings.rate, now: host.now});
  await reading(host, target, async reader => {
    const connection = {backfill, source: null, target};
    const kept = keptToLook(host, target.id);
    const io = targetIoFor({
      connection,
      reader,
      scope,
      signal,
      now: host.now,
      onBytes: () => undefined,
      kept,
    });
    for await (const page of local.list({prefix: '', lo: '', hi: null, signal})) {
      const hashed = await Promise.all(page.map(object => hash(object)));
      const files = hashed.filter(result => 'hash' in result);
      const answers = files.length === 0 ? [] : await backfill.sync?.(files, io);
      let next = 0;
      for (const result of hashed) {
        const answer = 'hash' in result ? answers?.[next++] : undefined;
        onResult('hash' in result ? {...result, ...(answer ?? {action: 'upload', why: 'unknown'})} : result);
      }
    }
  });

  async function hash(
    object: StoredObject,
  ): Promise<LocalFile | Extract<SyncResult, {action: 'fail' | 'ignore'}>> {
    const {size} = object;
    const key = prefix + object.key;
    if (object.skip !== undefined) return {key, size, action: 'ignore', why: object.skip};
    if (object.fault !== undefined) return {key, size, action: 'fail', why: object.fault.message};
    const place = await limiter.acquire(local.host, signal);
    try {
      const found = await local.sha256(object, {signal});
      place.done({bytes: size});
      return {key, size, hash: found};
    } catch (error) {
      place.done({error});
      if (!(error instanceof Fault)) throw error;
      return {key, size, action: 'fail', why: error.message};
    }
  }
}
