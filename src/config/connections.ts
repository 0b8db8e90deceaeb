import {resolve} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';
import type {Target} from '../databases/database.ts';
import {sqliteTarget} from '../databases/sqlite.ts';
import {directoryStore} from '../stores/directory.ts';
import type {ObjectStore} from '../stores/object-store.ts';
import type {Config} from './config.ts';

/** What the operator calls a source: a name from the config, or a folder. */
export async function openSource(named: string, config: Config): Promise<ObjectStore> {
  const known = config.sources[named];
  if (known !== undefined) return {...(await directoryStore(known.folder)), label: named};
  requirePath('source', named, 'a folder', Object.keys(config.sources));
  return {...(await directoryStore(named)), label: resolve(named)};
}

/** What the operator calls a target: a name from the config, or an SQLite file. */
export async function openTarget(named: string, config: Config): Promise<Target> {
  const known = config.targets[named];
  if (known !== undefined) {
    const {sqlite, ...rest} = known;
    return {...(await sqliteTarget({path: sqlite, name: named, ...rest})), label: named};
  }
  requirePath('target', named, 'an SQLite file', Object.keys(config.targets));
  return {...(await sqliteTarget({path: named})), label: resolve(named)};
}

/** A word with a scheme is no path, whatever lies in the folder. */
function requirePath(
  end: 'source' | 'target',
  named: string,
  expected: string,
  known: readonly string[],
): void {
  if (named !== '' && !/^[a-z][a-z0-9+.-]+:/i.test(named)) return;
  const names = known.length === 0 ? '' : `, or a name from the config (${known.join(', ')})`;
  throw new OperatorError(
    'usage',
    `${end} "${named}": this is not ${expected}`,
    `This version reads folders and writes SQLite files: name ${expected}${names}.`,
  );
}
