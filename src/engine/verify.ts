import type {Invariant, Shape} from '../backfills/backfill.ts';
import type {CheckResult, CoverageGroup} from '../core/checks.ts';
import type {Probe} from '../core/probe.ts';
import {type Checking, checkIo} from './check-io.ts';

export interface Measuring extends Checking {
  readonly probe: Probe<unknown>;
  /** Under which run the results are kept; null keeps none. */
  readonly run: string | null;
  /** Which invariants are measured. */
  readonly reads: readonly Invariant<Shape>['reads'][];
  readonly coverage: boolean;
  readonly only?: string | null;
}

export interface Measured {
  readonly checks: readonly CheckResult[];
  readonly coverage: readonly CoverageGroup[];
}

/** Measures invariants and, where a listing is read anyway, coverage. Every result goes to the ledger. */
export async function measure(measuring: Measuring): Promise<Measured> {
  const {host, connection, probe, run, reads, only = null, emit} = measuring;
  const io = checkIo(measuring);
  const wanted = connection.backfill
    .invariants(probe)
    .filter(invariant => reads.includes(invariant.reads) && (only === null || invariant.id === only))
    .filter(invariant => io.source !== null || invariant.reads === 'target');
  // What the target alone can tell is asked for together: a service may take it as one request.
  const ofTarget = new Map(
    wanted
      .filter(({reads: what}) => what === 'target')
      .map(({id, measure: take}) => [id, take.call(null, io)]),
  );
  await Promise.all(ofTarget.values());
  const checks: CheckResult[] = [];
  for (const {id, title, severity, why, recovery, recovers, measure: take} of wanted) {
    const measured = await (ofTarget.get(id) ?? take.call(null, io));
    const mending = recovers === undefined ? {} : {recovers};
    const result: CheckResult = {id, title, severity, why, recovery, ...mending, ...measured};
    if (run !== null) await host.ledger.measurements.saveCheck(run, connection.target.id, result, host.now());
    checks.push(result);
    emit({type: 'check', result});
  }
  const coverage: CoverageGroup[] = [];
  if (measuring.coverage) {
    for await (const group of connection.backfill.coverage(io, probe)) {
      coverage.push(group);
      emit({type: 'coverage', group});
    }
    if (run !== null) await host.ledger.measurements.saveCoverage(run, connection.target.id, coverage);
  }
  return {checks, coverage};
}
