import {errorsOf} from '../../core/probe.ts';
import type {Backfill} from '../backfill.ts';
import type {UploadSource} from '../upload-source.ts';
import {answerHashes} from './answer-hashes.ts';
import {requireApart} from './apart.ts';
import {bytesMatch} from './bytes-check.ts';
import {type UploadChange, uploadChange} from './change.ts';
import {commitUploads} from './commit.ts';
import {undoUploads} from './commit-undo.ts';
import {costs} from './costs.ts';
import {coverage, missingOf} from './coverage.ts';
import {decideUploads} from './decide.ts';
import {uploadEffects} from './effects.ts';
import type {AssetFacts} from './facts.ts';
import {successesHaveRows} from './hash-store-check.ts';
import {inspectFile} from './inspect.ts';
import {invariants} from './invariants.ts';
import {type FoundFile, foundFile, type UploadItem} from './item.ts';
import {listFiles, withHashes} from './list.ts';
import {objectsAreThere} from './objects-check.ts';
import {type UploadOptions, uploadOptions} from './options.ts';
import {previewUpload} from './preview.ts';
import {hasAssetsTable, probeAssets} from './probe.ts';
import {probeProvider} from './probe-objects.ts';
import {assetRow} from './row.ts';
import {stands} from './rows-of.ts';
import {assetsSchema} from './schema/change.ts';
import {requireWhose, type UploadScope, uploadScope} from './scope.ts';
import {decideUndo} from './undo.ts';

export interface Uploads {
  readonly scope: UploadScope;
  readonly options: UploadOptions;
  readonly source: UploadSource;
  readonly facts: AssetFacts;
  readonly item: UploadItem;
  readonly found: FoundFile;
  readonly change: UploadChange;
}

/** Uploads the files of folders to a provider, each content once for each user, and says so in the table assets. */
export const uploads: Backfill<Uploads> = {
  id: 'uploads',
  system: 'uploads',
  title: 'folders → provider, each content once',
  rehearsal: {
    reads: 'hashes every file that is new or has changed, and asks the target which contents it has',
    predicts: 'every upload and every link, exactly, for the files that are there now',
  },
  words: {
    items: ['file', 'files'],
    rows: ['asset', 'assets'],
    done: {items: 'are recorded as uploaded', rows: 'are recorded at the provider'},
    reads: {
      source: 'whether the folders can be listed, and the provider be reached',
      target: 'the table assets, its columns and indexes',
      verify: 'the target, the folders, and a sample of the objects at the provider',
    },
    nothing: 'are these the folders that you meant?',
    versions: {brought: 'uploaded', found: 'found recorded as uploaded'},
    stages: {inspected: 'hashed', applied: 'uploaded'},
    warnings: ['similar', 'not hashed', 'row gone', 'lost', 'damaged', 'not seen', 'failed before'],
  },
  takes: {sources: ['folder'], targets: ['sqlite', 'd1', 'postgres', 'pglite']},
  uploads: 'files',
  // A film is hashed as long as thousands of pictures.
  pagesAhead: 8,
  keepsFingerprints: false,
  scope: uploadScope,
  options: uploadOptions,
  found: foundFile,
  change: uploadChange,
  migrations: 'uploads',
  postgresMigrations: 'uploads-postgres',
  changesSchema: assetsSchema,

  complete: async (scope, {source}) => {
    const {user, provider} = requireWhose(scope);
    const opened = await source.provider(provider);
    requireApart(source, opened);
    return {...scope, user, provider: opened.id, place: opened.store.id};
  },
  probe: async io => {
    const {source, target, options} = io;
    const {user, provider: named, place} = uploadScope.parse(io.scope);
    const probe = await probeAssets(target, options);
    if (source === null || named === null) return probe;
    const facts = errorsOf(probe).length === 0 ? probe.facts : null;
    const provider = await source.provider(named);
    const [folders, found] = await Promise.all([
      source.check(),
      probeProvider(io, facts, {user, provider, place}),
    ]);
    return {...probe, findings: [...folders, ...found, ...probe.findings]};
  },
  needsMigration: async target => !(await hasAssetsTable(target)),
  async *partitions({scope}) {
    yield {lo: scope.startAfter, hi: null};
  },
  list: listFiles,
  // One partition: what was met first of a content is the first in the order of keys.
  middle: async () => null,
  lookup: async (key, {source, signal, options, kept}) => {
    const object = await source.lookup(key, signal);
    if (object === null) return null;
    if (kept === undefined) return {...object, known: null};
    const [item] = await withHashes([object], {source, options, kept});
    return item ?? null;
  },
  // The threads that hash have places of their own: a large file keeps none of them from the small ones.
  host: () => null,
  inspect: inspectFile,
  decide: decideUploads,
  effects: uploadEffects,
  stands,
  commit: (changes, {facts}) => commitUploads(changes, facts),
  decideUndo,
  undo: (changes, {facts}) => undoUploads(changes, facts),
  preview: previewUpload,
  row: assetRow,
  answerHashes,
  costs,
  coverage,
  missing: missingOf,
  invariants: probe => [
    ...invariants<Uploads>(probe),
    successesHaveRows(probe.facts),
    objectsAreThere(probe.facts),
    bytesMatch<Uploads>(probe.facts, {
      providerOf: async ({source, scope}) =>
        source === null || scope.provider === null ? null : source.provider(scope.provider),
      recovery:
        'A fresh dry run (--fresh) looks for every object, and plans what is lost to be uploaded again, while its file is here. Where the provider has something else, look at it: remove it there, and it is lost and comes back so; where the row is wrong, uploads-repair corrects it.',
      recovers: {as: 'fresh dry-run'},
    }),
  ],
};
