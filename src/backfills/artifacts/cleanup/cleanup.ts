import {z} from 'zod';
import {type KeyScope, keyScope} from '../../../core/scope.ts';
import type {Backfill} from '../../backfill.ts';
import {artifactFigures, summary} from '../checks/figures.ts';
import {artifactInvariants} from '../checks/invariants.ts';
import {coverageOfKeys} from '../checks/key-coverage.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {type ArtifactsOptions, artifactsOptions} from '../options.ts';
import {hasArtifacts, probeArtifacts} from '../probe.ts';
import {artifactRow} from '../row.ts';
import {type GroupChange, groupChange, previewGroup, rowsOfGroup} from './change.ts';
import {commitGroups} from './commit.ts';
import {costs} from './costs.ts';
import {decideGroups} from './decide.ts';
import {decideUndo} from './decide-undo.ts';
import {type GroupItem, listGroups, lookupGroup} from './list.ts';
import {indexObstacle, undoGroups} from './undo.ts';

export interface ArtifactsCleanup {
  readonly scope: Omit<KeyScope, 'since'>;
  readonly options: ArtifactsOptions;
  readonly source: unknown;
  readonly facts: ArtifactsFacts;
  readonly item: GroupItem;
  readonly found: null;
  readonly change: GroupChange;
}

/** Of several rows of one object the newest stays; what named the others is re-pointed to it, and only then they go. */
export const artifactsCleanup: Backfill<ArtifactsCleanup> = {
  id: 'artifacts-cleanup',
  system: 'artifacts',
  title: 'several rows of an object → the newest',
  rehearsal: {
    reads: 'finds every object with several rows, and everything that names one of them',
    predicts: 'which rows go, and which are re-pointed, exactly, for what is there now',
  },
  words: {
    items: ['object with several rows', 'objects with several rows'],
    rows: ['row', 'rows'],
    done: {items: 'have one row', rows: 'are the only one of their object'},
    reads: {source: '', target: 'its tables, and what refers to artifacts', verify: 'the target'},
    nothing: 'no object has several rows.',
  },
  takes: {sources: ['target'], targets: ['sqlite', 'd1']},
  scope: keyScope.omit({since: true}),
  options: artifactsOptions,
  found: z.null(),
  change: groupChange,
  migrations: 'artifacts',
  leavesChanged: true,
  inspects: false,

  probe: ({target, options}) => probeArtifacts(target, 'references', options),
  needsMigration: async target => !(await hasArtifacts(target)),
  async *partitions({scope}) {
    yield {lo: scope.startAfter, hi: null};
  },
  list: (range, io, {facts}) => listGroups(range, io, facts),
  // One writer has one transaction at a time, and parts of a group are worked in their order.
  middle: async () => null,
  lookup: async (key, {target}, probe) =>
    target === undefined || probe === null ? null : lookupGroup(key, {target}, probe.facts),
  host: () => 'target',
  inspect: async item => ({item, found: null, bytes: 0}),
  decide: decideGroups,
  rowsOf: rowsOfGroup,
  commit: commitGroups,
  decideUndo,
  undo: undoGroups,
  undoObstacle: indexObstacle,
  preview: previewGroup,
  row: artifactRow,
  costs,
  coverage: ({target, now, signal}, {facts}) => coverageOfKeys({target, now, signal}, facts),
  figures: {...summary, measure: ({target}, {facts}) => artifactFigures(target, facts)},
  invariants: probe => artifactInvariants<ArtifactsCleanup>(probe.facts, 'artifacts-cleanup'),
};
