import {listedOf} from '../core/accounting.ts';
import type {HostLimit, Snapshot} from '../core/event.ts';
import type {RunStatus} from '../core/run.ts';
import type {Target} from '../databases/database.ts';
import type {Execution} from './execution.ts';
import type {RunState} from './run-state.ts';

/** Where a run stands, with the limits of the source's hosts and of the service behind the target. */
export function snapshotOf(
  {record, plan}: Execution,
  {tally, partitions, drift, bytesRead, discovery, underWay}: RunState,
  {rate, limits}: Pick<Snapshot, 'rate' | 'limits'>,
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
    ...(underWay === null ? {} : {underWay}),
    ...(discovery === null ? {} : {discovery}),
    expected: plan === null ? null : listedOf(plan.tally),
    rate,
    limits,
    at,
  };
}

/** The source's hosts, and the service behind the target. */
export function limitsOf(target: Target, hosts: {limits(): readonly HostLimit[]}): readonly HostLimit[] {
  const traffic = target.traffic();
  return [...hosts.limits(), ...(traffic === null ? [] : [traffic])];
}
