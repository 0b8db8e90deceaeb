import {madeText, unrecordedText} from '../../engine/effect-words.ts';
import type {Flow, Move} from '../../runbook/flow.ts';
import {availabilityOf} from '../availability.ts';
import type {Line} from '../line.ts';
import {moveLabel} from '../move-words.ts';
import {runOf} from '../shown-run.ts';
import type {ConsoleState, SetupView} from '../state.ts';
import {summaryHeight} from '../summary.ts';
import {countsTable} from './counts-table.ts';
import type {Block} from './screen.ts';
import {type Fact, factsOf, outcome, settledRun} from './step-facts.ts';
import {hanging} from './wrapped.ts';

/**
 * What the present step reads and writes, what came of the one before, and the key that goes on. The counts of a run
 * that is over stand in a table, where there is room for it.
 */
export function stepBlocks(
  state: ConsoleState,
  setup: SetupView,
  flow: Flow,
  {width, height}: {readonly width: number; readonly height: number},
): readonly Block[] {
  const next = nextLines(state, flow, width);
  const facts = withEffects(state, setup, flow.isDone ? outcome(setup) : factsOf(setup, flow, state.manner));
  const run = facts.some(({isCounts}) => isCounts) ? settledRun(setup.facts) : null;
  const rest = factLines(
    facts.filter(({isCounts}) => isCounts === undefined),
    width,
  );
  const head: readonly Line[] = flow.isDone ? [doneLine(setup), []] : [...next, []];
  const foot: readonly Line[] = flow.isDone ? [[], ...next] : [];
  if (run !== null && head.length + summaryHeight(1) + rest.length + foot.length <= height)
    return [
      {type: 'lines', lines: head},
      countsTable(run.tally, run.mode === 'dry-run'),
      {type: 'lines', lines: [...rest, ...foot]},
    ];
  const lines = [...head, ...factLines(facts, width), ...foot];
  return [{type: 'lines', lines: lines.slice(0, height)}];
}

/** Behind a run's counts, what this process has made outside of the target, and what of it they do not say yet. */
function withEffects(
  state: ConsoleState,
  {facts: known, words}: SetupView,
  facts: readonly Fact[],
): readonly Fact[] {
  const run = settledRun(known);
  const view = run === null ? null : runOf(state, run.id);
  if (view === null) return facts;
  const {underWay, status} = view.snapshot;
  const made = madeText(words, underWay);
  const unrecorded = unrecordedText(words, underWay, status);
  const effects: readonly Fact[] = [
    ...(made === '' ? [] : [{name: 'made', text: made}]),
    ...(unrecorded === ''
      ? []
      : [{name: made === '' ? 'made' : '', text: unrecorded, tone: 'warn' as const}]),
  ];
  return facts.flatMap(fact => (fact.isCounts ? [fact, ...effects] : [fact]));
}

/** A source that lists nothing any more is most likely not there: then green would be a lie. */
function doneLine({facts, source}: SetupView): Line {
  const whole = facts?.coverage?.groups.find(({group}) => group === '*');
  return whole?.total === 0 && source !== ''
    ? [{text: '! the source lists nothing now: is it there?', tone: 'warn'}]
    : [{text: '✔ all is done', tone: 'good'}];
}

function nextLines(state: ConsoleState, {move}: Flow, width: number): readonly Line[] {
  const availability = availabilityOf(state, 'go-on');
  if (typeof availability === 'object')
    return hanging([{text: '○ ', tone: 'dim'}], availability.because, width);
  const head: Line = [
    {text: 'enter ', tone: 'accent'},
    {text: `${moveLabel(move)}: `, tone: 'strong'},
  ];
  return hanging(head, withoutLabel(move), width);
}

/** A reason may end with what is done about it, which stands before it already. */
function withoutLabel(move: Move): string {
  const end = `: ${moveLabel(move)}`;
  return move.why.endsWith(end) ? move.why.slice(0, -end.length) : move.why;
}

const nameWidth = 9;

export function factLines(facts: readonly Fact[], width: number): readonly Line[] {
  return facts.flatMap(({name, text, tone}) =>
    hanging([{text: name.padEnd(nameWidth), tone: 'dim'}], text, width, tone),
  );
}
