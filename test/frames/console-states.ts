import {findBackfill} from '../../src/backfills/registry.ts';
import type {RunView} from '../../src/console/run-view.ts';
import type {
  ConsoleState,
  ListRow,
  LoadedList,
  SetupFacts,
  SetupView,
  View,
  ViewName,
} from '../../src/console/state.ts';
import {view} from '../../src/console/state.ts';
import {nothingOpen} from '../runbook/flow-facts.ts';
import {now} from './frame-facts.ts';

/** A console in any state, made of no more than what makes it differ from one that has just begun. */

const {title, rehearsal, words} = findBackfill('asset-index');

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

export function facts(changes: Partial<SetupFacts> = {}): SetupFacts {
  const newest = changes.live ?? changes.plan ?? null;
  const open = newest === null ? null : {run: newest.id, counts: nothingOpen};
  return {...noFacts, newest, open, ...changes};
}

export function setup(changes: Partial<SetupView> = {}): SetupView {
  return {
    name: 'asset-index',
    backfill: 'asset-index',
    title,
    rehearsal,
    words,
    listsMissing: true,
    introduction: null,
    source: '/srv/assets',
    target: 'index.sqlite',
    prefix: '',
    targetName: 'index.sqlite',
    environment: null,
    link: {state: 'ok'},
    probe: null,
    facts: noFacts,
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

/** A setup whose run is followed here. */
export function working(
  run: RunView,
  changes: Partial<SetupView> = {},
): Pick<ConsoleState, 'setups' | 'runs'> {
  return {setups: [setup({atWork: run.run, ...changes})], runs: {[run.run]: run}};
}

export function state(changes: Partial<ConsoleState> = {}): ConsoleState {
  return {
    size: {columns: 80, rows: 24},
    now,
    manner: {isReadOnly: false, isSandbox: false, flags: [], version: '0.1.0'},
    setups: [setup()],
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

export function viewed(name: ViewName, changes: Partial<View> = {}): Pick<ConsoleState, 'views'> {
  const of = changes.of ?? null;
  const shown = {...view(name, of, changes.title ?? null), ...changes};
  return {views: name === 'overview' ? [shown] : [view('overview'), shown]};
}

export function list(rows: readonly ListRow[], changes: Partial<LoadedList> = {}): LoadedList {
  return {state: 'ready', rows, hasMore: false, message: null, ...changes};
}

/** A state with the name that a test tells it by, and what has to be read on it. */
export interface Case {
  readonly name: string;
  readonly state: ConsoleState;
  /** At every size. */
  readonly says: readonly string[];
  /** At no size. */
  readonly saysNot?: readonly string[];
  /** From 80×24 on. */
  readonly saysMore?: readonly string[];
}
