import type {RunNews} from '../core/event.ts';
import {counted, number} from '../core/words.ts';
import type {Reader} from '../databases/database.ts';
import type {RunContext} from './context.ts';
import {discoverAll} from './estimate-discovery.ts';
import {contextOf, type Estimating} from './estimate-measure.ts';
import type {RepositoriesFacts} from './estimate-repository-facts.ts';
import {predictRepositories, type RepositoriesPrediction} from './estimate-repository-prediction.ts';
import {type SampleOptions, SampleReader} from './estimate-repository-sample.ts';
import {type RepositoryWarning, repositoryWarningsOf} from './estimate-repository-warnings.ts';
import {targetFactsOf} from './estimate-target.ts';
import {forwardWork} from './forward.ts';
import {ioFor} from './io.ts';
import {keptToLook} from './kept.ts';
import {steadyReader} from './steady-reader.ts';
import {TimedReader} from './timed-reader.ts';

export interface RepositoriesPredicted {
  readonly facts: RepositoriesFacts;
  readonly prediction: RepositoriesPrediction;
  readonly warnings: readonly RepositoryWarning[];
}

/**
 * Finds every repository, reads a sample of whole ones, and predicts. The target is opened for reading, and nothing else
 * is: no list of what was found is kept.
 */
export async function measureRepositories(estimating: Estimating): Promise<RepositoriesPredicted> {
  const {host, connection, stopper, emit} = estimating;
  const opened = await connection.target.openReader();
  const reader = new TimedReader(
    steadyReader(host, opened, stopper.halt, (attempt, waitMs, fault) =>
      emit({type: 'retrying', host: 'target', attempt, waitMs, fault}),
    ),
    host.now,
  );
  try {
    const facts = await measured(estimating, reader);
    const prediction = predictRepositories(facts);
    return {facts, prediction, warnings: repositoryWarningsOf(facts)};
  } finally {
    await reader.close();
  }
}

async function measured(estimating: Estimating, reader: TimedReader): Promise<RepositoriesFacts> {
  const {connection, probe, probeRequests, sample: size, rate, host} = estimating;
  const {repositories: defined} = connection.backfill;
  const limited: Record<string, number> = {};
  const emit = (news: RunNews) => {
    if (news.type === 'retrying' && news.fault.kind === 'rate-limited')
      limited[news.host] = (limited[news.host] ?? 0) + 1;
    estimating.emit(news);
  };
  const context = contextOf({...estimating, host: unbudgeted(host), emit}, reader);
  const {repositories} = context.work;
  if (defined === undefined || repositories === null)
    throw new Error(`${connection.backfill.id} has no repositories`);
  const say = (message: string) => emit({type: 'note', level: 'info', message});
  const found = await discoverAll({
    context,
    repositories,
    sample: size,
    say: count => say(`${counted(count, ...defined.words)} found so far`),
  });
  const {length} = found.drawn;
  say(
    `${counted(found.facts.found, ...defined.words)} found${found.facts.isLeast ? ', and there are more' : ''}; reading ${number(length)}`,
  );
  const sample = await new SampleReader({
    context,
    repositories,
    metered: metering(estimating, context, reader),
    say: read => say(`${number(read)} of ${counted(length, ...defined.words)} read so far`),
  }).read(found.drawn);
  return {
    target: targetFactsOf(connection, probe, probeRequests, reader.asked),
    discovery: found.facts,
    sample: {...sample, limited},
    settings: {...host.settings, rate},
    hostLimit: defined.hostLimit ?? null,
  };
}

/** Failures are what is counted: they stop nothing. */
function unbudgeted(host: Estimating['host']): Estimating['host'] {
  const {settings} = host;
  return {...host, settings: {...settings, budgets: {...settings.budgets, failuresInARow: null}}};
}

function metering(
  {connection, probe, scope, record, state, host}: Estimating,
  {hosts, halt: signal}: RunContext,
  reader: Reader,
): SampleOptions['metered'] {
  const {backfill, target} = connection;
  const {ledger, now} = host;
  const kept = keptToLook(host, target.id);
  const common = {backfill, probe, ledger, run: record.id, service: target.service, hi: null};
  return (meter, {directory, host: pds}) => {
    const io = ioFor({
      connection,
      reader,
      scope,
      signal,
      now,
      kept,
      onBytes: count => {
        meter.bytes += count;
        state.read(count);
      },
      placed: (name, request) =>
        hosts.placed(name, () => {
          if (name === pds || name !== directory) meter.host++;
          else meter.directory++;
          return request();
        }),
    });
    return forwardWork({...common, io}).list;
  };
}
