import {OperatorError} from '../core/operator-error.ts';
import type {StopReason} from '../core/run.ts';
import type {RunOptions} from '../core/run-options.ts';
import type {RunConnection} from './connection.ts';
import {createRun} from './create-run.ts';
import type {Engine} from './engine.ts';
import {type Estimating, measureScope, type Predicted} from './estimate-measure.ts';
import {measureRepositories, type RepositoriesPredicted} from './estimate-repositories.ts';
import {requestsTo} from './estimate-target.ts';
import {ListingFailed} from './listing.ts';
import {beginMeasuring, stoppedBy, whileMeasuring} from './measuring-run.ts';

export interface EstimateOptions extends RunOptions {
  readonly scope: unknown;
  /**
   * Objects to read, at most, or repositories; of objects that need not be read, as many are decided, and a page at least.
   */
  readonly sample: number;
  readonly signal: AbortSignal;
}

/** How an estimate ended: with a prediction, or stopped before there was one. */
export interface Estimated<P> {
  readonly run: string;
  readonly seconds: number;
  readonly result: P | StopReason;
}

/**
 * A run of mode `estimate`: lists the whole scope, reads a random sample of it, and predicts. It settles no items, leaves
 * no plan, and nothing can go live with it: of all it did, the ledger keeps that it was there.
 */
export function estimateRun(
  engine: Engine,
  connection: RunConnection,
  options: EstimateOptions,
): Promise<Estimated<Predicted>> {
  return measuredRun(engine, connection, options, measureScope);
}

/** The same where partitions are found one by one: a sample of whole repositories. */
export function estimateRepositories(
  engine: Engine,
  connection: RunConnection,
  options: EstimateOptions,
): Promise<Estimated<RepositoriesPredicted>> {
  return measuredRun(engine, connection, options, measureRepositories);
}

async function measuredRun<P>(
  engine: Engine,
  connection: RunConnection,
  options: EstimateOptions,
  measure: (estimating: Estimating) => Promise<P>,
): Promise<Estimated<P>> {
  const {host} = engine;
  const {scope, signal} = options;
  const before = requestsTo(connection);
  const probe = await engine.fineProbe(connection, scope);
  const probeRequests = requestsTo(connection) - before;
  const record = await createRun(host, connection, 'estimate', scope, probe, {label: 'estimate'});
  const rate = options.rate ?? host.settings.rate;
  const run = await beginMeasuring(host, connection, record, rate);
  run.emit({type: 'probed', findings: probe.findings});
  const {sample, fresh} = options;
  const work = {connection, scope, probe, probeRequests, sample, rate, reuse: fresh !== true};
  const ended = await stoppedBy(signal, run.interrupt, () =>
    whileMeasuring(run, () => measure({...run, ...work})),
  );
  if (ended.error !== null) throw explain(ended.error, connection.source.label);
  return {run: record.id, seconds: ended.seconds, result: ended.reason ?? ended.result};
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
