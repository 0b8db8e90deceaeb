import {expect, it} from 'vitest';
import {staleText} from '../../src/console/stale.ts';
import {liveRun} from '../runbook/flow-facts.ts';
import {noFacts, setupView} from './console-states.ts';

const measured = {at: 1_000, run: 'verify'};

it.each([
  ['nothing was written', null, null],
  ['a live run wrote after it', liveRun({finishedAt: 2_000}), 'before the live run'],
  ['an undo put back after it', liveRun({mode: 'undo', finishedAt: 2_000}), 'before the undo'],
  ['a run is at work', liveRun({status: 'running', finishedAt: null}, {inserted: 0}), 'before the live run'],
  ['a live run wrote before it', liveRun({finishedAt: 500}), null],
  ['a live run has changed nothing', liveRun({finishedAt: 2_000}, {inserted: 0}), null],
  ['the run measured it itself', liveRun({id: 'verify', finishedAt: 2_000}), null],
])('figures where %s', (_, live, expected) => {
  expect(staleText(setupView({facts: {...noFacts, live}}), measured)).toBe(expected);
});
