import {describe, expect, it} from 'vitest';
import {reduceRun, startRunView} from '../../src/console/reduce-run.ts';
import type {RunView} from '../../src/console/run-view.ts';
import {measuredSpans} from '../../src/console/screens/measured-spans.ts';
import {barLine} from '../../src/console/screens/run-lines.ts';
import {textOf} from '../../src/console/text.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {consoleState, noFacts, setupView} from './console-states.ts';
import {type Beginning, ScriptedRun} from './run-events.ts';

/** What is read after each of the events, one after the other. */
function followed(
  beginning: Beginning,
  events: (run: ScriptedRun) => readonly RunEvent[],
  drawn: (view: RunView, at: number) => string,
): readonly string[] {
  const run = new ScriptedRun(beginning);
  let view = startRunView(run.started);
  return events(run).map(event => {
    view = reduceRun(view, event);
    return drawn(view, run.at);
  });
}

function bar(lastTotal: number | null): (view: RunView, at: number) => string {
  // Too narrow for the figures, so the bar has its least: 8 cells.
  return (view, now) => textOf(barLine(view, {width: 8, now, lastTotal})).replace(/ +/g, ' ');
}

const onOverview =
  (last: number | null) =>
  (view: RunView): string => {
    const took = last === null ? {} : {'dry-run': {run: 'before', seconds: 1, listed: last}};
    const setup = setupView({atWork: view.run, facts: {...noFacts, took}});
    const state = consoleState({setups: [setup], runs: {[view.run]: view}});
    return textOf(measuredSpans(state, setup, 40))
      .replace(/ +/g, ' ')
      .trim();
  };

describe('the bar of a run', () => {
  it('stands still with its percentage where more is listed than was planned', () => {
    expect(
      followed(
        {expected: 100},
        run => [run.list(100), run.settle(98), run.list(78), run.settle(2)],
        bar(null),
      ),
    ).toEqual([
      '╍╍╍╍╍╍╍╍ 0/100 0.00 %',
      '━━━━━━━╍ 98/100 98.00 %',
      '━━━━━━━╍ 98/178 98.00 %',
      '━━━━━━━╍ 100/178 98.00 %',
    ]);
  });

  it('is full no earlier than its percentage says, where the total is guessed', () => {
    expect(
      followed(
        {mode: 'dry-run'},
        run => [run.list(1_000), run.settle(500), run.settle(500), run.end()],
        bar(1_000),
      ),
    ).toEqual([
      '╍╍╍╍╍╍╍─ 0/about 1,000 0.00 %',
      '━━━━╍╍╍─ 500/about 1,000 50.00 %',
      '━━━━━━━─ 1,000/about 1,000 91.00 %',
      '━━━━━━━━ 1,000/1,000 100.00 %',
    ]);
  });

  it('is empty as long as nothing is there to do', () => {
    expect(followed({expected: 0}, run => [run.list(0), run.end()], bar(null))).toEqual([
      '──────── 0/0',
      '━━━━━━━━ 0/0 100.00 %',
    ]);
  });
});

describe('the bar of a run on the overview', () => {
  it('agrees with its percentage, and does not go back', () => {
    expect(
      followed({expected: 100}, run => [run.list(100), run.settle(98), run.list(78)], onOverview(null)),
    ).toEqual([
      'progress ╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍ 0 %',
      'progress ━━━━━━━━━━━━━━━━━━╍ 98 %',
      'progress ━━━━━━━━━━━━━━━━━━╍ 98 %',
    ]);
    expect(
      followed({mode: 'dry-run'}, run => [run.list(1_000), run.settle(1_000)], onOverview(1_000)).at(-1),
    ).toBe('progress ━━━━━━━━━━━━━━━━━── 91 %');
  });
});
