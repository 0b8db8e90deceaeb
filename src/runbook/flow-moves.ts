import {changedOf} from '../core/accounting.ts';
import type {CheckResult} from '../core/checks.ts';
import {isActive} from '../core/run.ts';
import {counted} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {FlowFacts, Move} from './flow.ts';
import {closedBefore, executed, isAtWork, isEmpty, isProbeFine, isStopped, unrelated} from './flow-state.ts';
import type {GateId} from './gate.ts';
import {type OpenCounts, retriable, streamsText} from './open-counts.ts';

/** The one move that goes on from here; in a read-only console none that writes. */
export function moveFrom(facts: FlowFacts): Move {
  return withoutWriting(facts, moveOf(facts));
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
  if (plan.status === 'incomplete' && retriable(open) > 0) return retryMove(plan, open);
  if (isEmpty(plan)) return {do: 'dry-run', why: 'again, once source and scope are those that you mean'};
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
      if (retriable(open) > 0) return retryMove(live, open);
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
      ? 'go on, and write, in spite of what has changed since the dry run'
      : `go on where it stopped${retriable(open) === 0 ? '' : `; then take up ${counted(retriable(open), 'failure')}`}`,
  };
}

function retryMove(run: RunRecord, open: OpenCounts | null): Move {
  return {
    do: 'retry',
    run: run.id,
    why: `${retryText(open)}${run.mode === 'dry-run' ? '' : `; this writes to ${run.targetName}`}`,
  };
}

function retryText(open: OpenCounts | null): string {
  const {failed, conflicts, streams} = open ?? {failed: 0, conflicts: 0, streams: 0};
  if (failed > 0) {
    const listings = streams === 0 ? '' : `, and ${streamsText(streams)}`;
    return `take up only the ${failed === 1 ? 'failure' : counted(failed, 'failure')} again${listings}`;
  }
  if (streams > 0) return `read on where ${counted(streams, 'listing')} broke off`;
  if (conflicts > 0) return `decide again on ${counted(conflicts, 'conflict')}`;
  return 'take up what it left open';
}

/** Gates that a new dry run opens. */
const planGates: readonly GateId[] = ['rehearsed', 'same', 'fresh', 'unused'];
