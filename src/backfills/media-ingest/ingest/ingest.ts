import {z} from 'zod';
import {keyScope} from '../../../core/scope.ts';
import type {ObjectStore, StoredObject} from '../../../stores/object-store.ts';
import type {Backfill} from '../../backfill.ts';
import type {MediaFacts} from '../facts.ts';
import {mediaInvariants} from '../invariants.ts';
import {listObjects, lookupObject} from '../listed.ts';
import {mediaRow} from '../media-row.ts';
import {type MediaOptions, mediaOptions} from '../options.ts';
import {hasMediaAssets, probeMedia} from '../probe.ts';
import {rowsSurveyOf} from '../survey-rows.ts';
import {type MediaChange, mediaChange, previewMedia} from './change.ts';
import {costs} from './costs.ts';
import {coverage} from './coverage.ts';
import {decideMedia} from './decide.ts';
import {listingInvariants} from './listing-checks.ts';
import {missingOf} from './missing.ts';
import {mediaPublication} from './publication.ts';
import {insertSql} from './sql-text.ts';
import {decideUndo, undoMedia} from './undo.ts';

export interface MediaIngest {
  readonly scope: z.infer<typeof keyScope>;
  readonly options: MediaOptions;
  readonly source: ObjectStore;
  readonly facts: MediaFacts;
  readonly item: StoredObject;
  readonly found: null;
  readonly change: MediaChange;
}

/** An insert-only catalogue of every version of every object, published as a whole. */
export const mediaIngest: Backfill<MediaIngest> = {
  id: 'media-ingest',
  system: 'media-ingest',
  title: 'objects → media_assets',
  rehearsal: {
    reads: 'lists the source; it reads no object',
    predicts: 'every row that is inserted, exactly',
  },
  words: {
    items: ['object', 'objects'],
    rows: ['row', 'rows'],
    done: {items: 'have a row of their version', rows: 'are there'},
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
  change: mediaChange,
  migrations: 'media-ingest',
  inspects: false,
  shrinks: ({shrink}) => shrink,
  publication: mediaPublication,

  probe: io => probeMedia(io),
  needsMigration: async target => !(await hasMediaAssets(target)),
  async *partitions({scope}) {
    yield {lo: scope.startAfter, hi: null};
  },
  list: listObjects,
  // One listing in one order: an inventory is read like that, and so are versions.
  middle: async () => null,
  lookup: lookupObject,
  host: (_, {source}) => source.host,
  inspect: async item => ({item, found: null, bytes: 0}),
  decide: decideMedia,
  commit: () => {
    throw new RangeError('media-ingest is published as a whole');
  },
  decideUndo,
  undo: undoMedia,
  preview: previewMedia,
  sql: insertSql,
  async row(key, change, io) {
    const columns = await mediaRow(key, change?.mediaUid ?? null, io);
    return {columns, is: change === null ? null : columns === null ? 'before' : 'after'};
  },
  costs,
  coverage,
  missing: missingOf,
  remembers: async (io, {facts}) => (await rowsSurveyOf(io, facts)).now,
  invariants: ({facts}) => [...mediaInvariants<MediaIngest>(facts, 'media-ingest'), ...listingInvariants],
};
