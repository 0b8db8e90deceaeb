import {findBackfill} from '../backfills/registry.ts';
import {emptyTally} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {withoutPassword} from '../databases/postgres-address.ts';
import type {EstimateFacts} from '../engine/estimate-facts.ts';
import {type Estimated, estimateRun} from '../engine/estimate-run.ts';
import {estimateLines} from './estimate-words.ts';
import {type ScopeOptions, scopeOf} from './scope-options.ts';
import type {Ends, Session} from './session.ts';

export interface EstimateCommandOptions extends ScopeOptions, Ends {
  readonly sample?: number;
  readonly rate?: number;
  readonly fresh?: boolean;
}

const defaultSample = 200;

/** Predicts from a sample what a run would take and change. It unlocks nothing: going live takes a dry run. */
export async function estimateCommand(
  session: Session,
  id: string,
  options: EstimateCommandOptions,
): Promise<number> {
  const {surroundings, engine, report} = session;
  const connection = await session.connect(findBackfill(id), options);
  const abort = new AbortController();
  surroundings.follow({interrupt: () => abort.abort()});
  try {
    const estimated = await estimateRun(engine, connection, {
      scope: await session.engine.complete(connection, scopeOf(connection, options)),
      sample: options.sample ?? defaultSample,
      rate: options.rate ?? null,
      fresh: options.fresh ?? false,
      signal: abort.signal,
    });
    show(session, id, estimated);
    if (!('prediction' in estimated.result)) return exitCodeOf(['paused']);
    report.note('This was a sample: it predicts, and unlocks nothing. Going live takes a dry run.');
    report.next('Make the dry run', ['headgate', 'run', id, ...runFlags(options)]);
    return exitCodeOf([]);
  } finally {
    surroundings.follow(null);
  }
}

function show({report}: Session, backfill: string, {run, seconds, result}: Estimated): void {
  const predicted = 'prediction' in result ? result : null;
  if (predicted !== null) {
    const {facts, prediction, warnings} = predicted;
    report.data(
      {
        type: 'estimate',
        run,
        backfill,
        unlocks: 'nothing',
        ...prediction,
        warnings,
        measured: measured(facts),
      },
      estimateLines(predicted),
    );
  }
  report.data(
    {
      type: 'summary',
      backfill,
      mode: 'estimate',
      status: predicted === null ? 'cancelled' : 'completed',
      // An estimate settles no items.
      listed: 0,
      ...emptyTally,
      bytes: predicted?.facts.sample.bytes ?? 0,
      seconds,
      run,
    },
    [],
  );
}

/** What the prediction was made from; of the single readings, only how many they were. */
function measured({listing, sample, target, source}: EstimateFacts): Readonly<Record<string, unknown>> {
  const {readings, ...rest} = sample;
  return {source, target, listing, sample: {...rest, readings: readings.length}};
}

/** The same scope, as flags of `headgate run`. */
function runFlags(options: EstimateCommandOptions): readonly string[] {
  const flags = {
    '--source': options.source,
    '--endpoint': options.endpoint,
    '--region': options.region,
    '--target': options.target === undefined ? undefined : withoutPassword(options.target),
    '--prefix': options.prefix,
    '--since': options.since,
    '--max-objects': options.maxObjects,
    '--start-after': options.startAfter,
    '--cursor': options.cursor,
    '--rate': options.rate,
  };
  return [
    ...Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)])),
    ...(options.fresh === true ? ['--fresh'] : []),
  ];
}
