import {expect, it} from 'vitest';
import {runOf} from '../../src/console/shown-run.ts';
import {liveRun} from '../runbook/flow-facts.ts';
import {consoleState, followed} from './console-states.ts';

const here = followed(true);
const endedAt = here.ended?.at ?? 0;

it.each([
  ['as it was followed, where nobody has taken it up since', endedAt, 5],
  ['as the ledger has it, where another process ended it once more, and alike', endedAt + 1, 4],
] as const)('a run is %s', (_, finishedAt, failed) => {
  const record = liveRun({id: here.run, status: here.snapshot.status, finishedAt}, {inserted: 1, failed});
  const state = consoleState({runs: {[here.run]: here}, history: [record]});
  expect(runOf(state, here.run)?.snapshot.tally).toEqual(failed === 5 ? here.snapshot.tally : record.tally);
});
