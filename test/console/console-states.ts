import {findBackfill} from '../../src/backfills/registry.ts';
import {confirmDialog} from '../../src/console/confirm-dialog.ts';
import type {Dialog} from '../../src/console/dialog.ts';
import {reduceRun, startRunView} from '../../src/console/reduce-run.ts';
import type {RunView} from '../../src/console/run-view.ts';
import {
  type ConsoleState,
  type ListRow,
  type LoadedList,
  type SetupFacts,
  type SetupView,
  type ViewName,
  view,
} from '../../src/console/state.ts';
import {emptyField} from '../../src/console/text-field.ts';
import {emptyTally} from '../../src/core/accounting.ts';
import type {Review} from '../../src/engine/review.ts';
import type {MeasuredCheck} from '../../src/ledger/measured.ts';
import {check} from '../runbook/flow-facts.ts';
import {ScriptedRun} from './run-events.ts';

/** States of the console: small ones to build on. */

export const viewNames: readonly ViewName[] = [
  'overview',
  'runbook',
  'run',
  'coverage',
  'invariants',
  'failures',
  'history',
  'review',
  'items',
  'hosts',
  'invariant',
  'recovery',
];

export function setupView(changes: Partial<SetupView> = {}): SetupView {
  return {
    name: 'asset-index',
    backfill: 'asset-index',
    title: 'objects → files.content_hash',
    rehearsal: {reads: 'every object', predicts: 'every row'},
    words: findBackfill('asset-index').words,
    listsMissing: true,
    introduction: null,
    source: 'photos',
    target: 'index.sqlite',
    prefix: '',
    targetName: 'index.sqlite',
    environment: null,
    link: {state: 'ok'},
    probe: null,
    facts: null,
    gates: null,
    review: null,
    atWork: null,
    verifying: null,
    isBeginning: false,
    recovers: null,
    recovery: null,
    ...changes,
  };
}

export const noFacts: SetupFacts = {
  plan: null,
  live: null,
  newest: null,
  open: null,
  checks: [],
  coverage: null,
  trend: [],
  took: {},
  gone: [],
};

export function consoleState(changes: Partial<ConsoleState> = {}): ConsoleState {
  return {
    size: {columns: 80, rows: 24},
    now: 100_000,
    manner: {isReadOnly: false, isSandbox: false, flags: [], version: 'test'},
    setups: [setupView()],
    chosen: 0,
    views: [view('overview')],
    dialog: null,
    notice: null,
    runs: {},
    history: [],
    lists: {},
    isLeaving: false,
    ...changes,
  };
}

export function measured(count: number): MeasuredCheck {
  return {
    backfill: 'asset-index',
    result: {...check(count), recovers: {as: 'dry-run'}},
    at: 3_000,
    run: 'verified',
    isPart: false,
    before: null,
    brokenSince: count === 0 ? null : 3_000,
  };
}

export function listRow(key: string): ListRow {
  return {key, text: `text of ${key}`, detail: null};
}

export function readList(...keys: readonly string[]): LoadedList {
  return {state: 'ready', rows: keys.map(listRow), hasMore: false, message: null};
}

/** What failed alike, in one row. */
export const failedAlike: LoadedList = {
  ...readList(),
  rows: [{...listRow('connection'), kind: 'connection', isGroup: true}],
};

export const review: Review = {
  actions: {insert: 40, update: 0, delete: 0, unchanged: 0, skip: 0, conflict: 0, fail: 0, wait: 0},
  rows: null,
  samples: [],
  itemsToRead: 0,
  bytesToRead: 0,
  repositories: null,
  notes: {},
  warned: [],
  uploads: null,
  verifies: {items: 40, bytes: 400},
  requests: {source: 0, target: 0, provider: 0},
  seconds: 2,
  money: null,
  tables: [],
  publishes: null,
  bookmark: false,
};

/** A run that this process follows; ended where it says so. */
export function followed(isEnded: boolean): RunView {
  const run = new ScriptedRun();
  run.limits = ['one.example', 'two.example'].map(host => ({
    host,
    limit: 16,
    inFlight: 1,
    reason: 'steady',
    waitsUntil: null,
    requests: 1,
    firstAt: run.at,
    perSecond: null,
  }));
  const started = startRunView(run.started);
  const under = reduceRun(started, run.list(5));
  return isEnded ? reduceRun(under, run.end()) : under;
}

export const questions: readonly Dialog[] = [
  {type: 'quit', isYes: false},
  {type: 'cancel-run', run: 'live', isYes: false},
  {type: 'trouble', title: 'Not going live', message: 'no', hint: null},
  {type: 'help', at: 0},
  {type: 'palette', field: emptyField, at: 0},
  confirmDialog(
    {id: 'plan', finishedAt: null, undoes: null, tally: {...emptyTally, inserted: 882, updated: 1_290}},
    {targetName: 'index.sqlite', environment: 'production', failures: 2},
  ),
];
