import {findBackfill} from '../../../src/backfills/registry.ts';
import {type Setup, viewOfSetup} from '../../../src/console/setup.ts';
import {type ConsoleState, view} from '../../../src/console/state.ts';
import {noFacts} from '../../frames/console-states.ts';
import {noon} from '../run-events.ts';

const backfill = findBackfill('asset-index');

export function setupNamed(
  name: string,
  open: Setup['open'] = () => Promise.reject(new Error('not here')),
): Setup {
  return {
    name,
    backfill,
    sourceLabel: 'assets',
    targetLabel: 'index.sqlite',
    environment: null,
    prefix: '',
    open,
    scope: () => ({}),
  };
}

/** A console that was just opened: nothing was run yet, says the ledger. */
export function openedState(...names: readonly string[]): ConsoleState {
  return {
    size: {columns: 80, rows: 24},
    now: noon,
    manner: {isReadOnly: false, isSandbox: false, flags: [], version: 'test'},
    setups: names.map(name => ({...viewOfSetup(setupNamed(name)), facts: noFacts})),
    chosen: 0,
    views: [view('overview')],
    dialog: null,
    notice: null,
    runs: {},
    history: [],
    lists: {},
    isLeaving: false,
  };
}
