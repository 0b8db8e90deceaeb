import type {Invariant} from '../backfills/invariant.ts';
import type {Shape} from '../backfills/shape.ts';
import type {CheckResult, CoverageGroup} from '../core/checks.ts';
import type {RunNews} from '../core/event.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Probe} from '../core/probe.ts';
import type {Connection} from './connection.ts';
import {createRun} from './create-run.ts';
import {endingsOf} from './endings.ts';
import type {Engine} from './engine.ts';
import type {RunHandle, RunResult} from './execution.ts';
import {beginMeasuring, type MeasuringRun, stoppedBy, whileMeasuring} from './measuring-run.ts';
import {limitsOf} from './snapshot.ts';
import {steadyReader} from './steady-reader.ts';
import {measure, readsTargetAlone} from './verify.ts';

export interface VerifyOptions {
  readonly scope: unknown;
  /** Objects to read again; null is all. */
  readonly sample: number | null;
  readonly reads: readonly Invariant<Shape>['reads'][];
  readonly coverage: boolean;
  /** One invariant only. */
  readonly only: string | null;
}

/** How a verification ended. Where it was stopped, with what was measured before: each result is in the ledger. */
export interface Verified extends RunResult {
  /** Read from the source. */
  readonly bytes: number;
}

/** A verification at work. It has no items of its own, so it can't be paused: whoever stops it ends it. */
export interface VerifyHandle extends Omit<RunHandle, 'done' | 'pause'> {
  readonly done: Promise<Verified>;
}

/** A run of mode `verify`: measures invariants and coverage, and keeps the results as a baseline. */
export async function startVerify(
  engine: Engine,
  connection: Connection,
  options: VerifyOptions,
): Promise<VerifyHandle> {
  const {host} = engine;
  const {only} = options;
  // As a run of the same scope has it: what they measured is compared.
  const scope = await engine.complete(connection, options.scope);
  const probe = await engine.fineProbe(connection, scope);
  requireKnown(connection.backfill.invariants(probe), only, connection.source !== null);
  const record = await createRun(host, connection, 'verify', scope, probe, {label: 'verify'});
  const run = await beginMeasuring(host, connection, record, host.settings.rate);
  const {stopper, limiter} = run;
  return {
    id: record.id,
    done: verify(run, connection, probe, {...options, scope}),
    cancel: () => stopper.stop('halt', {by: 'cancel', message: 'cancelled by the operator'}),
    interrupt: run.interrupt,
    nudge: by => limiter.nudge(by),
    limits: () => limitsOf(connection.target, limiter),
  };
}

/** From beginning to end, for whoever has nothing else to watch. Rejects with what failed; a stop is a result. */
export async function verifyRun(
  engine: Engine,
  connection: Connection,
  {signal, ...options}: VerifyOptions & {readonly signal: AbortSignal},
): Promise<Verified> {
  const {done, interrupt} = await startVerify(engine, connection, options);
  const verified = await stoppedBy(signal, interrupt, () => done);
  if (verified.error !== null) throw verified.error;
  return verified;
}

async function verify(
  run: MeasuringRun,
  connection: Connection,
  probe: Probe<unknown>,
  options: VerifyOptions,
): Promise<Verified> {
  const checks: CheckResult[] = [];
  const coverage: CoverageGroup[] = [];
  const emit = (news: RunNews) => {
    if (news.type === 'check') checks.push(news.result);
    if (news.type === 'coverage') coverage.push(news.group);
    run.emit(news);
  };
  const ended = await whileMeasuring(run, () => measured({...run, emit}, connection, probe, options));
  const {record, reason, error, seconds} = ended;
  const endings = endingsOf(record.status, reason, checks, error);
  return {record, reason, checks, coverage, seconds, endings, error, bytes: run.state.bytesRead};
}

async function measured(
  {host, record, stopper, limiter, state, emit}: MeasuringRun,
  connection: Connection,
  probe: Probe<unknown>,
  options: VerifyOptions,
): Promise<void> {
  const signal = stopper.halt;
  const reader = steadyReader(host, await connection.target.openReader(), signal, (attempt, waitMs, fault) =>
    emit({type: 'retrying', host: 'target', attempt, waitMs, fault}),
  );
  const {target, backfill} = connection;
  try {
    const before = await host.ledger.runs.latest(target.id, backfill.id, ['live', 'dry-run']);
    await measure({
      ...options,
      figures: options.coverage,
      host,
      connection,
      reader,
      probe,
      run: record.id,
      causesFrom: before?.id ?? null,
      signal,
      limiter,
      emit,
      onBytes: count => state.read(count),
    });
  } finally {
    await reader.close();
  }
}

function requireKnown(
  invariants: readonly Invariant<Shape>[],
  only: string | null,
  hasSource: boolean,
): void {
  if (only === null) return;
  const found = invariants.find(({id}) => id === only);
  if (found === undefined)
    throw new OperatorError(
      'usage',
      `there is no check ${only}`,
      `Known are: ${invariants.map(({id}) => id).join(', ')}.`,
    );
  if (!readsTargetAlone(found.reads) && !hasSource)
    throw new OperatorError('usage', `the check ${only} compares with the source`, 'Name it with --source.');
}
