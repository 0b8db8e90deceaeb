import {existsSync} from 'node:fs';
import {OperatorError} from '../core/operator-error.ts';
import {isPostgres, withoutPassword} from '../databases/postgres-address.ts';
import type {Secret} from './schema.ts';

/** What names of sources, targets and providers have in common. */

type End = 'source' | 'target' | 'provider';

/** A word with a scheme is no path, whatever lies in the folder. */
export function requirePath(end: End, named: string, expected: string, known: readonly string[]): void {
  if (named !== '' && !scheme.test(named.trimStart())) return;
  const names = known.length === 0 ? '' : `, or a name from the config (${known.join(', ')})`;
  throw new OperatorError(
    'usage',
    `${end} "${withoutPassword(named)}": this is not ${expected}`,
    `Name ${expected}${names}.`,
  );
}

/** The same of a ledger. The address of a database of another kind would be made a file, and its password a folder's name. */
export function requireLedgerPlace(named: string): void {
  if (isPostgres(named) || !scheme.test(named.trimStart())) return;
  throw new OperatorError(
    'usage',
    `ledger "${withoutPassword(named)}": this is neither a file nor the address of a Postgres database`,
    'Name a file, or postgres://USER@HOST/DATABASE.',
  );
}

const scheme = /^[a-z][a-z0-9+.-]+:/i;

/** Beside names of a config, a bare word that is neither a name nor there is a typing error, and no file to be made. */
export function isTypo(named: string, known: readonly string[]): boolean {
  return known.length > 0 && !/[/\\.]/.test(named) && !existsSync(named);
}

export function requireNoTypo(end: End, named: string, known: readonly string[]): void {
  if (!isTypo(named, known)) return;
  throw new OperatorError(
    'usage',
    `there is no ${end} "${named}" in the config: it has ${known.join(', ')}`,
    `For a ${end === 'target' ? 'file' : 'folder'} write ./${named}`,
  );
}

/** A credential of the config, or what the environment variable holds that it names. */
export function secretOf(
  secret: Secret,
  what: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (typeof secret === 'string') return secret;
  const value = environment[secret.env] ?? '';
  if (value !== '') return value;
  throw new OperatorError(
    'auth',
    `${what}: ${secret.env} is not set, and its config takes a credential from it`,
    `Set ${secret.env} in the environment.`,
  );
}
