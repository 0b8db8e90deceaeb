import {OperatorError} from '../core/operator-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The two ends of a run, as flags name them. */
interface NamedEnds {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
}

const ofSource = ['B2_KEY_ID', 'B2_APP_KEY', 'B2_ENDPOINT', 'B2_BUCKET'] as const;
const ofTarget = ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_ACCOUNT_ID'] as const;
const databaseName = 'D1_DATABASE_NAME';
/** As the pipeline that these variables come from has it. */
const usualDatabase = 'lgfc_lite';

/** Everything that has to be set where nothing else is named. */
const environmentVariables = [...ofSource, ...ofTarget] as const;

/** Ends that nothing names are those of the B2 → D1 pipeline's variables; what is not set is told in one sentence. */
export function endsWithEnvironment<Ends extends NamedEnds>(
  ends: Ends,
  environment: Environment,
): Ends & {readonly source: string; readonly target: string} {
  const needed = [
    ...(ends.source === undefined ? ofSource : []),
    ...(ends.target === undefined ? ofTarget : []),
  ];
  const missing = needed.filter(name => (environment[name] ?? '') === '');
  if (missing.length > 0) throw notSet(ends, missing);
  return {
    ...ends,
    source: ends.source ?? `b2://${environment['B2_BUCKET']}`,
    target: ends.target ?? `d1:${environment[databaseName] || usualDatabase}`,
  };
}

/** Whether both ends can be told from the environment alone. */
export function hasEnvironmentEnds(environment: Environment): boolean {
  return environmentVariables.every(name => (environment[name] ?? '') !== '');
}

function notSet({source, target}: NamedEnds, missing: readonly string[]): OperatorError {
  const unnamed = [
    ...(source === undefined ? ['source'] : []),
    ...(target === undefined ? ['target'] : []),
  ].join(' and no ');
  return new OperatorError(
    'usage',
    `no ${unnamed} is named, and of the variables that tell it, ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
    `Set ${missing.length === 1 ? 'it' : 'them'}${target === undefined ? ` (and ${databaseName}, where the database is not called ${usualDatabase})` : ''}, or name what is read and what is brought up to date: --source S --target T`,
  );
}
