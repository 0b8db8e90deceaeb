import {OperatorError} from '../core/operator-error.ts';
import {artifactsCleanup} from './artifacts/cleanup/cleanup.ts';
import {artifactsInventory} from './artifacts/inventory/inventory.ts';
import {artifactsRecovery} from './artifacts/recovery.ts';
import {artifactsIndex} from './artifacts/unique-index/unique-index.ts';
import {assetIndex} from './asset-index/asset-index.ts';
import type {Backfill, BackfillWords, Noun, Recovery, SourceKind, TargetKind} from './backfill.ts';
import {mediaDoubles} from './media-ingest/doubles/doubles.ts';
import {mediaIngest} from './media-ingest/ingest/ingest.ts';
import {mediaMetadata} from './media-ingest/metadata/metadata.ts';
import {mediaPrune} from './media-ingest/prune/prune.ts';
import {mediaRecovery} from './media-ingest/recovery.ts';
import {mediaSeen} from './media-ingest/seen/seen.ts';
import {recordsPrune} from './records/prune/prune.ts';
import {records} from './records/records.ts';
import type {Shape} from './shape.ts';
import {uploadsRepair} from './uploads/repair/repair.ts';
import {uploads} from './uploads/uploads.ts';

/** Any backfill, for the engine, which looks into none of its types. */
export type AnyBackfill = Backfill<Shape>;

/** Every backfill there is. Adding one is one folder and one line here. */
export const backfills: readonly AnyBackfill[] = [
  assetIndex,
  artifactsCleanup,
  artifactsIndex,
  artifactsInventory,
  mediaIngest,
  mediaDoubles,
  mediaSeen,
  mediaMetadata,
  mediaPrune,
  records,
  recordsPrune,
  uploads,
  uploadsRepair,
];

/** Systems that can be recovered as a whole. */
export const recoveries: readonly Recovery[] = [artifactsRecovery, mediaRecovery];

export function findRecovery(name: string): Recovery {
  const found = recoveries.find(recovery => recovery.name === name);
  if (found !== undefined) return found;
  const known = recoveries.map(recovery => recovery.name).join(', ');
  throw new OperatorError('usage', `there is no recovery of ${name}`, `Known are: ${known}.`);
}

/** It reads the target alone: no source is named for it. */
export function readsTarget({takes}: Pick<AnyBackfill, 'takes'>): boolean {
  return takes.sources.includes('target');
}

/** It reads the AT Protocol network, which needs no name. */
export function readsNetwork({takes}: Pick<AnyBackfill, 'takes'>): boolean {
  return takes.sources.includes('network');
}

/** Those that can work between such ends; without a source, those that need none. */
export function backfillsBetween<B extends Pick<AnyBackfill, 'takes'>>(
  source: SourceKind | null,
  target: TargetKind,
  among: readonly B[],
): readonly B[] {
  return among.filter(
    ({takes}) =>
      takes.targets.includes(target) &&
      (takes.sources.includes('target') || (source !== null && takes.sources.includes(source))),
  );
}

/** What the target of a backfill has; what is on record of one that is no more was of rows. */
export function rowsOf(id: string): Noun {
  return backfills.find(backfill => backfill.id === id)?.words.rows ?? ['row', 'rows'];
}

/** Null of a backfill that is no more. */
export function wordsOf(id: string): BackfillWords | null {
  return backfills.find(backfill => backfill.id === id)?.words ?? null;
}

/** What becomes of a backfill's items before a page of them is settled; null where that is not told. */
export function stagesOf(id: string): BackfillWords['stages'] | null {
  return wordsOf(id)?.stages ?? null;
}

/** What is said of a backfill whose partitions are found while a run is on: its items are the target's rows. */
export interface RepositoryNouns {
  readonly repositories: Noun;
  readonly items: Noun;
}

/** Null of a backfill whose partitions are all known from the beginning, and of one that is no more. */
export function repositoryNouns(id: string): RepositoryNouns | null {
  const backfill = backfills.find(known => known.id === id);
  return backfill?.repositories === undefined
    ? null
    : {repositories: backfill.repositories.words, items: backfill.words.rows};
}

/** The backfills of each system, in the order in which they are run. */
export function systemOf(name: string): readonly AnyBackfill[] {
  return backfills.filter(({system}) => system === name);
}

/** What is measured under a system's name: by the one of its backfills that compares with a source. */
export function findMeasuring(name: string): AnyBackfill {
  const ofSystem = backfills.some(({id}) => id === name) ? [] : systemOf(name);
  const found = ofSystem.find(backfill => !readsTarget(backfill)) ?? ofSystem[0];
  return found ?? findBackfill(name);
}

export function findBackfill(id: string): AnyBackfill {
  const found = backfills.find(backfill => backfill.id === id);
  if (found !== undefined) return found;
  const known = new Set([...backfills.map(backfill => backfill.id), ...backfills.map(({system}) => system)]);
  throw new OperatorError('usage', `there is no backfill ${id}`, `Known are: ${[...known].join(', ')}.`);
}
