import {changedOf} from '../../core/accounting.ts';
import {percent} from '../../core/checks.ts';
import {counted, identityText, number} from '../../core/words.ts';
import {closedBefore, type Flow, type Move} from '../../runbook/flow.ts';
import {openCountText} from '../../runbook/open-counts.ts';
import {availabilityOf} from '../availability.ts';
import type {Line, Span} from '../line.ts';
import {moveLabel} from '../move-words.ts';
import type {ConsoleState, SetupView} from '../state.ts';
import {wrapText} from '../wrap.ts';
import {tookText} from './runbook.ts';

/** What the present step reads and writes, what came of the one before, and the key that goes on. */
export function stepDetail(
  state: ConsoleState,
  setup: SetupView,
  flow: Flow,
  width: number,
): readonly Line[] {
  const {move} = flow;
  const availability = availabilityOf(state, 'go-on');
  const next: readonly Line[] =
    typeof availability === 'object'
      ? wrapped([{text: '○ ', tone: 'dim'}], availability.because, width)
      : wrapped(
          [
            {text: '↵ ', tone: 'accent'},
            {text: `${moveLabel(move)}: `, tone: 'strong'},
          ],
          move.why,
          width,
        );
  const facts = flow.isDone ? outcome(setup) : factsOf(setup, flow);
  const pairs = facts.flatMap(({name, text, tone}) =>
    wrapped([{text: name.padEnd(nameWidth), tone: 'dim'}], text, width, tone),
  );
  if (flow.isDone)
    return [[{text: '✔ all is done', tone: 'good'}], [], ...pairs, [], ...next];
  return [...next, [], ...pairs];
}

interface Fact {
  readonly name: string;
  readonly text: string;
  readonly tone?: Span['tone'];
}

const nameWidth = 9;

function factsOf(setup: SetupView, {current, move}: Flow): readonly Fact[] {
  switch (move.do) {
    case 'probe':
      return [
        {name: 'reads', text: `${setup.source}, whether it can be listed`},
        {name: '', text: `${setup.target}, its tables`},
        {name: 'writes', text: 'nothing'},
        ...findings(setup),
      ];
    case 'dry-run':
      return [
        {name: 'reads', text: setup.rehearsal.reads},
        {name: 'predicts', text: setup.rehearsal.predicts},
        {name: 'writes', text: "nothing but Headgate's own ledger"},
        ...lastTime(setup, 'dry-run'),
        ...findings(setup),
        ...outcome(setup),
      ];
    case 'review':
      return [
        ...outcome(setup),
        {name: 'then', text: 'you type the name of the target, and only then anything is written'},
        ...gates(setup),
        ...lastTime(setup, 'live'),
      ];
    case 'verify':
      return [
        {name: 'reads', text: 'the target, the listing of the source, and a sample of its objects'},
        {name: 'writes', text: 'nothing'},
        ...lastTime(setup, 'verify'),
      ];
    case 'resume':
    case 'retry':
      return [...opened(setup, move), ...outcome(setup)];
    case 'see-invariants':
      return [...broken(setup), ...outcome(setup)];
    case 'watch':
      return move.run === null ? [] : [{name: 'run', text: `${move.run}, in another process`}];
    case 'nothing':
      return current === 'probe' ? [] : [...outcome(setup)];
    default:
      return move satisfies never;
  }
}

function findings({probe}: SetupView): readonly Fact[] {
  if (probe?.state !== 'done') return [];
  return probe.findings.flatMap(({level, subject, message, remedy}) => [
    {
      name: subject,
      text: `${level === 'ok' ? '✔' : level === 'warning' ? '!' : '✖'} ${message}`,
      ...(level === 'ok' ? {} : {tone: level === 'warning' ? ('warn' as const) : ('bad' as const)}),
    },
    ...(remedy === undefined ? [] : [{name: '', text: remedy}]),
  ]);
}

/** What the run before came to. */
function outcome({facts}: SetupView): readonly Fact[] {
  const plan = facts?.plan ?? null;
  const live = facts?.live ?? null;
  if (plan === null) return [];
  const isExecuted = live !== null && plan.usedBy === live.id;
  const run = isExecuted ? live : plan;
  return [
    {name: isExecuted ? 'result' : 'plan', text: identityText(run.tally, !isExecuted)},
    ...coverage(facts),
    ...(isExecuted && changedOf(live.tally) > 0
      ? [{name: 'way back', text: 'u shows what an undo would put back'}]
      : []),
  ];
}

function coverage(facts: SetupView['facts']): readonly Fact[] {
  const whole = facts?.coverage?.groups.find(({group}) => group === '*');
  if (whole === undefined) return [];
  const share = percent(whole.done, whole.total);
  return [
    {
      name: 'coverage',
      text: `${share.toFixed(2)} %: ${number(whole.done)} of ${number(whole.total)}${share === 100 ? '' : ' (4 shows what is missing)'}`,
      ...(share === 100 ? {tone: 'good' as const} : {}),
    },
  ];
}

function gates({gates: known}: SetupView): readonly Fact[] {
  if (known === null) return [];
  const closed = closedBefore(known);
  const held = known.filter(({holds}) => holds).length;
  return [
    {name: 'gates', text: closed.length === 0 ? `✔ ${held} hold` : `${held} hold, ${closed.length} closed`},
    ...closed.flatMap(({title, reason, unlock}): readonly Fact[] => [
      {name: '', text: `✖ ${title}: ${reason}`, tone: 'bad'},
      ...(unlock === undefined ? [] : [{name: '', text: `  ${unlock}`}]),
    ]),
  ];
}

function lastTime({facts}: SetupView, mode: 'dry-run' | 'live' | 'verify'): readonly Fact[] {
  const last = facts?.took[mode];
  if (last === undefined) return [];
  const listed = last.listed === 0 ? '' : ` for ${counted(last.listed, 'item')}`;
  return [{name: 'took', text: `${tookText(last.seconds)} last time${listed}`}];
}

function opened({facts}: SetupView, move: Move): readonly Fact[] {
  const counts = facts?.open?.counts ?? null;
  if (counts === null || counts.total === 0) return [];
  return [
    {name: 'open', text: openCountText(counts), tone: 'warn'},
    ...(move.do === 'retry' ? [{name: '', text: '6 shows each of them, why, and what to do'}] : []),
  ];
}

function broken({facts}: SetupView): readonly Fact[] {
  return (facts?.checks ?? [])
    .filter(({result}) => result.count > 0)
    .map(({result}) => ({
      name: result.severity === 'blocking' ? 'broken' : 'warning',
      text: `${result.title}: ${counted(result.count, 'row')}`,
      tone: result.severity === 'blocking' ? ('bad' as const) : ('warn' as const),
    }));
}

function wrapped(head: Line, text: string, width: number, tone?: Span['tone']): readonly Line[] {
  const indent = head.reduce((sum, span) => sum + span.text.length, 0);
  const styled = (part: string): Span => (tone === undefined ? {text: part} : {text: part, tone});
  return wrapText(text, Math.max(10, width - indent)).map((part, index) =>
    index === 0 ? [...head, styled(part)] : [{text: ' '.repeat(indent)}, styled(part)],
  );
}
