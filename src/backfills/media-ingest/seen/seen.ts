import {z} from 'zod';
import {jsonParts} from '../../../core/json-parts.ts';
import {type KeyScope, keyScope} from '../../../core/scope.ts';
import {describeTable} from '../../../databases/schema.ts';
import type {ObjectStore, StoredObject} from '../../../stores/object-store.ts';
import type {Backfill} from '../../backfill.ts';
import type {MediaFacts} from '../facts.ts';
import {mediaInvariants} from '../invariants.ts';
import {listObjects, lookupObject} from '../listed.ts';
import {type Marking, markedCoverage} from '../marked-coverage.ts';
import {type MediaOptions, mediaOptions} from '../options.ts';
import {rowsSurveyOf} from '../survey-rows.ts';
import {previewSeen, type SeenChange, seenChange} from './change.ts';
import {commitSeen, undoSeen} from './commit.ts';
import {costs} from './costs.ts';
import {decideSeen, decideUndo} from './decide.ts';
import {probeSeen} from './probe.ts';
import {seenRow} from './row.ts';

export interface MediaSeen {
  readonly scope: KeyScope;
  readonly options: MediaOptions;
  readonly source: ObjectStore;
  readonly facts: MediaFacts;
  readonly item: StoredObject;
  readonly found: null;
  readonly change: SeenChange;
}

/** Dates every row whose version is listed. Of the catalogue's own columns nothing is ever written. */
export const mediaSeen: Backfill<MediaSeen> = {
  id: 'media-seen',
  system: 'media-ingest',
  title: 'objects → media_assets.last_seen_at',
  rehearsal: {
    reads: 'lists the source; it reads no object',
    predicts: 'every row that is dated, except one that turns 20 hours old between dry run and live',
  },
  words: {
    items: ['object', 'objects'],
    rows: ['row', 'rows'],
    done: {items: 'have a dated row of their version', rows: 'are dated'},
    reads: {
      source: 'whether it can be listed',
      target: 'its tables',
      verify: 'every row of the catalogue, and the listing of the source',
    },
    nothing: 'is this the source and scope that you meant?',
  },
  takes: {sources: ['folder', 'bucket', 'inventory'], targets: ['sqlite', 'd1']},
  endsInEnvironment: true,
  scope: keyScope,
  options: mediaOptions,
  found: z.null(),
  change: seenChange,
  migrations: 'media-seen',
  inspects: false,
  shrinks: ({shrink}) => shrink,

  probe: probeSeen,
  needsMigration: async target => {
    const table = await describeTable(target, 'media_assets');
    return table === null || table.columns.every(({name}) => name !== 'last_seen_at');
  },
  async *partitions({scope}) {
    yield {lo: scope.startAfter, hi: null};
  },
  list: listObjects,
  middle: async () => null,
  lookup: lookupObject,
  host: (_, {source}) => source.host,
  inspect: async item => ({item, found: null, bytes: 0}),
  decide: decideSeen,
  rowsOf: ({rows}) => rows.length,
  commit: commitSeen,
  decideUndo,
  undo: undoSeen,
  preview: previewSeen,
  row: seenRow,
  costs,
  coverage: io => markedCoverage(io, dated),
  remembers: async (io, {facts}) => (await rowsSurveyOf(io, facts)).now,
  invariants: ({facts}) => mediaInvariants<MediaSeen>(facts, 'media-ingest'),
};

const dated: Marking = {
  unmarked: 'not seen yet',
  marked: async (target, uids) => {
    const found = await Promise.all(
      jsonParts(uids).map(part =>
        target.query(
          `SELECT media_uid FROM media_assets
           WHERE media_uid IN (SELECT value FROM json_each(?)) AND last_seen_at IS NOT NULL`,
          [part],
        ),
      ),
    );
    return new Set(found.flat().map(row => z.string().parse(row['media_uid'])));
  },
};
