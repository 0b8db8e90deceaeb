import {repositoryNouns} from '../../backfills/registry.ts';
import {changedOf} from '../../core/accounting.ts';
import type {Severity} from '../../core/checks.ts';
import type {Finding} from '../../core/probe.ts';
import {isActive} from '../../core/run.ts';
import {counted, durationText, identityText, number, scopeText} from '../../core/words.ts';
import type {MeasuredCheck} from '../../ledger/measured.ts';
import type {RunRecord} from '../../ledger/records.ts';
import type {Flow, Move} from '../../runbook/flow.ts';
import {closedBefore} from '../../runbook/flow-state.ts';
import {openCountText} from '../../runbook/open-counts.ts';
import type {Span} from '../line.ts';
import {shareOf} from '../share.ts';
import {staleText} from '../stale.ts';
import type {Manner, SetupView} from '../state.ts';
import {driftText} from './run-lines.ts';

/** One thing to know, under a short name; without one it goes on with the fact before it. */
export interface Fact {
  readonly name: string;
  readonly text: string;
  readonly tone?: Span['tone'];
  /** A run's counts, which a table shows as well. */
  readonly isCounts?: true;
}

/** What is worth knowing before the next key is pressed. */
export function factsOf(
  setup: SetupView,
  {current, move}: Flow,
  {isReadOnly}: Pick<Manner, 'isReadOnly'>,
): readonly Fact[] {
  switch (move.do) {
    case 'probe':
      return [
        ...troubles(setup),
        ...(setup.source === ''
          ? []
          : [{name: 'reads', text: `${setup.source}, ${setup.words.reads.source}`}]),
        {
          name: setup.source === '' ? 'reads' : '',
          text: `${setup.target}, ${setup.words.reads.target}`,
        },
        {name: 'writes', text: 'nothing'},
        ...findings(setup, ['ok']),
      ];
    case 'dry-run':
      return [
        {name: 'reads', text: setup.rehearsal.reads},
        {name: 'predicts', text: setup.rehearsal.predicts},
        {name: 'writes', text: "nothing but Headgate's own ledger"},
        ...lastTime(setup, 'dry-run'),
        ...findings(setup, ['warning', 'ok']),
        ...outcome(setup),
      ];
    case 'review':
      return [
        ...closedGates(setup),
        ...outcome(setup),
        isReadOnly
          ? {name: 'then', text: 'a console that is not read-only can execute it'}
          : {name: 'then', text: 'you type the name of the target, and only then anything is written'},
        ...heldGates(setup),
        ...lastTime(setup, 'live'),
      ];
    case 'verify':
      return [
        {name: 'reads', text: setup.words.reads.verify},
        {name: 'writes', text: 'nothing'},
        ...lastTime(setup, 'verify'),
      ];
    case 'resume':
    case 'retry':
      return [...stopped(setup), ...opened(setup, move), ...outcome(setup)];
    case 'see-invariants':
      return outcome(setup, true);
    case 'watch':
      return move.run === null ? [] : [{name: 'run', text: `${move.run}, in another process`}];
    case 'nothing':
      return current === 'probe' ? [] : [...outcome(setup)];
    default:
      return move satisfies never;
  }
}

/** What has to be mended before anything else, first. */
function troubles(setup: SetupView): readonly Fact[] {
  const {probe} = setup;
  if (probe?.state === 'failed')
    return [
      {name: 'failed', text: probe.message, tone: 'bad'},
      ...(probe.hint === null ? [] : [{name: '', text: probe.hint}]),
    ];
  return findings(setup, ['error', 'warning']);
}

/** What the probe found, level by level. */
function findings({probe}: SetupView, levels: readonly Finding['level'][]): readonly Fact[] {
  if (probe?.state !== 'done') return [];
  const found = levels.flatMap(each => probe.findings.filter(({level}) => level === each));
  return found.flatMap(({level, subject, message, remedy}) => [
    {
      name: subject,
      text: `${level === 'ok' ? '✔' : level === 'warning' ? '!' : '✖'} ${message}`,
      ...(level === 'ok' ? {} : {tone: level === 'warning' ? ('warn' as const) : ('bad' as const)}),
    },
    ...(remedy === undefined ? [] : [{name: '', text: remedy}]),
  ]);
}

/** The run that executed the plan; before that, the plan. */
export function settledRun(facts: SetupView['facts']): RunRecord | null {
  const {plan = null, live = null} = facts ?? {};
  const run = plan !== null && live !== null && plan.usedBy === live.id ? live : plan;
  return run === null || isActive(run.status) ? null : run;
}

/** What the run before came to; before it has written, what was measured is told where that is the subject. */
export function outcome(setup: SetupView, isOfChecks = false): readonly Fact[] {
  const run = settledRun(setup.facts);
  if (run === null) return [];
  const isDry = run.mode === 'dry-run';
  const tellsChecks = isOfChecks || !isDry;
  const {added, gone, changed} = run.drift;
  const scope = scopeText(run.scope);
  return [
    {name: isDry ? 'plan' : 'result', text: identityText(run.tally, isDry), isCounts: true},
    ...(scope === 'everything' ? [] : [{name: 'scope', text: scope}]),
    ...(isDry || added + gone + changed === 0
      ? []
      : [{name: 'drift', text: driftText(run.drift), tone: 'warn' as const}]),
    ...(tellsChecks ? violations(setup, 'blocking') : []),
    ...coverage(setup),
    ...(tellsChecks ? violations(setup, 'warning') : []),
    ...(run.mode === 'live' && changedOf(run.tally) > 0
      ? [{name: 'way back', text: 'u shows what an undo would put back'}]
      : []),
  ];
}

function coverage(setup: SetupView): readonly Fact[] {
  const measured = setup.facts?.coverage ?? null;
  const whole = measured?.groups.find(({group}) => group === '*');
  if (measured === null || whole === undefined) return [];
  const share = shareOf(whole);
  const stale = staleText(setup, measured);
  const more = stale ?? (share.isWhole ? '' : '4 shows what is missing');
  return [
    {
      name: 'coverage',
      text: `${share.text} %: ${number(whole.done)} of ${number(whole.total)}${more === '' ? '' : ` (${more})`}`,
      ...(share.isWhole && stale === null ? {tone: 'good' as const} : {}),
    },
  ];
}

/** Invariants that were found not to hold. */
function violations(setup: SetupView, severity: Severity): readonly Fact[] {
  const {facts, words} = setup;
  const isBlocking = severity === 'blocking';
  return (facts?.checks ?? [])
    .filter(({result}) => result.count > 0 && result.severity === severity)
    .map(measured => {
      const {title, count, counts = words.rows, note} = measured.result;
      const where = staleText(setup, measured) ?? '5 shows which';
      const more = [beforeText(setup, measured), note, where].filter(text => text !== undefined).join('; ');
      return {
        name: isBlocking ? 'broken' : 'warning',
        text: `${title}: ${counted(count, ...counts)} (${more})`,
        tone: isBlocking ? ('bad' as const) : ('warn' as const),
      };
    });
}

/** What broke it before a live run as well is no work of that run, as far as it was measured then. */
function beforeText({facts}: SetupView, {run, before, result}: MeasuredCheck): string | undefined {
  const isOfLive = facts?.live?.id === run && before !== null && before > 0;
  if (!isOfLive) return undefined;
  return before >= result.count ? 'before this run too' : `${number(before)} before this run`;
}

/** What is in the way is told first. */
function closedGates({gates}: SetupView): readonly Fact[] {
  return closedBefore(gates).flatMap(({title, reason, unlock}): readonly Fact[] => [
    {name: 'closed', text: `✖ ${title}: ${reason}`, tone: 'bad'},
    ...(unlock === undefined ? [] : [{name: '', text: unlock}]),
  ]);
}

function heldGates({gates}: SetupView): readonly Fact[] {
  if (gates === null) return [];
  const held = counted(gates.filter(({holds}) => holds).length, 'holds', 'hold');
  const closed = closedBefore(gates).length;
  const typed = gates.filter(gate => !gate.holds).length - closed;
  const open = typed === 0 ? '' : `, ${typed} by what you type`;
  return [{name: 'gates', text: closed === 0 ? `✔ ${held}${open}` : `${held}, ${closed} closed`}];
}

function lastTime({facts, backfill}: SetupView, mode: 'dry-run' | 'live' | 'verify'): readonly Fact[] {
  const last = facts?.took[mode];
  if (last === undefined) return [];
  const items = repositoryNouns(backfill)?.items ?? ['item', 'items'];
  const listed = last.listed === 0 ? '' : ` for ${counted(last.listed, ...items)}`;
  return [{name: 'took', text: `${durationText(last.seconds)} last time${listed}`}];
}

/** Why it rests, where that is more than its status says. */
function stopped({facts}: SetupView): readonly Fact[] {
  const reason = settledRun(facts)?.stopReason ?? null;
  return reason === null ? [] : [{name: 'stopped', text: reason.message, tone: 'warn'}];
}

function opened({facts, backfill}: SetupView, move: Move): readonly Fact[] {
  const counts = facts?.open?.counts ?? null;
  if (counts === null || counts.total === 0) return [];
  const more = move.do === 'retry' ? ': 6 shows each of them, why, and what to do' : '';
  return [{name: 'open', text: `${openCountText(counts, repositoryNouns(backfill))}${more}`, tone: 'warn'}];
}
