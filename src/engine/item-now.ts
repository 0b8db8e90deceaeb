import type {RowNow} from '../backfills/backfill.ts';
import type {AnyBackfill} from '../backfills/registry.ts';
import type {Item} from '../backfills/shape.ts';
import {isChange} from '../core/entry.ts';
import type {UploadedContent} from '../core/uploads.ts';
import type {Reader, Target} from '../databases/database.ts';
import type {Kept} from '../ledger/fingerprints.ts';
import type {Source} from './connection.ts';
import type {Happening, RunHistory} from './explain.ts';

/** One item at its source and its target as they are now, beside what the ledger says of it. Reads both, once. */

export interface Ends {
  readonly source: string;
  readonly target: string;
}

/** Which version the source has now. */
export type VersionNow =
  /** The one that a run wrote to the target, or found to be there already. */
  | {readonly is: 'indexed'; readonly by: Indexing}
  /** One that was read, and that no run has written. */
  | {readonly is: 'read'}
  /** Another than that of the run, or where there is none, than was last read. */
  | {readonly is: 'changed'; readonly by: Indexing | null}
  | {readonly is: 'unknown'};

export interface Indexing {
  readonly run: string;
  /** False where the run found the target to have it. */
  readonly isWritten: boolean;
  /** Null where it can't be compared. */
  readonly fingerprint: string | null;
}

/** Of a provider's objects, the target says which of them it is: without a reader of it there is none. */
export function itemAtSource(
  backfill: AnyBackfill,
  source: Source,
  key: string,
  {signal, target}: {readonly signal: AbortSignal; readonly target?: Reader},
): Promise<Item | null> {
  return backfill.lookup(
    key,
    {
      source,
      options: backfill.options.parse(undefined),
      signal,
      placed: (_, request) => request(),
      ...(target === undefined ? {} : {target}),
    },
    null,
  );
}

export function versionNow(
  {fingerprint}: Item,
  ends: Ends,
  history: readonly RunHistory[],
  kept: readonly Kept[],
): VersionNow {
  const indexed = indexedBy(ends, history);
  const read = kept.find(({source, target}) => source === ends.source && target === ends.target);
  if (fingerprint === null) return {is: 'unknown'};
  if (indexed?.fingerprint === fingerprint) return {is: 'indexed', by: indexed};
  if (read?.fingerprint === fingerprint) return {is: 'read'};
  if (indexed !== null && indexed.fingerprint !== null) return {is: 'changed', by: indexed};
  return read === undefined ? {is: 'unknown'} : {is: 'changed', by: null};
}

/** What last brought the target to a version; null where nothing did, or it was taken back. */
function indexedBy(ends: Ends, history: readonly RunHistory[]): Indexing | null {
  const between = history.filter(({run}) => run.source === ends.source && run.target === ends.target);
  for (const {run, happenings} of between.toReversed()) {
    const last = happenings.findLast(isIndexing);
    if (last === undefined) continue;
    const isWritten = last.what === 'written';
    if (run.undoes === null) return {run: run.id, isWritten, fingerprint: last.entry.fingerprint};
    if (isWritten) return null;
  }
  return null;
}

function isIndexing(
  happening: Happening,
): happening is Extract<Happening, {readonly what: 'decided' | 'written'}> {
  return (
    happening.what === 'written' || (happening.what === 'decided' && happening.entry.action === 'unchanged')
  );
}

export interface AtTarget {
  readonly columns: RowNow['columns'];
  /**
   * As the last run on record left it; as it was before that run, because that has been taken back or because its page
   * did not land; or otherwise. Null where no run is on record.
   */
  readonly stands: 'as-left' | 'taken-back' | 'not-landed' | 'changed' | null;
  /** That run. */
  readonly run: string | null;
  /** What the row says, where its columns do not say it to everybody. */
  readonly says: string | null;
}

/** Null where the backfill shows no single rows. */
export async function itemAtTarget(
  backfill: AnyBackfill,
  target: Target,
  key: string,
  history: readonly RunHistory[],
  content: UploadedContent | null,
  signal: AbortSignal,
): Promise<AtTarget | null> {
  if (backfill.row === undefined) return null;
  const last = lastWrite(backfill, target.id, history);
  const reader = await target.openReader();
  const {
    columns,
    is,
    says = null,
  } = await backfill
    .row(key, last?.change ?? null, {target: reader, signal, content})
    .finally(() => reader.close());
  if (last === null || is === null) return {columns, says, stands: null, run: null};
  const [left, former] = last.isUndo ? (['before', 'after'] as const) : (['after', 'before'] as const);
  if (is === left) return {columns, says, stands: 'as-left', run: last.run};
  if (is !== former) return {columns, says, stands: 'changed', run: last.run};
  return {columns, says, stands: last.isSettled ? 'taken-back' : 'not-landed', run: last.run};
}

function lastWrite(backfill: AnyBackfill, target: string, history: readonly RunHistory[]) {
  for (const {run, happenings} of history.toReversed()) {
    if (run.target !== target || run.backfill !== backfill.id) continue;
    const last = happenings.findLast(isWrite);
    if (last === undefined) continue;
    const parsed = backfill.change.safeParse(last.entry.change);
    if (!parsed.success) return null;
    return {
      run: run.id,
      change: parsed.data,
      isUndo: run.undoes !== null,
      isSettled: last.what === 'written',
    };
  }
  return null;
}

/** Made, or about to be made when the run stopped. */
function isWrite(
  happening: Happening,
): happening is Extract<Happening, {readonly what: 'written' | 'under-way'}> {
  return happening.what === 'written' || (happening.what === 'under-way' && isChange(happening.entry));
}
