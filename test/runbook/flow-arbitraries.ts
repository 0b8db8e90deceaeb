import fc from 'fast-check';
import {
  isActive,
  type RunStatus,
  restingStatus,
  runStatuses,
  type StopReason,
  stoppers,
} from '../../src/core/run.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {FlowFacts} from '../../src/runbook/flow.ts';
import type {GateId} from '../../src/runbook/gate.ts';
import {
  check,
  faulty,
  fine,
  gate,
  liveRun,
  open,
  planRun,
  probing,
  unreachable,
  used,
  warned,
} from './flow-facts.ts';

/** Facts as a ledger can hold them: a run is used by the one that it says, and rests for a reason that fits. */

const few = fc.nat(2);
const tally = fc.record({
  inserted: few,
  updated: few,
  unchanged: few,
  failed: few,
  pending: few,
  skipped: few,
});
/** Runs come to their end mostly. */
const status = fc.constantFrom(
  ...runStatuses,
  ...often<RunStatus>('completed', 5),
  ...often<RunStatus>('incomplete', 5),
);
/** True now and then. */
const seldom = fc.nat(5).map(number => number === 0);

function often<Value>(value: Value, times: number): readonly Value[] {
  return Array.from({length: times}, () => value);
}

function reasonFor(record: RunRecord, by: StopReason['by']): RunRecord {
  const {status} = record;
  const fits = status === restingStatus({by, message: ''}) && (by !== 'drift' || record.mode !== 'dry-run');
  return fits ? {...record, stopReason: {by, message: `stopped by ${by}`}} : record;
}

const by = fc.constantFrom(...stoppers);
const counts = fc.record({failed: few, waiting: few, conflicts: few}).map(open);
const gateId = fc.constantFrom<GateId>('probe', 'same', 'fresh', 'space', 'lease', 'invariants', 'confirmed');
const gates = fc.array(
  fc.tuple(gateId, seldom).map(([id, isClosed]) => gate(id, !isClosed)),
  {maxLength: 4},
);
const checks = fc.array(fc.tuple(few, fc.constantFrom('blocking' as const, 'warning' as const)), {
  minLength: 1,
  maxLength: 3,
});

const plan = fc
  .record({status, tally, by, isUsed: fc.boolean(), undoes: fc.constantFrom(null, null, 'old')})
  .map(({status, tally, by, isUsed, undoes}) => {
    const isWhole = status === 'completed' || status === 'incomplete';
    return reasonFor(planRun({status, undoes, ...(isUsed && isWhole ? used : {})}, tally), by);
  });

/** Of the plan, of another one, or not known. */
const live = fc
  .record({status, tally, by, id: fc.constantFrom('live', 'live', 'other')})
  .map(({status, tally, by, id}) => reasonFor(liveRun({status, id}, tally), by));

export const flowFacts: fc.Arbitrary<FlowFacts> = fc
  .record({
    probe: fc.constantFrom(null, null, null, fine, fine, warned, faulty, unreachable, probing),
    plan: fc.option(plan, {freq: 8}),
    live: fc.option(live),
    gates: fc.option(gates),
    open: fc.option(counts),
    checks: fc.option(checks.map(all => all.map(([count, severity]) => check(count, severity)))),
    isVerifying: seldom,
    isGone: fc.boolean(),
    isBeginning: seldom,
    isReadOnly: fc.boolean(),
  })
  .map(({isGone, live, plan, ...facts}) => {
    const executing = live !== null && plan?.usedBy === live.id ? asExecution(live, plan) : live;
    return {
      ...facts,
      plan,
      live: executing,
      gone: isGone
        ? [plan, executing].flatMap(run => (run !== null && isActive(run.status) ? [run.id] : []))
        : [],
    };
  });

function asExecution(live: RunRecord, {undoes}: RunRecord): RunRecord {
  return {...live, undoes, mode: undoes === null ? 'live' : 'undo'};
}
