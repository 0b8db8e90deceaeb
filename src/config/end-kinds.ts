import type {SourceKind, TargetKind} from '../backfills/backfill.ts';
import type {AnyBackfill} from '../backfills/registry.ts';
import {OperatorError} from '../core/operator-error.ts';
import {isPostgres, withoutPassword} from '../databases/postgres-address.ts';
import {isBucket} from './bucket-address.ts';
import type {Config} from './config.ts';
import {isNetwork} from './network-address.ts';

/** What a source is, by how it is named; nothing is opened. */
export function sourceKind({sources}: Pick<Config, 'sources'>, named: string): SourceKind {
  const known = sources[named];
  if (known !== undefined && 'atproto' in known) return 'network';
  if (known !== undefined) return 's3' in known ? 'bucket' : 'inventory' in known ? 'inventory' : 'folder';
  if (isNetwork(named)) return 'network';
  if (named.startsWith('inventory:')) return 'inventory';
  // folders:DIR:DIR is read as a folder is.
  return isBucket(named) ? 'bucket' : 'folder';
}

export function targetKind({targets}: Pick<Config, 'targets'>, named: string): TargetKind {
  const known = targets[named];
  if (known !== undefined) return targetKinds.find(kind => kind in known) ?? 'sqlite';
  if (isPostgres(named)) return 'postgres';
  if (named.startsWith('pglite:')) return 'pglite';
  return named.startsWith('d1:') ? 'd1' : 'sqlite';
}

const targetKinds = ['sqlite', 'd1', 'postgres', 'pglite'] as const satisfies readonly TargetKind[];

/** What each is called, and how it is written. */
const targetWords: Readonly<Record<TargetKind, {readonly what: string; readonly form: string}>> = {
  sqlite: {what: 'an SQLite file', form: 'FILE.sqlite'},
  d1: {what: 'a D1 database', form: 'd1:NAME'},
  postgres: {what: 'a Postgres database', form: 'postgres://USER@HOST/DATABASE'},
  pglite: {what: 'a PGlite folder', form: 'pglite:DIR'},
};

/** `an SQLite file, a D1 database (d1:NAME), … or a PGlite folder (pglite:DIR)`: all of them, or those of some kinds. */
export function targetForms(kinds: readonly TargetKind[] = targetKinds): string {
  return listed(
    kinds.map(kind => {
      const {what, form} = targetWords[kind];
      return kind === 'sqlite' ? what : `${what} (${form})`;
    }),
  );
}

/** `--target FILE.sqlite, d1:NAME, … or pglite:DIR`, for hints. */
export function targetFlags(kinds: readonly TargetKind[] = targetKinds): string {
  return `--target ${listed(kinds.map(kind => targetWords[kind].form))}`;
}

/** A backfill's SQL is that of some databases: told by what the target is called, before it is opened. */
export function requireTakes(
  {id, takes}: Pick<AnyBackfill, 'id' | 'takes'>,
  config: Pick<Config, 'targets'>,
  target: string,
): void {
  const kind = targetKind(config, target);
  if (takes.targets.includes(kind)) return;
  throw new OperatorError(
    'usage',
    `target ${withoutPassword(target)}: this is ${targetWords[kind].what}, and ${id} works on ${targetForms(takes.targets)}`,
    `Name one: ${targetFlags(takes.targets)}`,
  );
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
