import {emptyPartitions, emptyTally} from '../core/accounting.ts';
import {noDrift} from '../core/drift.ts';
import type {RunNews} from '../core/event.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Probe} from '../core/probe.ts';
import type {RunStatus, StopReason} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {RunOptions} from './create-run.ts';
import {createRun} from './create-run.ts';
import type {Engine} from './engine.ts';
import type {EngineHost} from './engine-host.ts';
import {type Estimating, measureScope, type Predicted} from './estimate-measure.ts';
import {Limiter} from './limiter.ts';
import {ListingFailed} from './listing.ts';
import {Stopper} from './run-handle.ts';
import {RunState} from './run-state.ts';
import {watchRun} from './watch.ts';

export interface EstimateOptions extends RunOptions {
  readonly scope: unknown;
  /** Objects to read, at most; of those that need not be read, as many are decided, and a page at least. */
  readonly sample: number;
  readonly signal: AbortSignal;
}

/** How an estimate ended: with a prediction, or stopped before there was one. */
export interface Estimated {
  readonly run: string;
  readonly seconds: number;
  readonly result: Predicted | StopReason;
}

/**
 * A run of mode `estimate`: lists the whole scope, reads a random sample of it, and predicts. It settles no items, leaves
 * no plan, and nothing can go live with it: of all it did, the ledger keeps that it was there.
 */
export async function estimateRun(
  engine: Engine,
  connection: RunConnection,
  options: EstimateOptions,
): Promise<Estimated> {
  const {host} = engine;
  const {scope, signal} = options;
  const before = connection.target.traffic()?.requests ?? 0;
  const probe = await engine.fineProbe(connection, scope);
  const probeRequests = (connection.target.traffic()?.requests ?? 0) - before;
  const record = await createRun(host, connection, 'estimate', scope, probe, {label: 'estimate'});
  const estimating = begin(host, connection, record, probe, options);
  const {stopper} = estimating;
  const startedAt = host.now();
  await host.ledger.runs.move(record.id, 'running', {holder: host.self.holder, at: startedAt});
  announce(estimating);
  const interrupt = () => stopper.stop('halt', {by: 'interrupt', message: 'interrupted'});
  signal.addEventListener('abort', interrupt, {once: true});
  const watch = watchRun(host, record.id, stopper, () => null);
  const seconds = () => (host.now() - startedAt) / 1_000;
  try {
    const result = await measureScope({...estimating, probeRequests});
    await end(estimating, null, seconds());
    return {run: record.id, seconds: seconds(), result};
  } catch (error) {
    const reason = stopper.halt.aborted ? stopper.reason : null;
    await end(estimating, reason ?? failure(error), seconds());
    if (reason === null || reason.by === 'error') throw explain(error, connection.source.label);
    return {run: record.id, seconds: seconds(), result: reason};
  } finally {
    signal.removeEventListener('abort', interrupt);
    await watch.stop();
  }
}

type Begun = Omit<Estimating, 'probeRequests'>;

function begin(
  host: EngineHost,
  connection: RunConnection,
  record: RunRecord,
  probe: Probe<unknown>,
  {scope, sample, rate, fresh}: EstimateOptions,
): Begun {
  const state = new RunState(record);
  const atMost = rate ?? host.settings.rate;
  const limiter = new Limiter({...host.settings.concurrency, rate: atMost, now: host.now});
  const emit = (news: RunNews) => {
    const traffic = connection.target.traffic();
    host.observe({
      ...news,
      snapshot: {
        run: record.id,
        backfill: record.backfill,
        mode: 'estimate',
        status: news.type === 'ended' ? restingOf(news.reason) : 'running',
        tally: emptyTally,
        partitions: emptyPartitions,
        drift: noDrift,
        bytesRead: state.bytesRead,
        expected: null,
        limits: [...limiter.limits(), ...(traffic === null ? [] : [traffic])],
        at: host.now(),
      },
    });
  };
  const stopper = new Stopper(reason => emit({type: 'stopping', reason}));
  return {
    host,
    connection,
    record,
    scope,
    probe,
    sample,
    rate: atMost,
    reuse: fresh !== true,
    stopper,
    limiter,
    state,
    emit,
  };
}

function announce({host, connection, record, scope, probe, emit}: Begun): void {
  emit({
    type: 'started',
    source: connection.source.label,
    target: connection.target.label,
    scope,
    undoes: null,
    resumed: false,
    pageItems: host.settings.page.items,
    label: record.label,
  });
  emit({type: 'probed', findings: probe.findings});
}

async function end(
  {host: {ledger, now}, record: {id}, emit}: Begun,
  reason: StopReason | null,
  seconds: number,
): Promise<void> {
  const status = restingOf(reason);
  if (status === 'cancelled') await ledger.runs.move(id, 'cancelling', {reason, at: now()});
  await ledger.runs.move(id, status, {holder: null, reason, at: now()});
  emit({type: 'ended', reason, seconds});
}

/** It can't be gone on with, so one that was paused is over too. */
function restingOf(reason: StopReason | null): RunStatus {
  if (reason === null) return 'completed';
  return reason.by === 'error' || reason.by === 'lost' ? 'failed' : 'cancelled';
}

function failure(error: unknown): StopReason {
  return {by: 'error', message: error instanceof Error ? error.message : String(error)};
}

/** What the source says where it can't be listed to its end. */
function explain(error: unknown, source: string): unknown {
  if (!(error instanceof ListingFailed)) return error;
  const {kind, message} = error.fault;
  return new OperatorError(
    kind === 'denied' ? 'auth' : 'failed',
    `${source} could not be listed to its end (${message})`,
    'Nothing can be predicted from a part: mend it, or narrow the scope with --prefix, and estimate again.',
  );
}
