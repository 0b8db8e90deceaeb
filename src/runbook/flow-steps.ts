import {changedOf, listedOf} from '../core/accounting.ts';
import {errorsOf} from '../core/probe.ts';
import {isActive} from '../core/run.ts';
import {counted, number} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {FlowFacts, Step} from './flow.ts';
import {
  closedBefore,
  executed,
  isAtWork,
  isEmpty,
  isIdle,
  isProbeFine,
  isStopped,
  isWhole,
  stranded,
  unrelated,
} from './flow-state.ts';
import {failedText, retriable, streamsText} from './open-counts.ts';

/** How each step stands, and why. */
export function stepsOf(facts: FlowFacts): readonly Step[] {
  return [probeStep(facts), dryRunStep(facts), reviewStep(facts), liveStep(facts), verifyStep(facts)];
}

function probeStep({probe, plan}: FlowFacts): Step {
  const id = 'probe';
  if (probe === null)
    return plan === null
      ? {id, state: 'ready', says: 'looks at source and target; touches nothing'}
      : {id, state: 'done', says: 'as the dry run found it'};
  if (probe.state === 'working') return {id, state: 'working', says: 'connecting …'};
  if (probe.state === 'failed') return {id, state: 'failed', says: probe.message};
  const [error] = errorsOf(probe);
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
  if (plan.status === 'pending')
    return {id, state: 'ready', says: facts.isBeginning ? 'about to begin' : 'the last one never began'};
  if (plan.status === 'cancelled') return {id, state: 'ready', says: 'the last one was cancelled'};
  if (isEmpty(plan)) return {id, state: 'attention', says: 'nothing was listed: is this the right source?'};
  // Once it was executed, what it left open is the live run's to tell.
  const failures = executed(facts) === null ? retriable(open) : 0;
  return {id, state: failures > 0 ? 'attention' : 'done', says: planText(plan, facts)};
}

/** `2,238 listed · 2,171 to change · 1 failed · 66 unchanged`: what matters most comes first, where there is no room. */
function planText({tally, partitions, undoes}: RunRecord, facts: FlowFacts): string {
  const failed = facts.nouns?.repositories ?? ['partition', 'partitions'];
  const streams = executed(facts) === null ? (facts.open?.streams ?? 0) : 0;
  const verb = undoes === null ? 'change' : 'put back';
  const parts = [
    `${number(listedOf(tally))} listed`,
    changedOf(tally) === 0 ? `nothing to ${verb}` : `${number(changedOf(tally))} to ${verb}`,
    ...(tally.failed === 0 ? [] : [`${number(tally.failed)} failed`]),
    ...(partitions.failed === 0 ? [] : [`${counted(partitions.failed, ...failed)} failed`]),
    ...(streams === 0 ? [] : [streamsText(streams)]),
    ...(tally.unchanged === 0 ? [] : [`${number(tally.unchanged)} unchanged`]),
    ...(tally.skipped === 0 ? [] : [`${number(tally.skipped)} skipped`]),
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
      says: isReadOnly ? 'see what a live run would write' : 'see what is written, then type the target name',
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
    const rests = stranded(facts);
    if (rests !== null)
      return {
        id,
        state: 'attention',
        says: `run ${rests.id} of another plan is ${isActive(rests.status) ? 'dead' : rests.status}: c on its screen (7) goes on`,
      };
    if (isIdle(plan))
      return {id, state: 'done', says: `nothing to ${plan?.undoes == null ? 'write' : 'put back'}`};
    if (isReadOnly) return {id, state: 'locked', says: 'this console is read-only'};
    return {id, state: 'locked', says: 'unlocked by the review and the typed name'};
  }
  if (isAtWork(facts, live)) return {id, state: 'working', says: 'writing …'};
  if (isStopped(live))
    return {
      id,
      state: live.status === 'failed' ? 'failed' : 'attention',
      says: plan === null ? restingText(live) : haltText(live, plan),
    };
  if (live.status === 'pending')
    return facts.isBeginning
      ? {id, state: 'ready', says: 'about to begin'}
      : {id, state: 'attention', says: 'it never began: nothing was written'};
  if (live.status === 'cancelled')
    return {
      id,
      state: 'attention',
      says: `cancelled: ${changedText(live, facts)}, and ${changedOf(live.tally) === 1 ? 'stays' : 'stay'} so`,
    };
  return {
    id,
    state: live.status === 'incomplete' ? 'attention' : 'done',
    says: `${changedText(live, facts)}${openText(facts)}`,
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
    ...(broken === 0 ? [] : [`${number(broken)} broken`]),
    ...(warned === 0 ? [] : [counted(warned, 'warning')]),
  ].join(', ');
  return {id, state: broken > 0 ? 'attention' : 'done', says};
}

function restingText({status, stopReason, mode}: RunRecord): string {
  if (isActive(status))
    return `its process is gone; what it ${mode === 'dry-run' ? 'decided' : 'wrote'} is on record`;
  if (stopReason === null) return status;
  // `paused by the operator` says it all.
  return stopReason.message.startsWith(status) ? stopReason.message : `${status}: ${stopReason.message}`;
}

/** How far a run of a plan came: `paused by the operator · 1,050 of 2,238`. */
function haltText(run: RunRecord, plan: RunRecord): string {
  const settled = listedOf(run.tally) - run.tally.pending;
  return `${restingText(run)} · ${number(settled)} of ${number(listedOf(plan.tally))}`;
}

function changedText({tally, undoes}: RunRecord, {nouns}: FlowFacts): string {
  const items = nouns?.items ?? ['item', 'items'];
  return `${counted(changedOf(tally), ...items)} ${undoes === null ? 'written' : 'put back'}`;
}

function openText({open, nouns = null}: FlowFacts): string {
  if (open === null || open.total === 0) return '';
  return [
    ...(open.failed === 0 ? [] : [`${failedText(open, nouns)} failed`]),
    ...(open.streams === 0 ? [] : [streamsText(open.streams)]),
    ...(open.waiting === 0 ? [] : [`${number(open.waiting)} waiting`]),
    ...(open.conflicts === 0 ? [] : [counted(open.conflicts, 'conflict')]),
  ]
    .map(part => ` · ${part}`)
    .join('');
}
