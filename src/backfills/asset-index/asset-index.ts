import {z} from 'zod';
import {normaliseHash} from '../../core/identity.ts';
import {type KeyScope, keyScope} from '../../core/scope.ts';
import type {ObjectStore, StoredObject} from '../../stores/object-store.ts';
import type {Backfill} from '../backfill.ts';
import {type FileChange, fileChange, previewFile} from './change.ts';
import {commitFiles, undoFiles} from './commit.ts';
import {costs} from './costs.ts';
import {coverage} from './coverage.ts';
import {decideFiles, decideUndo} from './decide.ts';
import {inspectObject} from './inspect.ts';
import {invariants} from './invariants.ts';
import {missingOf} from './missing.ts';
import {type FilesFacts, hasFilesTable, probeFiles} from './probe.ts';
import {fileRow} from './row.ts';
import {syncFiles} from './sync.ts';

export interface AssetIndex {
  readonly scope: KeyScope;
  readonly options: object;
  readonly source: ObjectStore;
  readonly facts: FilesFacts;
  readonly item: StoredObject;
  readonly found: FoundObject;
  readonly change: FileChange;
}

const foundObject = z.object({
  hash: z.string().refine(hash => normaliseHash(hash) === hash, 'not 64 lower-case hex digits'),
  size: z.number(),
});
export type FoundObject = z.infer<typeof foundObject>;

/** Fills `files.content_hash` for every object, so that an uploader can skip what has not changed. */
export const assetIndex: Backfill<AssetIndex> = {
  id: 'asset-index',
  system: 'asset-index',
  title: 'objects → files.content_hash',
  rehearsal: {
    reads: 'lists the source and reads every object whose hash is not known',
    predicts: 'every insert and update, exactly, for what is there now',
  },
  words: {
    items: ['object', 'objects'],
    rows: ['row', 'rows'],
    done: {items: 'have a row with a hash', rows: 'have a hash'},
    reads: {
      source: 'whether it can be listed',
      target: 'its tables',
      verify: 'the target, the listing of the source, and a sample of its objects',
    },
    nothing: 'is this the source and scope that you meant?',
  },
  takes: {sources: ['folder', 'bucket'], targets: ['sqlite', 'd1']},
  scope: keyScope,
  options: z.strictObject({}).default({}),
  found: foundObject,
  change: fileChange,
  migrations: 'asset-index',

  probe: io => probeFiles(io.source, io.target),
  needsMigration: async target => !(await hasFilesTable(target)),
  async *partitions({scope}) {
    yield {lo: scope.startAfter, hi: null};
  },
  async *list(range, {source, scope, signal}) {
    for await (const page of source.list({...range, prefix: scope.prefix, signal})) {
      yield scope.since === null ? page : page.filter(object => isSince(object, scope.since));
    }
  },
  middle: (range, {source, scope, signal}) => source.middle({...range, prefix: scope.prefix, signal}),
  lookup: (key, {source, signal}) => source.lookup(key, signal),
  host: (_, {source}) => source.host,
  inspect: inspectObject,
  decide: decideFiles,
  commit: commitFiles,
  decideUndo,
  undo: undoFiles,
  preview: previewFile,
  row: fileRow,
  sync: syncFiles,
  costs,
  coverage,
  missing: missingOf,
  invariants,
};

/** What can't be dated (a fault, a link that leads nowhere) is never filtered away. */
function isSince({modifiedAt, fault, skip}: StoredObject, since: number | null): boolean {
  return since === null || modifiedAt >= since || fault !== undefined || skip !== undefined;
}
