import {backfills, systemOf} from '../backfills/registry.ts';
import type {BackfillSetup} from '../config/config.ts';
import {targetKind} from '../config/end-kinds.ts';
import {type Ending, exitCodeOf} from '../core/exit-code.ts';
import {Fault} from '../core/failure.ts';
import {namingEnds} from '../core/hint.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Finding as Probed} from '../core/probe.ts';
import {bytesText, counted, number} from '../core/words.ts';
import type {Target} from '../databases/database.ts';
import {withoutPassword} from '../databases/postgres-address.ts';
import {readLease} from '../engine/mark.ts';
import {ownPlaces, type Place} from './doctor-setups.ts';
import type {Session} from './session.ts';
import {placeText} from './target-text.ts';

interface Finding {
  readonly level: 'ok' | 'warning' | 'error';
  readonly message: string;
  readonly remedy?: string;
  /** Of an error: what the exit code says where all errors are of its sort. */
  readonly ending?: Ending;
}

const signs = {ok: '✔', warning: '!', error: '✖'} as const;
/** What services take their credentials from; whether they are set is said, never to what. */
const variables = [
  [
    'AWS_PROFILE',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_REGION',
    'AWS_ENDPOINT_URL_S3',
    'AWS_ENDPOINT_URL',
  ],
  ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_ACCOUNT_ID', 'CLOUDFLARE_BASE_URL'],
  ['PGHOST', 'PGPORT', 'PGUSER', 'PGDATABASE', 'PGPASSWORD', 'PGPASSFILE', 'PGSSLMODE', 'PGSSLROOTCERT'],
] as const;

/** Looks at the program, the ledger and every connection of the config: what works, what does not, what to do. */
export async function doctorCommand(session: Session): Promise<number> {
  const {config} = session;
  const findings = await here(session);
  for (const name of Object.keys(config.sources))
    findings.push(...(await examine(() => source(session, name), `source ${name}`)));
  for (const name of Object.keys(config.targets))
    findings.push(...(await examine(() => target(session, name), `target ${name}`)).map(naming(name)));
  for (const name of session.connections.providers())
    findings.push(...(await examine(() => provider(session, name), `provider ${name}`)));
  for (const [name, setup] of Object.entries(config.backfills))
    findings.push(...(await ofSetup(session, name, setup)));
  for (const {level, message, remedy} of findings)
    session.report.data(
      {type: 'finding', ok: level !== 'error', level, message, ...(remedy === undefined ? {} : {remedy})},
      [`${signs[level]} ${message}`, ...(remedy === undefined ? [] : [`  ${remedy}`])],
    );
  const counts = countsOf(findings);
  session.report.data({type: 'doctor', ...counts}, [
    `${number(counts.ok)} fine, ${counted(counts.warning, 'warning')}, ${counted(counts.error, 'error')}`,
  ]);
  return exitCodeOf(endingsOf(findings));
}

function naming(target: string): (finding: Finding) => Finding {
  return finding =>
    finding.remedy === undefined ? finding : {...finding, remedy: namingEnds(finding.remedy, {target})};
}

function countsOf(findings: readonly Finding[]): Readonly<Record<Finding['level'], number>> {
  const of = (wanted: Finding['level']) => findings.filter(({level}) => level === wanted).length;
  return {ok: of('ok'), warning: of('warning'), error: of('error')};
}

/** Refused credentials and mistakes of the config have exit codes of their own, unless something else is wrong too. */
function endingsOf(findings: readonly Finding[]): readonly Ending[] {
  const errors = findings.filter(({level}) => level === 'error');
  const endings = new Set(errors.map(({ending = 'failed'}) => ending));
  if (endings.has('failed')) return ['failed'];
  return endings.has('usage') ? ['usage'] : [...endings];
}

async function here({config, ledger, surroundings}: Session): Promise<Finding[]> {
  const free = await ledger.freeBytes();
  const {environment} = surroundings;
  const set = variables.flat().filter(name => (environment[name] ?? '') !== '');
  return [
    {level: 'ok', message: `headgate ${surroundings.program} on Node ${process.versions.node}`},
    config.path === null
      ? {
          level: 'ok',
          message: 'config: none; sources and targets are named on the command line',
          remedy: 'headgate init writes one, with every kind of place as an example.',
        }
      : {level: 'ok', message: `config: ${config.path}`},
    {
      level: 'ok',
      message: `ledger: ${ledger.path}${free === null ? '' : `, ${bytesText(free)} free`}`,
      ...(ledger.upkeep === null ? {} : {remedy: ledger.upkeep}),
    },
    {
      level: 'ok',
      message: `environment: ${set.length === 0 ? 'no credentials of AWS, Cloudflare or Postgres are set' : `${set.join(', ')} set`}`,
    },
  ];
}

async function source({connections}: Session, name: string): Promise<readonly Finding[]> {
  const store = await connections.anySource(name);
  return checked(await store.check(), `source ${name}`);
}

async function provider({connections}: Session, name: string): Promise<readonly Finding[]> {
  const opened = await connections.provider(name);
  return checked(await opened.check(), `provider ${name}`);
}

/** A setup of the config: whether its backfill works between such ends, and those of its places that have no name. */
async function ofSetup(session: Session, name: string, setup: BackfillSetup): Promise<readonly Finding[]> {
  const what = `backfills.${name}`;
  const findings = await examine(async () => {
    const found: Finding[] = [];
    for (const {end, named} of ownPlaces(session, setup))
      found.push(...(await examine(() => looks[end](session, named), what)));
    return found.map(finding => ({
      ...finding,
      message: `${what}: ${withoutStart(finding.message, `${what}: `)}`,
    }));
  }, what);
  if (findings.some(({level}) => level === 'error')) return findings;
  const {backfill, source, provider, target} = setup;
  const ends = [source, provider, target].filter(end => end !== undefined).map(withoutPassword);
  return [{level: 'ok', message: `${what}: ${backfill}, ${ends.join(' → ')}`}, ...findings];
}

const looks = {source, provider, target} as const satisfies Readonly<Record<Place['end'], unknown>>;

function withoutStart(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : text;
}

function checked(findings: readonly Probed[], what: string): readonly Finding[] {
  return findings.map(({level, message, remedy, isDenied = false}) => ({
    level,
    message: `${what}: ${message}`,
    ...(remedy === undefined ? {} : {remedy}),
    ...(isDenied ? {ending: 'auth' as const} : {}),
  }));
}

async function target({connections, engine, config}: Session, name: string): Promise<readonly Finding[]> {
  const opened = await connections.target(name);
  const reader = await opened.openReader();
  try {
    const lease = await readLease(reader);
    const held = lease?.holder == null || lease.remainingMs <= 0 ? '' : `; being written by ${lease.holder}`;
    const findings: Finding[] = [
      {
        level: 'ok',
        message: `target ${name}: ${placeText(config, opened) ?? opened.label} (${opened.id}) can be read${held}`,
      },
    ];
    const here: string[] = [];
    const kind = targetKind(config, name);
    const systems = new Set(
      backfills.filter(({takes}) => takes.targets.includes(kind)).map(({system}) => system),
    );
    for (const system of systems)
      if (!((await systemOf(system)[0]?.needsMigration(reader)) ?? true)) here.push(system);
    for (const system of here) findings.push(...(await schemaOf(engine, config, system, opened, name)));
    // A target is of one system, or of some: that it has not the tables of the others is no news.
    return here.length > 0 ? findings : [...findings, ...withoutTables(name, systems)];
  } finally {
    await reader.close();
  }
}

function withoutTables(name: string, systems: ReadonlySet<string>): readonly Finding[] {
  return [...systems].map(system => ({
    level: 'warning',
    message: `target ${name}: the tables of ${system} are not there`,
    remedy: `If it is meant for ${system}: headgate migrate ${system} --target ${name}`,
  }));
}

/** What the backfills of a system find in the schema; what several of them say is said once. */
async function schemaOf(
  engine: Session['engine'],
  config: Session['config'],
  system: string,
  opened: Target,
  name: string,
): Promise<readonly Finding[]> {
  const said = new Map<string, Finding>();
  for (const backfill of systemOf(system)) {
    const connection = {backfill, source: null, target: opened, options: config.options[system]};
    const {findings} = await engine.probe(connection, backfill.scope.parse({}));
    for (const {level, message, remedy} of findings.map(askedForNothing))
      if (!said.has(message))
        said.set(message, {
          level,
          message: `target ${name}: ${level === 'error' ? backfill.id : system}: ${message}`,
          ...(remedy === undefined ? {} : {remedy}),
        });
  }
  return [...said.values()];
}

/** A look at a target has no scope: what only a run can lack is no error of the target's. */
function askedForNothing({level, message, unasked, remedy}: Probed): Finding {
  return {
    ...(unasked === undefined ? {level, message} : {level: 'warning', message: unasked}),
    ...(remedy === undefined ? {} : {remedy}),
  };
}

async function examine(look: () => Promise<readonly Finding[]>, what: string): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const hint = error instanceof OperatorError ? error.hint : undefined;
    const said = error instanceof Error ? error.message : String(error);
    return [
      {
        level: 'error',
        message: said.startsWith(what) ? said : `${what}: ${said}`,
        ...(hint === undefined ? {} : {remedy: hint}),
        ending: endingOf(error),
      },
    ];
  }
}

function endingOf(error: unknown): Ending {
  if (error instanceof OperatorError) return error.code;
  return error instanceof Fault && error.kind === 'denied' ? 'auth' : 'failed';
}
