import {mkdir, stat} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Row, SqlValue, Statement} from '../core/sql.ts';
import type {Asking, Database, Reader, Target} from './database.ts';
import {PgliteFolder} from './pglite-folder.ts';
import {requireBindable} from './postgres-values.ts';
import {requireSelect} from './select-only.ts';
import {canonical, freeBytes, refuseNetworkFileSystem} from './sqlite.ts';

export interface PgliteTargetOptions {
  readonly folder: string;
  readonly name?: string;
  readonly environment?: string;
  readonly marks?: boolean;
}

/**
 * A folder of PGlite's as a target: Postgres in this process. Even to read it is to open it as a server would, which
 * writes to its files; rows change by a Database alone.
 */
export async function pgliteTarget({folder, name, environment, marks}: PgliteTargetOptions): Promise<Target> {
  const absolute = await canonical(resolve(folder));
  const opened = async (create: boolean): Promise<PgliteDatabase> => {
    if (create) await mkdir(absolute, {recursive: true}).catch(() => undefined);
    await requireFolder(absolute);
    await refuseNetworkFileSystem(join(absolute, 'PG_VERSION'));
    const place = PgliteFolder.of(absolute);
    await place.enter(create);
    return new PgliteDatabase(place);
  };
  return {
    dialect: 'postgres',
    service: 'local',
    name: name ?? basename(absolute),
    id: `pglite:${absolute}`,
    label: `pglite:${folder}`,
    environment: environment ?? null,
    marks: marks ?? true,
    provesAtomicity: false,
    // A dry run is handed what can't write, and not only what has no type for it.
    openReader: async (): Promise<Reader> => {
      const database = await opened(false);
      return {
        dialect: database.dialect,
        query: database.query.bind(database),
        close: database.close.bind(database),
      };
    },
    recover: () => Promise.resolve(),
    openDatabase: ({create = false} = {}) => opened(create),
    freeBytes: () => freeBytes(absolute),
    bookmark: () => Promise.resolve(null),
    traffic: () => null,
  };
}

class PgliteDatabase implements Database {
  readonly dialect = 'postgres';
  readonly #place: PgliteFolder;
  #closed: Promise<void> | null = null;

  constructor(place: PgliteFolder) {
    this.#place = place;
  }

  async query(sql: string, params: readonly SqlValue[] = [], {signal}: Asking = {}): Promise<readonly Row[]> {
    this.#requireOpen();
    requireSelect(sql, 'postgres');
    requireBindable(params);
    const asked = this.#place.ask({op: 'query', statement: {sql, params}}, signal);
    const [rows = []] = await (signal === undefined ? asked : givenUpWith(signal, asked));
    return rows;
  }

  async transaction(
    statements: readonly Statement[],
    {signal}: Asking = {},
  ): Promise<readonly (readonly Row[])[]> {
    this.#requireOpen();
    if (statements.length === 0) return [];
    for (const {params} of statements) requireBindable(params);
    const plain = statements.map(({sql, params}) => ({sql, params}));
    return this.#place.ask({op: 'transaction', statements: plain}, signal);
  }

  close(): Promise<void> {
    this.#closed ??= this.#place.leave();
    return this.#closed;
  }

  #requireOpen(): void {
    if (this.#closed !== null) throw new Fault('connection', 'the database is closed');
  }
}

/** PGlite can't be told to end a statement: whoever asked goes on without it. */
function givenUpWith<T>(signal: AbortSignal, asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, {once: true});
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

async function requireFolder(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => null);
  if (info?.isDirectory() === true) return;
  throw new OperatorError(
    'usage',
    `target pglite:${folder}: ${info === null ? 'there is no such folder, or it may not be made' : 'this is not a folder'}`,
    'Name the folder of a PGlite database; headgate migrate BACKFILL --target TARGET makes a new one.',
  );
}
