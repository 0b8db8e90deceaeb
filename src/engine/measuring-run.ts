import {emptyPartitions, emptyTally} from '../core/accounting.ts';
import {noDrift} from '../core/drift.ts';
import type {RunNews} from '../core/event.ts';
import type {RunStatus, StopReason} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Connection} from './connection.ts';
import type {EngineHost} from './engine-host.ts';
import {Limiter} from './limiter.ts';
import {Stopper} from './run-handle.ts';
import {RunState} from './run-state.ts';
import {limitsOf} from './snapshot.ts';
import {watchRun} from './watch.ts';

/**
 * The life of a run that only measures: a verification or an estimate. It settles no items and can't be gone on with, so
 * one that is stopped is over, as cancelled; and however its work ends, it does not stay `running` in the ledger.
 */
export interface MeasuringRun {
  readonly host: EngineHost;
  readonly record: RunRecord;
  readonly startedAt: number;
  readonly stopper: Stopper;
  readonly limiter: Limiter;
  readonly state: RunState;
  readonly emit: (news: RunNews) => void;
  interrupt(): void;
}

export type Ended<T> = {readonly seconds: number; readonly record: RunRecord} & (
  | {readonly result: T; readonly reason: null; readonly error: null}
  /** It was stopped, or failed; `error` is null where nothing did. */
  | {readonly result: null; readonly reason: StopReason; readonly error: unknown}
);

export async function beginMeasuring(
  host: EngineHost,
  {source, target}: Connection,
  record: RunRecord,
  rate: number | null,
): Promise<MeasuringRun> {
  const state = new RunState(record);
  const limiter = new Limiter({...host.settings.concurrency, rate, now: host.now});
  let status: RunStatus = 'running';
  const emit = (news: RunNews) => {
    if (news.type === 'stopping') status = 'cancelling';
    if (news.type === 'ended') status = restingOf(news.reason);
    host.observe({
      ...news,
      snapshot: {
        run: record.id,
        backfill: record.backfill,
        mode: record.mode,
        status,
        tally: emptyTally,
        partitions: emptyPartitions,
        drift: noDrift,
        bytesRead: state.bytesRead,
        expected: null,
        rate: limiter.rate,
        limits: limitsOf(target, limiter),
        at: host.now(),
      },
    });
  };
  const stopper = new Stopper(reason => emit({type: 'stopping', reason}));
  const startedAt = host.now();
  await host.ledger.runs.move(record.id, 'running', {holder: host.self.holder, at: startedAt});
  emit({
    type: 'started',
    source: source?.label ?? '(none)',
    target: target.label,
    scope: record.scope,
    undoes: null,
    resumed: false,
    pageItems: host.settings.page.items,
    label: record.label,
  });
  const interrupt = () => stopper.stop('halt', {by: 'interrupt', message: 'interrupted'});
  return {host, record, startedAt, stopper, limiter, state, emit, interrupt};
}

/** Does the work, obeys whoever stops it, and ends the run. */
export async function whileMeasuring<T>(run: MeasuringRun, work: () => Promise<T>): Promise<Ended<T>> {
  const {host, record, stopper} = run;
  const watch = watchRun(host, record.id, stopper, () => null);
  try {
    const result = await work().finally(() => watch.stop());
    return {result, reason: null, error: null, ...(await end(run, null))};
  } catch (error) {
    const stopped = stopper.halt.aborted ? stopper.reason : null;
    const reason: StopReason = stopped ?? {
      by: 'error',
      message: error instanceof Error ? error.message : String(error),
    };
    const isFailure = restingOf(reason) === 'failed';
    return {result: null, reason, error: isFailure ? error : null, ...(await end(run, reason))};
  }
}

/** Work that is interrupted as soon as the signal is aborted. */
export async function stoppedBy<T>(
  signal: AbortSignal,
  interrupt: () => void,
  work: () => Promise<T>,
): Promise<T> {
  signal.addEventListener('abort', interrupt, {once: true});
  if (signal.aborted) interrupt();
  return work().finally(() => signal.removeEventListener('abort', interrupt));
}

async function end(
  {host, record: {id}, startedAt, emit}: MeasuringRun,
  reason: StopReason | null,
): Promise<{readonly seconds: number; readonly record: RunRecord}> {
  const {ledger, now} = host;
  // A run that another process holds is that one's to end.
  const heldBy = host.self.holder.name;
  const status = restingOf(reason);
  if (status === 'cancelled') await ledger.runs.move(id, 'cancelling', {reason, at: now(), heldBy});
  await ledger.runs.move(id, status, {holder: null, reason, at: now(), heldBy});
  const seconds = (now() - startedAt) / 1_000;
  emit({type: 'ended', reason, seconds});
  return {seconds, record: await ledger.runs.get(id)};
}

function restingOf(reason: StopReason | null): RunStatus {
  if (reason === null) return 'completed';
  return reason.by === 'error' || reason.by === 'lost' ? 'failed' : 'cancelled';
}
