import {findBackfill} from '../backfills/registry.ts';
import {emptyTally} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import type {RunConnection} from '../engine/connection.ts';
import {addKinds, type EstimateFacts, noKinds} from '../engine/estimate-facts.ts';
import type {Predicted} from '../engine/estimate-measure.ts';
import type {RepositoriesPredicted} from '../engine/estimate-repositories.ts';
import {
  type Estimated,
  type EstimateOptions,
  estimateRepositories,
  estimateRun,
} from '../engine/estimate-run.ts';
import type {Ends} from './ends.ts';
import {runFlags} from './estimate-flags.ts';
import {repositoryEstimateLines, repositoryWordsOf} from './estimate-repository-words.ts';
import {estimateLines} from './estimate-words.ts';
import {orderOf} from './named-setup.ts';
import {type ScopeOptions, scopeOf} from './scope-options.ts';
import type {Session} from './session.ts';

export interface EstimateCommandOptions extends ScopeOptions, Ends {
  readonly sample?: number;
  readonly rate?: number;
  readonly fresh?: boolean;
}

const defaultSample = {objects: 200, repositories: 50};

/** What is told of a prediction: its numbers, what they were made from, its lines, and the bytes that its sample read. */
interface Told {
  readonly prediction: object;
  readonly warnings: readonly unknown[];
  readonly measured: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
  readonly bytes: number;
}

/** Predicts from a sample what a run would take and change. It unlocks nothing: going live takes a dry run. */
export async function estimateCommand(
  session: Session,
  word: string,
  given: EstimateCommandOptions,
): Promise<number> {
  const {surroundings, report} = session;
  const {id, options} = orderOf(session.config, word, given);
  const backfill = findBackfill(id);
  const connection = await session.connect(backfill, options);
  const abort = new AbortController();
  surroundings.follow({interrupt: () => abort.abort()});
  const {objects, repositories} = defaultSample;
  try {
    const estimated = await estimate(session, connection, {
      scope: await session.engine.complete(connection, scopeOf(connection, options)),
      sample: options.sample ?? (backfill.repositories === undefined ? objects : repositories),
      rate: options.rate ?? null,
      fresh: options.fresh ?? false,
      signal: abort.signal,
    });
    show(session, id, estimated);
    if (estimated.told === null) return exitCodeOf(['paused']);
    report.note('This was a sample: it predicts, and unlocks nothing. Going live takes a dry run.');
    report.next('Make the dry run', ['headgate', 'run', word, ...runFlags(given)]);
    return exitCodeOf([]);
  } finally {
    surroundings.follow(null);
  }
}

type Shown = Omit<Estimated<never>, 'result'> & {readonly told: Told | null};

async function estimate(
  {engine}: Session,
  connection: RunConnection,
  options: EstimateOptions,
): Promise<Shown> {
  const {backfill} = connection;
  if (backfill.repositories === undefined) {
    const {result, ...rest} = await estimateRun(engine, connection, options);
    return {...rest, told: 'prediction' in result ? toldOf(result) : null};
  }
  const {result, ...rest} = await estimateRepositories(engine, connection, options);
  return {...rest, told: 'prediction' in result ? toldOfRepositories(result, backfill.id) : null};
}

function toldOf(predicted: Predicted): Told {
  const {facts, prediction, warnings} = predicted;
  const lines = estimateLines(predicted);
  return {prediction, warnings, measured: measured(facts), lines, bytes: facts.sample.bytes};
}

function toldOfRepositories(predicted: RepositoriesPredicted, id: string): Told {
  const {facts, prediction, warnings} = predicted;
  const {target, discovery, sample} = facts;
  const {repositories, ...rest} = sample;
  const bytes = repositories.reduce((sum, one) => sum + one.bytes, 0);
  const items = repositories.map(one => one.items).reduce(addKinds, noKinds);
  return {
    prediction,
    warnings,
    measured: {target, discovery, sample: {...rest, repositories: repositories.length, items, bytes}},
    lines: repositoryEstimateLines(predicted, repositoryWordsOf(id)),
    bytes,
  };
}

function show({report}: Session, backfill: string, {run, seconds, told}: Shown): void {
  if (told !== null) {
    const {prediction, warnings, measured: made, lines} = told;
    report.data(
      {type: 'estimate', run, backfill, unlocks: 'nothing', ...prediction, warnings, measured: made},
      lines,
    );
  }
  report.data(
    {
      type: 'summary',
      backfill,
      mode: 'estimate',
      status: told === null ? 'cancelled' : 'completed',
      // An estimate settles no items.
      listed: 0,
      ...emptyTally,
      bytes: told?.bytes ?? 0,
      seconds,
      run,
    },
    [],
  );
}

/** What the prediction was made from; of single objects, as of single repositories, only how many they were. */
function measured({listing, sample, target, source}: EstimateFacts): Readonly<Record<string, unknown>> {
  const {readings, ...rest} = sample;
  return {source, target, listing, sample: {...rest, readings: readings.length}};
}
