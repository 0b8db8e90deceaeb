import {z} from 'zod';
import type {FaultData} from '../../../core/failure.ts';
import type {Backfill} from '../../backfill.ts';
import type {ProviderSource} from '../../upload-source.ts';
import {bytesMatch} from '../bytes-check.ts';
import {costs} from '../costs.ts';
import type {AssetFacts} from '../facts.ts';
import {invariants} from '../invariants.ts';
import {type UploadOptions, uploadOptions} from '../options.ts';
import {hasAssetsTable, probeAssets} from '../probe.ts';
import {commitRepair, type RepairChange, repairChange, undoRepair} from './change.ts';
import {repairCoverage} from './coverage.ts';
import {decideRepair, decideUndoRepair} from './decide.ts';
import {readObject} from './inspect.ts';
import {keyOfNumber} from './keys.ts';
import {listAssets, lookupAsset} from './list.ts';
import {assetNow} from './row.ts';
import {type RepairScope, repairScope} from './scope.ts';

export interface UploadsRepair {
  readonly scope: RepairScope;
  readonly options: UploadOptions;
  readonly source: ProviderSource;
  readonly facts: AssetFacts;
  readonly item: RepairItem;
  readonly found: FoundBytes;
  readonly change: RepairChange;
}

/** A row, under a key by which rows are in the order of their ids. */
export interface RepairItem {
  readonly key: string;
  readonly size: number;
  /** Row and object: an object keeps its bytes for ever, for it is called by them. */
  readonly fingerprint: string | null;
  readonly id: string;
  readonly user: string;
  readonly sha256: string | null;
  readonly object: string;
  readonly fault?: FaultData;
}

export const foundBytes = z.object({
  id: z.string(),
  user: z.string(),
  sha256: z.string().nullable(),
  object: z.string(),
  /** What the bytes have; null where the provider has no such object. */
  bytes: z.string().nullable(),
});
export type FoundBytes = z.infer<typeof foundBytes>;

/** Reads the bytes of rows at a provider again, and corrects the hashes that are missing or wrong. */
export const uploadsRepair: Backfill<UploadsRepair> = {
  id: 'uploads-repair',
  system: 'uploads',
  title: 'bytes at a provider → assets.sha256',
  rehearsal: {
    reads: 'reads the bytes of every row that the provider has',
    predicts: 'every hash that is missing or wrong, exactly, for the bytes that are there now',
  },
  words: {
    items: ['asset', 'assets'],
    rows: ['asset', 'assets'],
    done: {items: 'have a hash', rows: 'have a hash'},
    reads: {
      source: 'whether the provider can be reached',
      target: 'the table assets, its columns and indexes',
      verify: 'the target, and a sample of the objects at the provider',
    },
    nothing: 'does the table know of this provider?',
    stages: {inspected: 'read'},
    warnings: ['missing bytes', 'disagreement'],
  },
  takes: {sources: ['folder', 'bucket'], targets: ['sqlite', 'd1', 'postgres', 'pglite']},
  uploads: 'objects',
  scope: repairScope,
  options: uploadOptions,
  found: foundBytes,
  change: repairChange,
  migrations: 'uploads',
  postgresMigrations: 'uploads-postgres',
  keepsFingerprints: false,

  complete: async (scope, {source}) => ({...scope, provider: source.provider.id}),
  probe: async ({source, target, options}) => {
    const probe = await probeAssets(target, options);
    const reached = source === null ? [] : await source.provider.store.check();
    return {...probe, findings: [...reached, ...probe.findings]};
  },
  needsMigration: async target => !(await hasAssetsTable(target)),
  async *partitions({scope}) {
    yield {lo: scope.startAfter, hi: null};
  },
  list: listAssets,
  middle: async () => null,
  lookup: lookupAsset,
  asked: {
    by: 'an asset of uploads-repair by its id, which verify names beside its object',
    keyOf: keyOfNumber,
  },
  host: (_, {source}) => source.provider.host,
  inspect: readObject,
  decide: decideRepair,
  commit: (changes, {facts}) => commitRepair(changes, facts),
  decideUndo: decideUndoRepair,
  undo: (changes, {facts}) => undoRepair(changes, facts),
  preview: ({before, after}) => ({before: {sha256: before}, after: {sha256: after}}),
  row: assetNow,
  costs,
  coverage: repairCoverage,
  invariants: probe => [
    ...invariants<UploadsRepair>(probe),
    bytesMatch<UploadsRepair>(probe.facts, {
      providerOf: async ({source}) => source?.provider ?? null,
      recovery:
        'A dry run of uploads-repair reads the bytes of every row, and plans the hashes that are wrong. What is lost, it can only name: headgate run uploads --fresh uploads it again from its file.',
    }),
  ],
};
