import {changedOf, listedOf} from '../core/accounting.ts';
import type {CheckResult} from '../core/checks.ts';
import {errorsOf, type Finding} from '../core/probe.ts';
import {isActive} from '../core/run.ts';
import {counted} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Gate, GateId} from './gate.ts';
import type {OpenCounts} from './open-counts.ts';

/**
 * The guided flow, probe → dry run → review → live → verify, as a function of what is known: so a console that is opened
 * again stands where the last one stood, and no order of events can bring it into a state of its own. It says for each
 * step how it stands and why, and the one move that goes on. Who carries a move out is not its concern.
 */
export const stepIds = ['probe', 'dry-run', 'review', 'live', 'verify'] as const;
export type StepId = (typeof stepIds)[number];

/** `attention`: it ended, or rests, and the operator has something to decide. */
export type StepState = 'locked' | 'ready' | 'working' | 'done' | 'attention' | 'failed';

export interface Step {
  readonly id: StepId;
  readonly state: StepState;
  /** How it stands, or what unlocks it. */
  readonly says: string;
}

export interface FlowFacts {
  readonly probe: ProbeFact | null;
  /** The newest dry run, of the backfill or of an undo. */
  readonly plan: RunRecord | null;
  /** The run that executed this plan; without one, the newest that wrote. */
  readonly live: RunRecord | null;
  /** As they stand before anything was typed; null where nobody looked yet. */
  readonly gates: readonly Gate[] | null;
  /** What the plan, or once it was executed the live run, left open. */
  readonly open: OpenCounts | null;
  /** Measured after the live run, or at its end; null where nothing was. */
  readonly checks: readonly CheckResult[] | null;
  /** A verification is at work, on its own or at the end of the live run. */
  readonly isVerifying: boolean;
  /** Runs that are said to be at work, and whose process is gone. */
  readonly gone: readonly string[];
  /** A run was asked for here, and is not in the ledger yet. */
  readonly isBeginning: boolean;
  readonly isReadOnly: boolean;
}

export type ProbeFact =
  | {readonly state: 'working'}
  | {readonly state: 'failed'; readonly message: string; readonly hint: string | null}
  | {readonly state: 'done'; readonly findings: readonly Finding[]};

/** What goes on from here, for one key. */
export type Move =
  | {readonly do: 'probe' | 'dry-run' | 'review' | 'verify' | 'see-invariants'; readonly why: string}
  | {
      readonly do: 'resume';
      readonly run: string;
      readonly acceptNew: boolean;
      readonly acceptDrift: boolean;
      readonly why: string;
    }
  | {readonly do: 'retry'; readonly run: string; readonly why: string}
  | {readonly do: 'watch'; readonly run: string | null; readonly why: string}
  | {readonly do: 'nothing'; readonly why: string};

export interface Flow {
  readonly steps: readonly Step[];
  readonly current: StepId;
  readonly move: Move;
  /** Nothing is left to do: it was verified, and no blocking invariant is broken. */
  readonly isDone: boolean;
}

export function flowOf(facts: FlowFacts): Flow {
  const steps = [probeStep(facts), dryRunStep(facts), reviewStep(facts), liveStep(facts), verifyStep(facts)];
  const move = withoutWriting(facts, moveOf(facts));
  const isDone = move.do === 'dry-run' && steps.every(({state}) => state === 'done');
  return {steps, move, isDone, current: isDone ? 'verify' : currentOf(facts, move)};
}

/** The live run that belongs to the plan; another one is history. */
function executed({plan, live}: FlowFacts): RunRecord | null {
  return plan !== null && live !== null && plan.usedBy === live.id ? live : null;
}

function probeStep({probe, plan}: FlowFacts): Step {
  const id = 'probe';
  if (probe === null)
    return plan === null
      ? {id, state: 'ready', says: 'looks at source and target; touches nothing'}
      : {id, state: 'done', says: 'as the dry run found it'};
  if (probe.state === 'working') return {id, state: 'working', says: 'connecting …'};
  if (probe.state === 'failed') return {id, state: 'failed', says: probe.message};
  const [error] = errorsOf({findings: probe.findings, schema: '', facts: null});
  if (error !== undefined) return {id, state: 'failed', says: error.message};
  const warnings = probe.findings.filter(({level}) => level === 'warning').length;
  const remarks = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`;
  return {id, state: 'done', says: `reachable, schema as expected${remarks}`};
}

function dryRunStep(facts: FlowFacts): Step {
  const id = 'dry-run';
  const {plan, open} = facts;
  if (plan === null)
    return isProbeFine(facts)
      ? {id, state: 'ready', says: 'decides everything, writes nothing'}
      : {id, state: 'locked', says: 'unlocked by a probe without errors'};
  if (isAtWork(facts, plan)) return {id, state: 'working', says: 'deciding …'};
  if (isStopped(plan))
    return {id, state: plan.status === 'failed' ? 'failed' : 'attention', says: restingText(plan)};
  if (plan.status === 'pending') return {id, state: 'ready', says: 'the last one never began'};
  if (plan.status === 'cancelled') return {id, state: 'ready', says: 'the last one was cancelled'};
  // Once it was executed, what it left open is the live run's to tell.
  const failures = executed(facts) === null ? (open?.failed ?? 0) : 0;
  return {id, state: failures > 0 ? 'attention' : 'done', says: planText(plan)};
}

/** `2,238 listed · 2,171 to change · 1 failed · 66 unchanged`: what matters most comes first, where there is no room. */
export function planText({tally, partitions}: RunRecord): string {
  const parts = [
    `${listedOf(tally).toLocaleString('en-US')} listed`,
    changedOf(tally) === 0 ? 'nothing to change' : `${changedOf(tally).toLocaleString('en-US')} to change`,
    ...(tally.failed === 0 ? [] : [`${tally.failed.toLocaleString('en-US')} failed`]),
    ...(partitions.failed === 0 ? [] : [`${counted(partitions.failed, 'partition')} failed`]),
    ...(tally.unchanged === 0 ? [] : [`${tally.unchanged.toLocaleString('en-US')} unchanged`]),
    ...(tally.skipped === 0 ? [] : [`${tally.skipped.toLocaleString('en-US')} skipped`]),
  ];
  return parts.join(' · ');
}

function reviewStep(facts: FlowFacts): Step {
  const id = 'review';
  const {plan, gates, isReadOnly} = facts;
  if (plan !== null && executed(facts) !== null)
    return {id, state: 'done', says: `confirmed by typing ${plan.targetName}`};
  if (plan === null || !isWhole(plan) || plan.usedBy !== null)
    return {id, state: 'locked', says: 'unlocked by a dry run'};
  if (changedOf(plan.tally) === 0)
    return {id, state: 'done', says: 'nothing to change, so nothing to review'};
  const closed = closedBefore(gates);
  if (closed.length === 0)
    return {
      id,
      state: 'ready',
      says: isReadOnly
        ? 'see what a live run would write'
        : 'see what will be written, then type the name of the target',
    };
  const [first] = closed;
  return {
    id,
    state: 'attention',
    says: closed.length === 1 && first !== undefined ? first.reason : `${closed.length} gates are closed`,
  };
}

function liveStep(facts: FlowFacts): Step {
  const id = 'live';
  const {plan, isReadOnly} = facts;
  const live = executed(facts);
  if (live === null) {
    const elsewhere = unrelated(facts);
    if (elsewhere !== null)
      return {id, state: 'working', says: `run ${elsewhere.id} is at work, of another plan`};
    if (isIdle(plan))
      return {id, state: 'done', says: `nothing to ${plan?.undoes == null ? 'write' : 'put back'}`};
    if (isReadOnly) return {id, state: 'locked', says: 'this console is read-only'};
    return {id, state: 'locked', says: 'unlocked by the review and the typed name'};
  }
  if (isAtWork(facts, live)) return {id, state: 'working', says: 'writing …'};
  if (isStopped(live))
    return {id, state: live.status === 'failed' ? 'failed' : 'attention', says: restingText(live)};
  if (live.status === 'pending') return {id, state: 'attention', says: 'it never began: nothing was written'};
  if (live.status === 'cancelled')
    return {
      id,
      state: 'attention',
      says: `cancelled: ${changedText(live)}, and ${changedOf(live.tally) === 1 ? 'stays' : 'stay'} so`,
    };
  return {
    id,
    state: live.status === 'incomplete' ? 'attention' : 'done',
    says: `${changedText(live)}${openText(facts)}`,
  };
}

function verifyStep(facts: FlowFacts): Step {
  const id = 'verify';
  const {plan, checks, isVerifying} = facts;
  if (isVerifying) return {id, state: 'working', says: 'measuring invariants and coverage …'};
  const live = executed(facts);
  if (!isIdle(plan) && (live === null || isAtWork(facts, live)))
    return {
      id,
      state: 'locked',
      says: plan?.undoes == null ? 'follows by itself when the live run ends' : 'unlocked by the undo',
    };
  if (checks === null) return {id, state: 'ready', says: 'measures invariants and coverage'};
  const broken = checks.filter(({count, severity}) => count > 0 && severity === 'blocking').length;
  const warned = checks.filter(({count, severity}) => count > 0 && severity === 'warning').length;
  const held = checks.filter(({count}) => count === 0).length;
  const says = [
    counted(held, 'invariant holds', 'invariants hold'),
    ...(broken === 0 ? [] : [`${broken} broken`]),
    ...(warned === 0 ? [] : [counted(warned, 'warning')]),
  ].join(', ');
  return {id, state: broken > 0 ? 'attention' : 'done', says};
}

function moveOf(facts: FlowFacts): Move {
  const {probe, plan, isVerifying, isBeginning} = facts;
  if (isBeginning) return {do: 'nothing', why: 'the run is about to begin'};
  if (probe?.state === 'working') return {do: 'nothing', why: 'the probe is at work'};
  const live = executed(facts);
  if (live !== null && isAtWork(facts, live))
    return {do: 'watch', run: live.id, why: 'the run is at work: see it in full'};
  if (isVerifying) return {do: 'nothing', why: 'the verification is at work'};
  if (plan !== null && isAtWork(facts, plan))
    return {do: 'watch', run: plan.id, why: 'the dry run is at work: see it in full'};
  const elsewhere = unrelated(facts);
  if (elsewhere !== null)
    return {
      do: 'watch',
      run: elsewhere.id,
      why: 'a run of another plan writes to the target: see it in full',
    };
  if (probe !== null && !isProbeFine(facts)) return {do: 'probe', why: 'look again'};
  if (plan === null)
    return isProbeFine(facts)
      ? {do: 'dry-run', why: 'decide everything, and write nothing'}
      : {do: 'probe', why: 'look at source and target; touches nothing'};
  if (live !== null) return moveAfter(facts, live);
  return moveOfPlan(facts, plan);
}

function moveOfPlan(facts: FlowFacts, plan: RunRecord): Move {
  const {open, checks, gates} = facts;
  if (isStopped(plan)) return resumeMove(plan, open);
  if (plan.status === 'pending' || plan.status === 'cancelled' || plan.usedBy !== null)
    return {do: 'dry-run', why: 'decide everything anew, and write nothing'};
  if (changedOf(plan.tally) > 0) {
    const stale = closedBefore(gates).find(({id}) => planGates.includes(id));
    return stale === undefined
      ? {do: 'review', why: 'see what will be written'}
      : {do: 'dry-run', why: `${stale.reason}: make a new one`};
  }
  if (plan.status === 'incomplete' && (open?.failed ?? 0) > 0) return retryMove(plan, open);
  if (plan.undoes !== null)
    return {do: 'dry-run', why: 'there is nothing to put back; a new dry run is of the backfill again'};
  if (checks === null) return {do: 'verify', why: 'nothing to write: measure invariants and coverage'};
  return afterVerification(checks);
}

function moveAfter(facts: FlowFacts, live: RunRecord): Move {
  const {open, checks} = facts;
  const isUndo = live.undoes !== null;
  if (isStopped(live) || live.status === 'pending') return resumeMove(live, open);
  switch (live.status) {
    case 'incomplete': {
      if ((open?.failed ?? 0) > 0) return retryMove(live, open);
      const waiting = open?.waiting ?? 0;
      if (waiting > 0)
        return {
          do: 'resume',
          run: live.id,
          acceptNew: true,
          acceptDrift: false,
          why: `write also the ${waiting === 1 ? 'item' : counted(waiting, 'item')} that appeared since the dry run`,
        };
      // An undo never overwrites what somebody changed later, however often it is asked to.
      return isUndo ? measuring(checks, isUndo) : retryMove(live, open);
    }
    case 'cancelled':
      return {
        do: 'dry-run',
        why: isUndo ? 'see how source and target differ now' : 'decide anew what is left',
      };
    default:
      return measuring(checks, isUndo);
  }
}

function measuring(checks: readonly CheckResult[] | null, isUndo: boolean): Move {
  if (checks === null) return {do: 'verify', why: 'measure invariants and coverage'};
  return afterVerification(checks, isUndo);
}

function afterVerification(checks: readonly CheckResult[], isUndo = false): Move {
  if (checks.some(({count, severity}) => count > 0 && severity === 'blocking'))
    return {
      do: 'see-invariants',
      why: 'an invariant is broken: see which rows, why it matters, and what mends it',
    };
  return {
    do: 'dry-run',
    why: isUndo ? 'a new one would plan again what was put back' : 'a new one finds what has changed since',
  };
}

/** A read-only console measures what it may not write. */
function withoutWriting(facts: FlowFacts, move: Move): Move {
  if (!facts.isReadOnly || (move.do !== 'resume' && move.do !== 'retry')) return move;
  if (move.run !== executed(facts)?.id) return move;
  const why = `run ${move.run} goes on from a console that is not read-only`;
  return facts.checks === null ? {do: 'verify', why: `measure how it stands; ${why}`} : {do: 'nothing', why};
}

function resumeMove(run: RunRecord, open: OpenCounts | null): Move {
  const isDrift = run.stopReason?.by === 'drift';
  if (isActive(run.status) || run.status === 'pending')
    return {
      do: 'resume',
      run: run.id,
      acceptNew: false,
      acceptDrift: false,
      why: isActive(run.status)
        ? 'its process is gone: settle what was under way, and go on'
        : 'it never began: begin now',
    };
  return {
    do: 'resume',
    run: run.id,
    acceptNew: false,
    acceptDrift: isDrift,
    why: isDrift
      ? 'go on in spite of what has changed since the dry run'
      : `go on where it stopped${open === null || open.failed === 0 ? '' : `; then take up ${counted(open.failed, 'failure')}`}`,
  };
}

function retryMove(run: RunRecord, open: OpenCounts | null): Move {
  const failed = open?.failed ?? 0;
  return {
    do: 'retry',
    run: run.id,
    why: retryText(failed, open?.conflicts ?? 0),
  };
}

function retryText(failed: number, conflicts: number): string {
  if (failed > 0) return `take up only the ${failed === 1 ? 'failure' : counted(failed, 'failure')} again`;
  if (conflicts > 0) return `decide again on ${counted(conflicts, 'conflict')}`;
  return 'take up what it left open';
}

function currentOf(facts: FlowFacts, move: Move): StepId {
  switch (move.do) {
    case 'probe':
    case 'dry-run':
    case 'review':
    case 'verify':
      return move.do;
    case 'see-invariants':
      return 'verify';
    case 'watch':
      if (move.run === facts.plan?.id) return 'dry-run';
      return facts.isVerifying ? 'verify' : 'live';
    case 'resume':
    case 'retry':
      return move.run === facts.plan?.id ? 'dry-run' : 'live';
    case 'nothing':
      if (facts.isVerifying) return 'verify';
      if (facts.probe?.state === 'working' || facts.plan === null) return 'probe';
      return executed(facts) === null ? 'dry-run' : 'live';
    default:
      return move satisfies never;
  }
}

/** Gates that a new dry run opens. */
const planGates: readonly GateId[] = ['rehearsed', 'same', 'fresh', 'unused'];
/** Gates that only typing opens. */
const typedGates: readonly GateId[] = ['confirmed', 'failures'];

/** What is closed before anything was typed. */
export function closedBefore(gates: readonly Gate[] | null): readonly Gate[] {
  return (gates ?? []).filter(({id, holds}) => !holds && !typedGates.includes(id));
}

function isProbeFine({probe, plan}: FlowFacts): boolean {
  if (probe === null) return plan !== null;
  return probe.state === 'done' && probe.findings.every(({level}) => level !== 'error');
}

/** A plan that is whole, was not executed, and has nothing to execute. */
function isIdle(plan: RunRecord | null): boolean {
  return plan !== null && plan.usedBy === null && isWhole(plan) && changedOf(plan.tally) === 0;
}

/** A run at work that writes, though not what this plan says. */
function unrelated(facts: FlowFacts): RunRecord | null {
  const {live} = facts;
  return live !== null && executed(facts) === null && isAtWork(facts, live) ? live : null;
}

function isWhole({status}: RunRecord): boolean {
  return status === 'completed' || status === 'incomplete';
}

/** At work, and somebody works on it. */
function isAtWork({gone}: FlowFacts, {id, status}: RunRecord): boolean {
  return isActive(status) && !gone.includes(id);
}

/** It rests before its end: paused, failed, or left by a process that is gone. */
function isStopped({status}: RunRecord): boolean {
  return status === 'paused' || status === 'failed' || isActive(status);
}

function restingText({status, stopReason, mode}: RunRecord): string {
  if (isActive(status))
    return `its process is gone; what it ${mode === 'dry-run' ? 'decided' : 'wrote'} is on record`;
  return stopReason === null ? status : `${status}: ${stopReason.message}`;
}

function changedText({tally, undoes}: RunRecord): string {
  return `${counted(changedOf(tally), 'item')} ${undoes === null ? 'written' : 'put back'}`;
}

function openText({open}: FlowFacts): string {
  if (open === null || open.total === 0) return '';
  return [
    ...(open.failed === 0 ? [] : [`${open.failed.toLocaleString('en-US')} failed`]),
    ...(open.waiting === 0 ? [] : [`${open.waiting.toLocaleString('en-US')} waiting`]),
    ...(open.conflicts === 0 ? [] : [counted(open.conflicts, 'conflict')]),
  ]
    .map(part => ` · ${part}`)
    .join('');
}
