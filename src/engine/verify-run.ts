import type {Invariant, Shape} from '../backfills/backfill.ts';
import {emptyPartitions, emptyTally} from '../core/accounting.ts';
import {noDrift} from '../core/drift.ts';
import type {RunEvent, RunNews} from '../core/event.ts';
import type {Ending} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {RunStatus} from '../core/run.ts';
import type {Connection} from './connection.ts';
import {createRun} from './create-run.ts';
import {endingsOf} from './endings.ts';
import type {Engine} from './engine.ts';
import type {EngineHost} from './engine-host.ts';
import {Limiter} from './limiter.ts';
import {steadyReader} from './steady-reader.ts';
import {type Measured, measure} from './verify.ts';

export interface VerifyOptions {
  readonly scope: unknown;
  /** Objects to read again; null is all. */
  readonly sample: number | null;
  readonly reads: readonly Invariant<Shape>['reads'][];
  readonly coverage: boolean;
  /** One invariant only. */
  readonly only: string | null;
  readonly signal: AbortSignal;
}

export interface Verified extends Measured {
  readonly run: string;
  readonly seconds: number;
  readonly endings: readonly Ending[];
}

/** A run of mode `verify`: measures invariants and coverage, and keeps the results as a baseline. */
export async function verifyRun(
  engine: Engine,
  connection: Connection,
  options: VerifyOptions,
): Promise<Verified> {
  const {host} = engine;
  const {scope, only, sample, reads, coverage, signal} = options;
  const probe = await engine.fineProbe(connection, scope);
  requireKnown(connection.backfill.invariants(probe), only, connection.source !== null);
  const record = await createRun(host, connection, 'verify', scope, probe, {label: 'verify'});
  const startedAt = host.now();
  const emit = emitter(host, record.id, connection.backfill.id);
  await host.ledger.runs.move(record.id, 'running', {holder: host.self.holder, at: startedAt});
  emit(
    {
      type: 'started',
      source: connection.source?.label ?? '(none)',
      target: connection.target.label,
      scope,
      undoes: null,
      resumed: false,
      pageItems: host.settings.page.items,
      label: record.label,
    },
    'running',
  );
  const reader = steadyReader(host, await connection.target.openReader(), signal);
  try {
    const before = await host.ledger.runs.latest(connection.target.id, connection.backfill.id, [
      'live',
      'dry-run',
    ]);
    const measured = await measure({
      host,
      connection,
      reader,
      scope,
      probe,
      run: record.id,
      causesFrom: before?.id ?? null,
      sample,
      reads,
      coverage,
      only,
      signal,
      limiter: new Limiter({...host.settings.concurrency, rate: host.settings.rate, now: host.now}),
      emit: news => emit(news, 'running'),
    });
    await host.ledger.runs.move(record.id, 'completed', {holder: null, at: host.now()});
    const seconds = (host.now() - startedAt) / 1_000;
    emit({type: 'ended', reason: null, seconds}, 'completed');
    return {
      ...measured,
      run: record.id,
      seconds,
      endings: endingsOf('completed', null, measured.checks, null),
    };
  } catch (error) {
    await host.ledger.runs.move(record.id, 'failed', {
      holder: null,
      at: host.now(),
      reason: {by: 'error', message: String(error)},
    });
    throw error;
  } finally {
    await reader.close();
  }
}

function emitter(
  host: EngineHost,
  run: string,
  backfill: string,
): (news: RunNews, status: RunStatus) => void {
  return (news, status) => {
    const event: RunEvent = {
      ...news,
      snapshot: {
        run,
        backfill,
        mode: 'verify',
        status,
        tally: emptyTally,
        partitions: emptyPartitions,
        drift: noDrift,
        bytesRead: 0,
        expected: null,
        limits: [],
        at: host.now(),
      },
    };
    host.observe(event);
  };
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
  if (found.reads !== 'target' && !hasSource)
    throw new OperatorError('usage', `the check ${only} compares with the source`, 'Name it with --source.');
}
