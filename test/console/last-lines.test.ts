import {expect, it} from 'vitest';
import {lastLines, leftAtOnce} from '../../src/console/last-lines.ts';
import type {ConsoleState} from '../../src/console/state.ts';
import type {RunMode} from '../../src/core/run.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import {liveRun, planRun, used} from '../runbook/flow-facts.ts';
import {consoleState, followed, measured, noFacts, setupView} from './console-states.ts';

const verify = planRun({id: 'verify', mode: 'verify'});

/** A console that has worked on some runs. */
function left(
  runs: readonly (readonly [plan: RunRecord, live: RunRecord | null, newest: RunRecord])[],
): ConsoleState {
  return consoleState({
    setups: runs.map(([plan, live, newest], n) =>
      setupView({name: `index-${n}`, facts: {...noFacts, plan, live, newest}}),
    ),
    runs: Object.fromEntries(runs.flat().flatMap(run => (run === null ? [] : [[run.id, followed(true)]]))),
  });
}

it('says that nothing was run', () => {
  expect(lastLines(consoleState())).toEqual(['Nothing was run.']);
  const seen = consoleState({setups: [setupView({facts: {...noFacts, plan: planRun(), newest: planRun()}})]});
  expect(lastLines(seen)).toEqual(['Nothing was run.']);
});

it('says how a run stands, what it counted, and the command that goes on, with the flags it takes', () => {
  const live = liveRun({status: 'paused'}, {inserted: 3, pending: 1});
  const state = left([[planRun(used), live, live]]);
  const manner = {...state.manner, flags: ['--ledger', 'my ledger.sqlite']};
  expect(lastLines({...state, manner})).toEqual([
    'index-0: live live is paused',
    '  4 listed = 3 inserted + 1 pending',
    "  Go on where it stopped: headgate resume live --ledger 'my ledger.sqlite'",
  ]);
  const running = liveRun({status: 'running'});
  expect(lastLines(left([[planRun(used), running, running]]))[0]).toBe(
    'index-0: live live is still coming to rest',
  );
});

it('says how to go on with a run that was measured after it', () => {
  const live = liveRun({status: 'incomplete'}, {inserted: 3, failed: 1});
  expect(lastLines(left([[planRun(used), live, verify]]))).toEqual([
    'index-0: live live is incomplete',
    '  4 listed = 3 inserted + 1 failed',
    '  See what was left open, and why: headgate failures live',
    'index-0: verify verify is completed',
  ]);
  expect(lastLines(left([[planRun(), null, verify]]))[0]).toBe('index-0: dry run plan is completed');
});

it('says how to go on with a run of its own, though another process has made a newer one', () => {
  const live = liveRun({status: 'paused'}, {inserted: 3, pending: 1});
  const state = left([[planRun(used), live, live]]);
  const newest = planRun({id: 'of-another-process'});
  const setups = state.setups.map(setup => ({...setup, facts: {...noFacts, ...setup.facts, newest}}));
  expect(lastLines({...state, setups}).join('\n')).toContain('headgate resume live');
});

it('names each run that was left at once, and no measurement', () => {
  const manner = {isReadOnly: false, isSandbox: false, flags: ['--ledger', 'l.sqlite'], version: 'test'};
  const state = (runs: ConsoleState['runs']) => leftAtOnce(consoleState({runs, manner}));
  const at = (id: string, mode: RunMode) => {
    const run = followed(false);
    return {...run, run: id, snapshot: {...run.snapshot, run: id, mode}};
  };
  expect(state({a: at('a', 'live'), b: at('b', 'dry-run'), c: at('c', 'verify'), d: followed(true)})).toEqual(
    [
      'left at once; a is settled by: headgate resume a --ledger l.sqlite',
      'left at once; b is settled by: headgate resume b --ledger l.sqlite',
    ],
  );
  expect(state({c: at('c', 'verify')})).toEqual(['left at once']);
});

it('names what its verification found broken, as the exit code does', () => {
  const live = liveRun({}, {inserted: 4});
  const state = left([[planRun(used), live, live]]);
  const checks = [
    {...measured(7), run: 'live'},
    {...measured(2), run: 'another'},
  ];
  const setups = state.setups.map(setup => ({...setup, facts: {...noFacts, ...setup.facts, checks}}));
  expect(lastLines({...state, setups})).toContain('  broken: every hash is 64 lower-case hex digits: 7 rows');
  expect(lastLines({...state, setups}).join()).not.toContain('2 rows');
});

it('leaves no run half told: ten lines at most', () => {
  const rest = (id: string) => liveRun({id, status: 'paused'});
  const many = ['a', 'b', 'c', 'd'].map(id => [planRun({usedBy: id}), rest(id), rest(id)] as const);
  const lines = lastLines(left(many));
  expect(lines).toHaveLength(9);
  expect(lines.at(-1)).toBe('  Go on where it stopped: headgate resume c');
});

it('of a sandbox, names nothing that is removed', () => {
  const live = liveRun({status: 'paused'});
  const state = {
    ...left([[planRun(used), live, live]]),
    manner: {isReadOnly: false, isSandbox: true, flags: [], version: 'test'},
  };
  expect(lastLines(state).join('\n')).not.toContain('headgate resume');
  expect(lastLines(state).at(-1)).toContain('headgate console --source');
});
