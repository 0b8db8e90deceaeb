import type {RunNews} from '../core/event.ts';
import type {Probe} from '../core/probe.ts';
import {limitsOf} from '../core/scope.ts';
import {counted, number} from '../core/words.ts';
import type {Reader} from '../databases/database.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {RunContext} from './context.ts';
import type {EngineHost} from './engine-host.ts';
import type {EstimateFacts} from './estimate-facts.ts';
import {type Listed, listScope} from './estimate-listing.ts';
import {type Prediction, predict} from './estimate-prediction.ts';
import {type Sampled, takeSample} from './estimate-sample.ts';
import {targetFactsOf} from './estimate-target.ts';
import {type Warning, warningsOf} from './estimate-warnings.ts';
import type {Limiter} from './limiter.ts';
import {makeContext} from './make-context.ts';
import type {Stopper} from './run-handle.ts';
import type {RunState} from './run-state.ts';
import {steadyReader} from './steady-reader.ts';

/** An estimate at work: what its measuring needs, and where it tells of it. */
export interface Estimating {
  readonly host: EngineHost;
  readonly connection: RunConnection;
  readonly record: RunRecord;
  readonly scope: unknown;
  readonly probe: Probe<unknown>;
  /** Requests that the probe took at the target. */
  readonly probeRequests: number;
  readonly sample: number;
  readonly rate: number | null;
  readonly reuse: boolean;
  readonly stopper: Stopper;
  readonly limiter: Limiter;
  readonly state: RunState;
  readonly emit: (news: RunNews) => void;
}

export interface Predicted {
  readonly facts: EstimateFacts;
  readonly prediction: Prediction;
  readonly warnings: readonly Warning[];
}

/** Lists the scope, takes its sample, and predicts. The target is opened for reading, and nothing else is. */
export async function measureScope(estimating: Estimating): Promise<Predicted> {
  const {host, connection, sample, stopper, emit} = estimating;
  const say = (message: string) => emit({type: 'note', level: 'info', message});
  const opened = await connection.target.openReader();
  const reader = steadyReader(host, opened, stopper.halt, (attempt, waitMs, fault) =>
    emit({type: 'retrying', host: 'target', attempt, waitMs, fault}),
  );
  try {
    const context = contextOf(estimating, reader);
    // To decide a page of what need not be read takes the target one query.
    const sizes = {unread: sample, known: Math.max(sample, host.settings.page.items)};
    const listed = await listScope(context, sizes, count => say(`${counted(count, 'item')} listed so far`));
    const {all, known, unread} = listed.facts;
    say(
      `${counted(all.items, 'item')} listed: ${number(known.items)} known from earlier runs, ${number(unread.items)} to read; reading ${number(listed.unread.length)}`,
    );
    return predicted(estimating, listed, await takeSample(context, listed));
  } finally {
    await reader.close();
  }
}

function predicted(estimating: Estimating, listed: Listed, sampled: Sampled): Predicted {
  const facts = factsOf(estimating, listed, sampled);
  const prediction = predict(facts);
  const {reason} = estimating.stopper;
  const warnings = warningsOf(facts, prediction, {
    firstFault: sampled.firstFault,
    cutShort: reason === null ? null : {wanted: listed.unread.length, reason: reason.message},
  });
  return {facts, prediction, warnings};
}

function factsOf(
  {host, connection, scope, probe, probeRequests, rate}: Estimating,
  listed: Listed,
  sampled: Sampled,
): EstimateFacts {
  const {ordered, isPart} = limitsOf(scope);
  const isRead = connection.backfill.inspects !== false;
  return {
    source: connection.source.service ?? 'other',
    target: targetFactsOf(connection, probe, probeRequests, sampled.decided),
    listing: listed.facts,
    // Nothing is read of an item, so nothing spares reading it either.
    sample: isRead ? sampled.facts : {...sampled.facts, stated: {items: 0, bytes: 0}},
    settings: {
      ...host.settings,
      rate,
      ...(isRead ? {} : {sample: 0}),
    },
    isOrdered: ordered,
    isNarrowed: isPart,
  };
}

const withoutPlan = {
  plan: null,
  acceptNew: false,
  acceptDrift: false,
  takeOver: null,
  splittable: false,
  retry: null,
  idle: false,
  verifies: false,
} as const;

/** What a dry run works with, as far as it lists, inspects and decides. */
export function contextOf(
  {host, connection, record, scope, probe, rate, reuse, state, stopper, limiter, emit}: Estimating,
  reader: Reader,
): RunContext {
  const {cap} = limitsOf(scope);
  return makeContext({
    host,
    execution: {...withoutPlan, record, connection, scope, probe, rate, reuse, cap},
    reader,
    database: null,
    lease: null,
    state,
    stopper,
    limiter,
    emit,
  });
}
