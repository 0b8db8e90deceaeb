import {changedOf} from '../../src/core/accounting.ts';
import {canMove, isActive} from '../../src/core/run.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import {type FlowFacts, flowOf, type Move} from '../../src/runbook/flow.ts';
import {check, fine, liveRun, nothingOpen, open, planRun} from './flow-facts.ts';

/** How a run that is started or taken up ends, as chance has it. */
export interface Luck {
  readonly ends:
    | 'whole'
    | 'failures'
    | 'paused'
    | 'cancelled'
    | 'failed'
    | 'waiting'
    | 'conflicts'
    | 'nothing';
}

/**
 * What an engine makes of a move, as facts: it refuses what the real one refuses, so a test fails where the flow offers
 * what can't be done. Left out are gates other than the plan's own.
 */
export function carriedOut(facts: FlowFacts, luck: Luck): FlowFacts {
  const {move} = flowOf(facts);
  switch (move.do) {
    case 'probe':
      return {...facts, probe: fine};
    case 'dry-run':
      return ended(
        {...facts, plan: planRun({id: `${facts.plan?.id ?? 'plan'}+`}), gates: null},
        'plan',
        luck,
      );
    case 'review':
      return ended(executing(facts), 'live', luck);
    case 'verify':
      return {...facts, checks: [check(0)]};
    case 'see-invariants':
      return facts;
    case 'resume':
    case 'retry':
      return takenUp(facts, move, luck);
    case 'watch':
    case 'nothing':
      return rested(facts, luck);
    default:
      return move satisfies never;
  }
}

/** Nothing is left to do but to look again later. */
export function isVerified(facts: FlowFacts): boolean {
  const {steps} = flowOf(facts);
  const verify = steps.at(-1)?.state;
  return verify === 'done' || verify === 'attention';
}

function executing(facts: FlowFacts): FlowFacts {
  const {plan} = facts;
  if (plan === null || plan.usedBy !== null || changedOf(plan.tally) === 0)
    throw new Error('nothing to review');
  if (plan.status !== 'completed' && plan.status !== 'incomplete') throw new Error('the plan is not whole');
  const id = `${plan.id} live`;
  const live = liveRun({id, undoes: plan.undoes, mode: plan.undoes === null ? 'live' : 'undo'});
  return {...facts, plan: {...plan, usedBy: id}, live, checks: null};
}

function takenUp(facts: FlowFacts, move: Extract<Move, {do: 'resume' | 'retry'}>, luck: Luck): FlowFacts {
  const part = facts.plan?.id === move.run ? 'plan' : 'live';
  const run = facts[part];
  if (run?.id !== move.run) throw new Error(`there is no run ${move.run}`);
  const isGone = isActive(run.status) && facts.gone.includes(run.id);
  if (!isGone && !canMove(run.status, 'running')) throw new Error(`run ${run.id} is ${run.status}`);
  if (part === 'live' && facts.isReadOnly) throw new Error('a read-only console wrote');
  if (run.stopReason?.by === 'drift' && move.do === 'resume' && !move.acceptDrift)
    throw new Error('the drift would stop it again');
  return ended({...facts, gone: facts.gone.filter(id => id !== run.id)}, part, luck);
}

function ended(facts: FlowFacts, part: 'plan' | 'live', {ends}: Luck): FlowFacts {
  const run = facts[part];
  if (run === null) throw new Error('there is no run to end');
  const now: Record<Luck['ends'], Partial<RunRecord>> = {
    whole: {status: 'completed'},
    nothing: {status: 'completed'},
    failures: {status: 'incomplete'},
    waiting: {status: part === 'plan' ? 'completed' : 'incomplete'},
    conflicts: {status: 'incomplete'},
    paused: {status: 'paused'},
    cancelled: {status: 'cancelled'},
    failed: {status: 'failed'},
  };
  const left = {
    whole: nothingOpen,
    nothing: nothingOpen,
    failures: open({failed: 2}),
    waiting: part === 'plan' ? nothingOpen : open({waiting: 1}),
    conflicts: open({conflicts: 1}),
    paused: nothingOpen,
    cancelled: nothingOpen,
    failed: nothingOpen,
  }[ends];
  const tally = part === 'plan' && ends === 'nothing' ? {...run.tally, inserted: 0, updated: 0} : run.tally;
  // A live run measures at its end; an undo does not.
  const isMeasured =
    part === 'live' && run.mode === 'live' && ['completed', 'incomplete'].includes(now[ends].status ?? '');
  return {
    ...facts,
    [part]: {...run, stopReason: null, ...now[ends], tally},
    open: left,
    checks: isMeasured ? [check(0)] : part === 'plan' ? null : facts.checks,
  };
}

/** Waiting helps: what is at work comes to its end. */
function rested(facts: FlowFacts, luck: Luck): FlowFacts {
  if (facts.isBeginning) return {...facts, isBeginning: false};
  if (facts.probe?.state === 'working') return {...facts, probe: fine};
  const {plan, live, gone} = facts;
  const isAtWork = (run: RunRecord | null) => run !== null && isActive(run.status) && !gone.includes(run.id);
  const calm = {...facts, isVerifying: false};
  if (isAtWork(live)) return ended(calm, 'live', luck);
  return isAtWork(plan) ? ended(calm, 'plan', luck) : calm;
}
