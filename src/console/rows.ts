import {outcomes} from '../core/accounting.ts';
import type {CoverageGroup} from '../core/checks.ts';
import {printableKey} from '../core/keys.ts';
import {onlyMeasures} from '../core/run.ts';
import type {MeasuredCheck} from '../ledger/measurements.ts';
import {shownRun} from './shown-run.ts';
import {type ConsoleState, chosenSetup, type ListRow, shownView, type View} from './state.ts';

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
    case 'runbook':
    case 'review':
    case 'invariant':
      return [];
    default:
      return view.name satisfies never;
  }
}

/** The parts of the accounting identity, each of which opens the items that it counts. */
export const runRows = [...outcomes, 'pending'] as const;

export function coverageRows(state: ConsoleState, {filter}: View): readonly CoverageGroup[] {
  const groups = chosenSetup(state)?.facts?.coverage?.groups ?? [];
  return groups.filter(({group}) => group === '*' || contains(printableKey(group), filter));
}

/** The rows of a list that contain what is filtered by. */
export function listRows(state: ConsoleState, view: View): readonly ListRow[] {
  const list = state.lists[listOf(state, view) ?? ''];
  if (list === undefined) return [];
  return view.filter === '' ? list.rows : list.rows.filter(({text}) => contains(text, view.filter));
}

/** Which list a view shows; null where it shows none. */
export function listOf(state: ConsoleState, {name, of}: View): string | null {
  switch (name) {
    case 'items':
      return of;
    case 'history':
      return 'history';
    case 'failures': {
      const open = chosenSetup(state)?.facts?.open ?? null;
      return open === null ? null : failuresList(open.run);
    }
    default:
      return null;
  }
}

export function failuresList(run: string): string {
  return `failures ${run}`;
}

export function chosenRow(state: ConsoleState): string | null {
  const view = shownView(state);
  return rowsOf(state, view)[view.at] ?? null;
}

/** The invariant that is chosen, or that the view is about. */
export function chosenCheck(state: ConsoleState): MeasuredCheck | null {
  const view = shownView(state);
  const id = view.name === 'invariant' ? view.of : view.name === 'invariants' ? chosenRow(state) : null;
  return chosenSetup(state)?.facts?.checks.find(({result}) => result.id === id) ?? null;
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
