import type {CheckIo, Invariant, Shape} from '../backfills/backfill.ts';
import type {CheckResult, CoverageGroup} from '../core/checks.ts';
import type {RunNews} from '../core/event.ts';
import type {Fault} from '../core/failure.ts';
import type {Probe} from '../core/probe.ts';
import {limitsOf} from '../core/scope.ts';
import type {Reader} from '../databases/database.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {Connection} from './connection.ts';
import type {EngineHost} from './engine-host.ts';
import {targetIoFor} from './io.ts';
import type {Limiter} from './limiter.ts';

export interface Measuring {
  readonly host: EngineHost;
  readonly connection: Connection;
  readonly reader: Reader;
  readonly scope: unknown;
  /** Where a capped run ended; null is the end of the listing. */
  readonly hi?: string | null;
  readonly probe: Probe<unknown>;
  /** Under which run the results are kept; null keeps none. */
  readonly run: string | null;
  /** The run whose open items explain what is missing. */
  readonly causesFrom: string | null;
  readonly sample: number | null;
  /** Which invariants are measured. */
  readonly reads: readonly Invariant<Shape>['reads'][];
  readonly coverage: boolean;
  readonly only?: string | null;
  readonly signal: AbortSignal;
  readonly limiter: Limiter;
  readonly emit: (news: RunNews) => void;
}

export interface Measured {
  readonly checks: readonly CheckResult[];
  readonly coverage: readonly CoverageGroup[];
  /** Read from the source. */
  readonly bytes: number;
}

const causes = {failed: 'failed', pending: 'appeared during the run', skipped: 'in conflict'} as const;

/** Measures invariants and, where a listing is read anyway, coverage. Every result goes to the ledger. */
export async function measure(measuring: Measuring): Promise<Measured> {
  const {host, connection, probe, run, reads, only = null, emit} = measuring;
  let bytes = 0;
  const io = checkIo(measuring, count => {
    bytes += count;
  });
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
  return {checks, coverage, bytes};
}

function checkIo(
  {host, connection, reader, scope, signal, causesFrom, sample, limiter, emit, hi = null}: Measuring,
  onBytes: (count: number) => void,
): CheckIo<Shape> {
  const {ledger, now, random, settings} = host;
  return {
    ...targetIoFor({connection, reader, scope, signal, now, onBytes}),
    range: {lo: limitsOf(scope).startAfter, hi},
    sample,
    random,
    limited: (name, request) => limited(name, request),
    causes: async keys => {
      if (causesFrom === null) return new Map();
      const open = await ledger.openItems.among(causesFrom, keys);
      return new Map([...open].map(([key, {outcome}]) => [key, causes[outcome]]));
    },
  };

  async function limited<T>(name: string, request: () => Promise<T>): Promise<T> {
    const onRetry = (attempt: number, waitMs: number, fault: Fault) =>
      emit({type: 'retrying', host: name, attempt, waitMs, fault});
    try {
      return await retrying({attempts: settings.attempts, signal, random, onRetry}, async () => {
        const place = await limiter.acquire(name, signal);
        try {
          const answer = await request();
          place.done({bytes: Number.POSITIVE_INFINITY});
          return answer;
        } catch (error) {
          place.done({error});
          throw error;
        }
      });
    } catch (error) {
      throw error instanceof Exhausted ? error.cause : error;
    }
  }
}
