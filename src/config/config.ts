import {createHash} from 'node:crypto';
import {access, readFile} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {z} from 'zod';
import {OperatorError} from '../core/operator-error.ts';
import {isPostgres} from '../databases/postgres-address.ts';
import {defaultSettings, type Settings} from '../engine/settings.ts';
import {formatFolders, parseFolders} from '../stores/folder-names.ts';
import {requireLedgerPlace} from './place-names.ts';
import {type ConfigFile, configSchema, type SettingsChanges, type SetupInConfig} from './schema.ts';

/** The config as the program uses it: paths are absolute, settings complete. */
export interface Config {
  /** Null where there is no config file. */
  readonly path: string | null;
  readonly ledger: string | null;
  readonly sources: ConfigFile['sources'];
  readonly targets: ConfigFile['targets'];
  /** Where files are uploaded to. */
  readonly providers: ConfigFile['providers'];
  /** What the console offers to run, by the operator's name for it. Whether there is such a backfill is not known here. */
  readonly backfills: Readonly<Record<string, BackfillSetup>>;
  readonly settings: Settings;
  /** What the backfills of each system go by, complete. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Changes when anything changes that shapes what a run decides: a plan made under another config is not executed. */
  readonly digest: string;
}

/** A backfill between two ends; each is a name of the config or a place, and a path is absolute. */
export interface BackfillSetup {
  readonly backfill: string;
  /** Missing where it reads its target alone. */
  readonly source?: string;
  readonly target: string;
  readonly prefix?: string;
  /** uploads: where to, and whose files these are. */
  readonly provider?: string;
  readonly user?: string;
}

export const configNames = ['headgate.config.ts', 'headgate.config.json'] as const;

/** Reads the named config file, or the one in the folder; without any, everything is as it is by default. */
export async function loadConfig(named: string | null, folder: string): Promise<Config> {
  const path = named === null ? await findConfig(folder) : resolve(folder, named);
  const file = path === null ? configSchema.parse({}) : parseConfig(path, await readConfig(path));
  const base = path === null ? folder : dirname(path);
  const settings = mergeSettings(file.settings);
  return {
    path,
    ledger: file.ledger === undefined ? null : ledgerIn(base, file.ledger),
    sources: mapValues(file.sources, source => {
      if ('folder' in source) return {...source, folder: resolve(base, source.folder)};
      if ('folders' in source)
        return {...source, folders: source.folders.map(folder => resolve(base, folder))};
      return 'inventory' in source ? {...source, inventory: resolve(base, source.inventory)} : source;
    }),
    targets: mapValues(file.targets, target => {
      if ('sqlite' in target) return {...target, sqlite: resolve(base, target.sqlite)};
      return 'pglite' in target ? {...target, pglite: resolve(base, target.pglite)} : target;
    }),
    providers: mapValues(file.providers, provider =>
      'folder' in provider ? {...provider, folder: resolve(base, provider.folder)} : provider,
    ),
    backfills: setupsIn(file, base),
    settings,
    options: file.options,
    digest: createHash('sha256')
      // A renewed credential is no other config.
      .update(
        JSON.stringify(
          {
            targets: file.targets,
            sources: file.sources,
            providers: file.providers,
            page: settings.page,
            options: file.options,
          },
          (name, value) => (['credentials', 'password'].includes(name) ? undefined : value),
        ),
      )
      .digest('hex'),
  };
}

function ledgerIn(base: string, ledger: string): string {
  requireLedgerPlace(ledger);
  return isPostgres(ledger) ? ledger : resolve(base, ledger);
}

function setupsIn({backfills, sources, targets, providers}: ConfigFile, base: string): Config['backfills'] {
  return Object.fromEntries(
    Object.entries(backfills).map(([name, {source, target, provider, ...rest}]: [string, SetupInConfig]) => [
      name,
      {
        backfill: name,
        ...rest,
        ...(source === undefined ? {} : {source: placeIn(base, source, Object.keys(sources))}),
        target: placeIn(base, target, Object.keys(targets)),
        ...(provider === undefined ? {} : {provider: placeIn(base, provider, Object.keys(providers))}),
      },
    ]),
  );
}

/** A name stays one, and so does a word that is neither a path nor an address: it is told where it is opened. */
function placeIn(base: string, place: string, names: readonly string[]): string {
  const folders = parseFolders(place);
  if (folders !== null && !names.includes(place))
    return formatFolders(folders.map(folder => resolve(base, folder)));
  const [, scheme, path] = /^(inventory|pglite):(.+)$/s.exec(place) ?? [];
  if (path !== undefined && !names.includes(place)) return `${scheme}:${resolve(base, path)}`;
  const isPath = /[/\\.]/.test(place) && !/^[a-z][a-z0-9+.-]+:/i.test(place);
  return isPath && !names.includes(place) ? resolve(base, place) : place;
}

async function findConfig(folder: string): Promise<string | null> {
  const found: string[] = [];
  for (const name of configNames) {
    const path = join(folder, name);
    if (await exists(path)) found.push(path);
  }
  const [first = null, second] = found;
  if (second !== undefined)
    throw new OperatorError(
      'usage',
      `there are two configs, ${configNames.join(' and ')}`,
      'Keep one of them, or name one with --config.',
    );
  return first;
}

async function readConfig(path: string): Promise<unknown> {
  if (!(await exists(path)))
    throw new OperatorError(
      'usage',
      `config ${path}: there is no such file`,
      'Name an existing file with --config.',
    );
  try {
    if (path.endsWith('.json')) return JSON.parse(await readFile(path, 'utf8'));
    const module: {readonly default?: unknown} = await import(pathToFileURL(path).href);
    return module.default;
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new OperatorError(
      'usage',
      `config ${path}: it can't be read (${said})`,
      'A .json config is JSON; a .ts config exports the config as its default.',
    );
  }
}

/** All mistakes at once, each with its path. */
export function parseConfig(path: string, content: unknown): ConfigFile {
  const parsed = configSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.flatMap(describeIssue);
  throw new OperatorError(
    'usage',
    `config ${path} has ${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}:\n${mistakes.map(mistake => `  ${mistake}`).join('\n')}`,
    'The README lists every setting.',
  );
}

function describeIssue(issue: z.core.$ZodIssue): readonly string[] {
  const place = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(
      key => `${[place, key].filter(part => part !== '').join('.')}: there is no such setting`,
    );
  if (issue.code === 'invalid_key')
    return [`${place}: ${issue.issues.map(({message}) => message).join('; ')}`];
  if (issue.code === 'invalid_union') return describeUnion(place, issue);
  return [`${place === '' ? '(the whole file)' : place}: ${issue.message}`];
}

/** What kind of place is meant is told by the word that names it. */
function describeUnion(place: string, {errors}: z.core.$ZodIssueInvalidUnion): readonly string[] {
  const isNamed = (issues: readonly z.core.$ZodIssue[]) =>
    !issues.some(({path, message}) => path.length === 0 || message.endsWith('received undefined'));
  const mistakes = errors.find(isNamed)?.flatMap(describeIssue);
  if (mistakes !== undefined) return mistakes.map(mistake => `${place}.${mistake}`);
  if (place.startsWith('providers'))
    return [
      `${place}: a provider is {folder: …} or {s3: 's3://BUCKET/PREFIX', endpoint, region, profile, credentials}`,
    ];
  return [
    place.startsWith('sources')
      ? `${place}: a source is {folder: …}, {folders: […]}, {inventory: FILE}, {atproto: {relays, plc}} or {s3: 's3://BUCKET/PREFIX', endpoint, region, profile}`
      : `${place}: a target is {sqlite: …}, {d1: DATABASE, account}, {postgres: 'postgres://USER@HOST/DATABASE', password} or {pglite: DIR}`,
  ];
}

function mergeSettings(changes: SettingsChanges): Settings {
  const {page, concurrency, hosts, d1, budgets, drift, ...rest} = changes;
  return {
    ...defaultSettings,
    ...rest,
    page: {...defaultSettings.page, ...page},
    concurrency: {...defaultSettings.concurrency, ...concurrency},
    hosts: {...defaultSettings.hosts, ...hosts},
    d1: {...defaultSettings.d1, ...d1},
    budgets: {...defaultSettings.budgets, ...budgets},
    drift: {...defaultSettings.drift, ...drift},
  };
}

function mapValues<T>(values: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
