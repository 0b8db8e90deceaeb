import {parts} from '../core/accounting.ts';
import type {CoverageGroup} from '../core/checks.ts';
import {inReadingOrder} from '../core/coverage-groups.ts';
import type {HostLimit} from '../core/event.ts';
import type {FailureKind} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import {onlyMeasures} from '../core/run.ts';
import {modeText} from '../core/words.ts';
import type {MeasuredCheck} from '../ledger/measurements.ts';
import type {RunRecord} from '../ledger/records.ts';
import {byNeedThenName} from './hosts.ts';
import {runOf, shownRun} from './shown-run.ts';
import {type ConsoleState, chosenSetup, type ListRow, type SetupView, shownView, type View} from './state.ts';

/** The rows that a view's pointer goes over, by name. Views that scroll have none. */
export function rowsOf(state: ConsoleState, view: View, isUnfiltered = false): readonly string[] {
  const setup = chosenSetup(state);
  switch (view.name) {
    case 'overview':
      return state.setups.map(({name}) => name);
    case 'run': {
      const run = setup === null ? null : shownRun(state, setup);
      return run === null || onlyMeasures(run.snapshot.mode) ? [] : runRows;
    }
    case 'coverage':
      return coverageRows(state, isUnfiltered ? {...view, filter: ''} : view).map(({group}) => group);
    case 'invariants':
      return setup?.facts?.checks.map(({result}) => result.id) ?? [];
    case 'failures':
    case 'history':
    case 'items':
      return listRows(state, isUnfiltered ? {...view, filter: ''} : view).map(({key}) => key);
    case 'hosts':
      return hostRows(state, isUnfiltered ? {...view, filter: ''} : view).map(({host}) => host);
    case 'runbook':
    case 'review':
    case 'invariant':
    case 'recovery':
      return [];
    default:
      return view.name satisfies never;
  }
}

/** The parts of the accounting identity, each of which opens the items that it counts. */
export const runRows = parts;

export function coverageRows(state: ConsoleState, {filter}: View): readonly CoverageGroup[] {
  const groups = inReadingOrder(chosenSetup(state)?.facts?.coverage?.groups ?? []);
  if (filter === '') return groups;
  return groups.filter(({group}) => group === '*' || contains(printableKey(group), filter));
}

/** Hosts of the run that a view is of: those that need somebody first, the others by name. */
export function hostRows(state: ConsoleState, {of, filter}: View): readonly HostLimit[] {
  const limits = (of === null ? null : runOf(state, of))?.snapshot.limits ?? [];
  const shown = filter === '' ? limits : limits.filter(({host}) => contains(host, filter));
  return byNeedThenName(shown, state.now);
}

/** The rows of a list that contain what is filtered by. */
export function listRows(state: ConsoleState, view: View): readonly ListRow[] {
  const rows =
    view.name === 'history'
      ? state.history.map(historyRow)
      : (state.lists[listOf(state, view) ?? '']?.rows ?? []);
  return view.filter === '' ? rows : rows.filter(({text}) => contains(text, view.filter));
}

function historyRow(run: RunRecord): ListRow {
  const {id, backfill, status, sourceLabel, targetLabel} = run;
  const text = [id, backfill, modeText(run), status, sourceLabel, targetLabel].join(' ');
  return {key: id, text, detail: null};
}

/** The lists that views show, those beneath the shown one too. The history is always at hand. */
export function listsSeen(state: ConsoleState): ReadonlySet<string> {
  const shown = state.views.map(view => listOf(state, view)).filter(id => id !== null);
  return new Set([...shown, historyList]);
}

/** Which list a view shows; null where it shows none. */
export function listOf(state: ConsoleState, {name, of}: View): string | null {
  switch (name) {
    case 'items':
      return of;
    case 'history':
      return historyList;
    case 'failures': {
      const open = chosenSetup(state)?.facts?.open ?? null;
      return open === null ? null : failuresList(open.run);
    }
    default:
      return null;
  }
}

export const historyList = 'history';

export function failuresList(run: string): string {
  return `failures ${run}`;
}

/** Repositories of a run that failed alike. */
export function failedList(run: string, kind: FailureKind): string {
  return `failed ${run} ${kind}`;
}

export function chosenRow(state: ConsoleState): string | null {
  const view = shownView(state);
  return rowsOf(state, view)[view.at] ?? null;
}

/** The chosen row of a list, with all that is known of it. */
export function chosenListRow(state: ConsoleState): ListRow | null {
  const view = shownView(state);
  return listRows(state, view)[view.at] ?? null;
}

/** The invariant that is chosen, or that the view is about. */
export function chosenCheck(state: ConsoleState): MeasuredCheck | null {
  const view = shownView(state);
  const id = view.name === 'invariant' ? view.of : view.name === 'invariants' ? chosenRow(state) : null;
  return chosenSetup(state)?.facts?.checks.find(({result}) => result.id === id) ?? null;
}

/** Where among the invariants the first broken one stands, a blocking one before a warning; 0 where all hold. */
export function firstBroken({facts}: SetupView): number {
  const checks = facts?.checks ?? [];
  const blocking = checks.findIndex(({result}) => result.count > 0 && result.severity === 'blocking');
  return Math.max(0, blocking === -1 ? checks.findIndex(({result}) => result.count > 0) : blocking);
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
