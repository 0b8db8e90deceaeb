import {repositoryNouns} from '../backfills/registry.ts';
import {type Flow, flowOf} from '../runbook/flow.ts';
import type {RunView} from './run-view.ts';
import type {ConsoleState, SetupView} from './state.ts';

/** Where a setup stands in its runbook. */
export function flowOfSetup(state: ConsoleState, setup: SetupView): Flow {
  const {facts, probe, verifying, isBeginning} = setup;
  const plan = facts?.plan ?? null;
  const live = facts?.live ?? null;
  const atWork = runAtWork(state, setup);
  const isMeasuring = atWork !== null && atWork.checks.length + atWork.coverage.length > 0;
  return flowOf({
    probe,
    plan,
    live,
    // Gates were looked at for one plan; another process may have made a newer one.
    gates: plan !== null && setup.review?.plan === plan.id ? setup.gates : null,
    open: facts?.open?.counts ?? null,
    checks: checksAfter(setup),
    isVerifying: verifying !== null || isMeasuring,
    gone: facts?.gone ?? [],
    isBeginning,
    isReadOnly: state.manner.isReadOnly,
    nouns: repositoryNouns(setup.backfill),
  });
}

/** Checks that say something of the target as it is since the plan was executed; null where none was measured since. */
function checksAfter({facts}: SetupView) {
  if (facts === null || facts.checks.length === 0) return null;
  const {plan, live, checks} = facts;
  const writer = plan !== null && live !== null && plan.usedBy === live.id ? live : null;
  // What was measured while the run that writes was paused says nothing of what it wrote afterwards; its own
  // verification does.
  const since = writer === null ? (plan?.createdAt ?? 0) : (writer.finishedAt ?? Infinity);
  // A dry run measures the target alone before it begins; that is a baseline, and no verification.
  const verified = checks.filter(
    ({at, run}) => run !== plan?.id && (at >= since || (writer !== null && run === writer.id)),
  );
  return verified.length === 0 ? null : verified.map(({result}) => result);
}

/** The run that this process works on for a setup; null where it rests. */
export function runAtWork({runs}: ConsoleState, {atWork, verifying}: SetupView): RunView | null {
  const id = atWork ?? verifying;
  return id === null ? null : (runs[id] ?? null);
}
