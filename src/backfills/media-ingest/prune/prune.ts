import {z} from 'zod';
import {keyScope} from '../../../core/scope.ts';
import type {ObjectStore} from '../../../stores/object-store.ts';
import type {Backfill} from '../../backfill.ts';
import type {Item} from '../../shape.ts';
import type {MediaFacts} from '../facts.ts';
import {mediaInvariants} from '../invariants.ts';
import {type MediaOptions, mediaOptions} from '../options.ts';
import {hasMediaAssets} from '../probe.ts';
import {rowsSurveyOf} from '../survey-rows.ts';
import {foundObject, type PruneChange, previewPrune, pruneChange} from './change.ts';
import {commitPrune, undoPrune} from './commit.ts';
import {costs} from './costs.ts';
import {decidePrune, decideUndo} from './decide.ts';
import {inspectGone} from './inspect.ts';
import {itemsOf, listGone} from './list.ts';
import {probePrune} from './probe.ts';
import {prunedRow} from './row.ts';
import {coverage, rowsWithoutObject} from './survey.ts';

const scope = keyScope.extend({
  since: z.null('an object that is gone has no date, so a prune takes no --since').default(null),
});

export interface MediaPrune {
  readonly scope: z.infer<typeof scope>;
  readonly options: MediaOptions;
  readonly source: ObjectStore;
  readonly facts: MediaFacts;
  readonly item: Item;
  readonly found: z.infer<typeof foundObject>;
  readonly change: PruneChange;
}

/** Deletes rows of which no version of the object is there any more. Nothing else of the system ever deletes one. */
export const mediaPrune: Backfill<MediaPrune> = {
  id: 'media-prune',
  system: 'media-ingest',
  title: 'media_assets without their objects',
  rehearsal: {
    reads: 'lists source and catalogue, and asks the source once more for every object that was not listed',
    predicts: 'every row that is deleted, exactly, unless its object comes back before live',
  },
  words: {
    items: ['key', 'keys'],
    rows: ['row', 'rows'],
    done: {items: 'have an object', rows: 'have an object'},
    reads: {
      source: 'whether it can be listed',
      target: 'its tables, and what refers to them',
      verify: 'every row of the catalogue, and the listing of the source',
    },
    nothing: 'every key of the catalogue has an object.',
  },
  takes: {sources: ['folder', 'bucket'], targets: ['sqlite', 'd1']},
  endsInEnvironment: true,
  scope,
  options: mediaOptions,
  found: foundObject,
  change: pruneChange,
  migrations: 'media-ingest',
  leavesChanged: true,

  probe: probePrune,
  needsMigration: async target => !(await hasMediaAssets(target)),
  async *partitions({scope: {startAfter}}) {
    yield {lo: startAfter, hi: null};
  },
  list: listGone,
  middle: async () => null,
  async lookup(key, {target}, probe) {
    if (target === undefined || probe === null) return null;
    return (await itemsOf(target, probe.facts, [key]))[0] ?? null;
  },
  host: (_, {source}) => source.host,
  inspect: inspectGone,
  decide: decidePrune,
  rowsOf: ({rows}) => rows.length,
  commit: commitPrune,
  decideUndo,
  undo: undoPrune,
  preview: previewPrune,
  row: prunedRow,
  costs,
  coverage,
  remembers: async (io, {facts}) => (await rowsSurveyOf(io, facts)).now,
  invariants: ({facts}) => [...mediaInvariants<MediaPrune>(facts, 'media-ingest'), rowsWithoutObject],
};
