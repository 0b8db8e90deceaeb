import {listedOf} from '../core/accounting.ts';
import type {HostLimit, Snapshot} from '../core/event.ts';
import type {RunStatus} from '../core/run.ts';
import type {Target} from '../databases/database.ts';
import type {Execution} from './execution.ts';
import type {Limiter} from './limiter.ts';
import type {RunState} from './run-state.ts';

/** Where a run stands, with the limits of the source's hosts and of the service behind the target. */
export function snapshotOf(
  {record, plan, connection}: Execution,
  {tally, partitions, drift, bytesRead}: RunState,
  limiter: Limiter,
  status: RunStatus,
  at: number,
): Snapshot {
  return {
    run: record.id,
    backfill: record.backfill,
    mode: record.mode,
    status,
    tally,
    partitions,
    drift,
    bytesRead,
    expected: plan === null ? null : listedOf(plan.tally),
    rate: limiter.rate,
    limits: limitsOf(connection.target, limiter),
    at,
  };
}

/** The source's hosts, and the service behind the target. */
export function limitsOf(target: Target, limiter: Limiter): readonly HostLimit[] {
  const traffic = target.traffic();
  return [...limiter.limits(), ...(traffic === null ? [] : [traffic])];
}
