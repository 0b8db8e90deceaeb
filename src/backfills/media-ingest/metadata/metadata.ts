import {type KeyScope, keyScope} from '../../../core/scope.ts';
import {describeTable} from '../../../databases/schema.ts';
import type {ObjectStore} from '../../../stores/object-store.ts';
import type {Backfill} from '../../backfill.ts';
import type {MediaFacts} from '../facts.ts';
import {mediaInvariants} from '../invariants.ts';
import {listObjects, lookupObject} from '../listed.ts';
import {markedCoverage} from '../marked-coverage.ts';
import {type MediaOptions, mediaOptions} from '../options.ts';
import {rowsSurveyOf} from '../survey-rows.ts';
import {
  type FoundMetadata,
  foundMetadata,
  type MetadataChange,
  metadataChange,
  previewMetadata,
} from './change.ts';
import {isRead, metadataInvariants} from './checks.ts';
import {commitMetadata, undoMetadata} from './commit.ts';
import {costs} from './costs.ts';
import {decideMetadata, decideUndo} from './decide.ts';
import {inspectMetadata, itemOf, type MetadataItem} from './inspect.ts';
import {probeMetadata} from './probe.ts';
import {metadataRow} from './row.ts';

export interface MediaMetadata {
  readonly scope: KeyScope;
  readonly options: MediaOptions;
  readonly source: ObjectStore;
  readonly facts: MediaFacts;
  readonly item: MetadataItem;
  readonly found: FoundMetadata;
  readonly change: MetadataChange;
}

/** What a bucket says of its objects beside their bytes, in a table beside the catalogue. */
export const mediaMetadata: Backfill<MediaMetadata> = {
  id: 'media-metadata',
  system: 'media-ingest',
  title: 'metadata of objects → media_metadata',
  rehearsal: {
    reads: 'lists the source, and asks by one HEAD for every object whose metadata are not known',
    predicts: 'every insert and update, exactly, for what is there now',
  },
  words: {
    items: ['object', 'objects'],
    rows: ['row', 'rows'],
    done: {items: 'have metadata beside a row of their version', rows: 'have metadata beside them'},
    reads: {
      source: 'whether it can be listed',
      target: 'its tables',
      verify: 'every row of the catalogue, and the listing of the source',
    },
    nothing: 'is this the source and scope that you meant?',
  },
  takes: {sources: ['bucket'], targets: ['sqlite', 'd1']},
  endsInEnvironment: true,
  scope: keyScope,
  options: mediaOptions,
  found: foundMetadata,
  change: metadataChange,
  migrations: 'media-metadata',
  shrinks: ({shrink}) => shrink,

  probe: probeMetadata,
  needsMigration: async target => (await describeTable(target, 'media_metadata')) === null,
  async *partitions({scope}) {
    yield {lo: scope.startAfter, hi: null};
  },
  async *list(range, io) {
    for await (const page of listObjects(range, io)) yield page.map(itemOf);
  },
  middle: async () => null,
  async lookup(key, io) {
    const found = await lookupObject(key, io);
    return found === null ? null : itemOf(found);
  },
  host: (_, {source}) => source.host,
  inspect: inspectMetadata,
  decide: decideMetadata,
  rowsOf: ({rows}) => rows.length,
  commit: commitMetadata,
  decideUndo,
  undo: undoMetadata,
  preview: previewMetadata,
  row: metadataRow,
  costs,
  coverage: io => markedCoverage(io, isRead),
  remembers: async (io, {facts}) => (await rowsSurveyOf(io, facts)).now,
  invariants: ({facts}) => [...mediaInvariants<MediaMetadata>(facts, 'media-ingest'), ...metadataInvariants],
};
