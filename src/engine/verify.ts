import type {CheckIo, Invariant} from '../backfills/invariant.ts';
import type {Shape} from '../backfills/shape.ts';
import type {CheckResult, CoverageGroup} from '../core/checks.ts';
import type {Probe} from '../core/probe.ts';
import {type Checking, checkIo} from './check-io.ts';

export interface Remembering extends Checking {
  readonly probe: Probe<unknown>;
  /** Under which run the results are kept; null keeps none. */
  readonly run: string | null;
}

export interface Measuring extends Remembering {
  /** Which invariants are measured. */
  readonly reads: readonly Invariant<Shape>['reads'][];
  readonly coverage: boolean;
  /** Whether the summary is told; it is kept in any case. */
  readonly figures?: boolean;
  readonly only?: string | null;
  /** What the next run compares with is kept. */
  readonly remembers?: boolean;
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
    .filter(({reads: what}) => io.source !== null || readsTargetAlone(what));
  // What the target alone can tell is asked for together: a service may take it as one request.
  const ofTarget = new Map(
    wanted
      .filter(({reads: what}) => what === 'target')
      .map(({id, measure: take}) => [id, take.call(null, io)]),
  );
  await Promise.all(ofTarget.values());
  const checks: CheckResult[] = [];
  for (const {id, title, severity, why, recovery, recovers, counts, measure: take} of wanted) {
    const measured = await (ofTarget.get(id) ?? take.call(null, io));
    const mending = recovers === undefined ? {} : {recovers};
    const counting = counts === undefined ? {} : {counts};
    const result: CheckResult = {
      ...{id, title, severity, ...counting, why, recovery, ...mending},
      ...measured,
    };
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
  await measureFigures(measuring, io, checks);
  if (measuring.remembers === true) await remember(measuring, io);
  return {checks, coverage};
}

/** It needs no source. */
export function readsTargetAlone(reads: Invariant<Shape>['reads']): boolean {
  return reads === 'target' || reads === 'rows';
}

/** Keeps of the target what the checks of the next run compare with. */
export async function remember(remembering: Remembering, io = checkIo(remembering)): Promise<void> {
  const {host, connection, probe, run} = remembering;
  const {backfill, target} = connection;
  if (backfill.remembers === undefined || run === null) return;
  const value = await backfill.remembers(io, probe);
  await host.ledger.remembered.save(target.id, backfill.system, {value, run, at: host.now()});
}

/** Before a dry run and after a live run: each tells its figures beside those of the measurement before. */
async function measureFigures(
  {host, connection, probe, run, figures = false, only = null, emit}: Measuring,
  io: CheckIo<Shape>,
  checks: readonly CheckResult[],
): Promise<void> {
  const wanted = connection.backfill.figures;
  if (wanted === undefined || run === null || only !== null) return;
  const {title} = wanted;
  const {measurements} = host.ledger;
  const counts = checks.flatMap(({id, count}) => {
    const name = wanted.checks[id];
    return name === undefined ? [] : [{name, value: count}];
  });
  const now = [...(await wanted.measure(io, probe)), ...counts];
  const before = await measurements.lastFigures(connection.target.id, title);
  await measurements.saveFigures({run, target: connection.target.id, title, figures: now, at: host.now()});
  if (!figures) return;
  const known = new Map((before ?? []).map(({name, value}) => [name, value]));
  const counted = new Set(Object.values(wanted.checks));
  // A type of which there are no rows any more; a check that was left out this time says nothing.
  const gone = (before ?? []).filter(
    ({name}) => !counted.has(name) && !now.some(figure => figure.name === name),
  );
  emit({
    type: 'figures',
    summary: {
      title,
      figures: [
        ...now.map(({name, value}) => ({
          name,
          value,
          before: known.get(name) ?? (before === null || counted.has(name) ? null : 0),
        })),
        ...gone.map(({name, value}) => ({name, value: 0, before: value})),
      ],
    },
  });
}
