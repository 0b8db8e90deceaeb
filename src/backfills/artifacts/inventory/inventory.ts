import {z} from 'zod';
import {keyScope} from '../../../core/scope.ts';
import type {ObjectStore, StoredObject} from '../../../stores/object-store.ts';
import type {Backfill} from '../../backfill.ts';
import {artifactFigures, summary} from '../checks/figures.ts';
import {artifactInvariants} from '../checks/invariants.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {type ArtifactsOptions, artifactsOptions} from '../options.ts';
import {hasArtifacts} from '../probe.ts';
import {type InventoryChange, inventoryChange, previewObject} from './change.ts';
import {commitObjects} from './commit.ts';
import {costs} from './costs.ts';
import {coverage} from './coverage.ts';
import {decideObjects} from './decide.ts';
import {listingInvariants} from './listing-checks.ts';
import {objectRow} from './object-row.ts';
import {probeInventory} from './probe.ts';
import {decideUndo, undoObjects} from './undo.ts';

const inventoryScope = keyScope.extend({
  /** What rows call the bucket, where that is not the source's own name. */
  bucket: z.string().min(1).nullable().default(null),
});

export interface ArtifactsInventory {
  readonly scope: z.infer<typeof inventoryScope>;
  readonly options: ArtifactsOptions;
  readonly source: ObjectStore;
  readonly facts: ArtifactsFacts;
  readonly item: StoredObject;
  readonly found: null;
  readonly change: InventoryChange;
}

/** Every object of a bucket has a row, and rows that say nothing of their type get the one that the key tells. */
export const artifactsInventory: Backfill<ArtifactsInventory> = {
  id: 'artifacts-inventory',
  system: 'artifacts',
  title: 'objects → artifacts',
  rehearsal: {
    reads: 'lists the source; it reads no object',
    predicts: 'every row that is inserted, and every unknown type that is filled, exactly',
  },
  words: {
    items: ['object', 'objects'],
    rows: ['row', 'rows'],
    done: {items: 'have a row of a known type', rows: 'are of a known type'},
    reads: {
      source: 'whether it can be listed',
      target: 'its tables',
      verify: 'the target, and the listing of the source',
    },
    nothing: 'is this the source and scope that you meant?',
  },
  takes: {sources: ['folder', 'bucket'], targets: ['sqlite', 'd1']},
  scope: inventoryScope,
  options: artifactsOptions,
  found: z.null(),
  change: inventoryChange,
  migrations: 'artifacts',
  confirmsWhole: true,
  inspects: false,

  probe: ({source, target, options}) => probeInventory(source, target, options),
  needsMigration: async target => !(await hasArtifacts(target)),
  async *partitions({scope}) {
    yield {lo: scope.startAfter, hi: null};
  },
  async *list(range, {source, scope, signal}) {
    for await (const page of source.list({...range, prefix: scope.prefix, signal}))
      yield scope.since === null ? page : page.filter(object => isSince(object, scope.since));
  },
  middle: (range, {source, scope, signal}) => source.middle({...range, prefix: scope.prefix, signal}),
  lookup: (key, {source, signal}) => source.lookup(key, signal),
  host: (_, {source}) => source.host,
  inspect: async item => ({item, found: null, bytes: 0}),
  decide: decideObjects,
  rowsOf: ({insert, updates}) => (insert === null ? updates.length : 1),
  commit: commitObjects,
  decideUndo,
  undo: undoObjects,
  preview: previewObject,
  row: objectRow,
  costs,
  coverage,
  figures: {...summary, measure: ({target}, {facts}) => artifactFigures(target, facts)},
  invariants: probe => [
    ...artifactInvariants<ArtifactsInventory>(probe.facts, 'artifacts-inventory'),
    ...listingInvariants(probe.facts),
  ],
};

/** What can't be dated is never filtered away. */
function isSince({modifiedAt, fault, skip}: StoredObject, since: number | null): boolean {
  return since === null || modifiedAt >= since || fault !== undefined || skip !== undefined;
}
