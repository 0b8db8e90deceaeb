import {open, realpath, stat, statfs} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';
import type {Target} from './database.ts';
import {SqliteConnection} from './sqlite-connection.ts';
import {SqliteFault} from './sqlite-thread.ts';

const busyTimeoutMs = 5_000;
/** SQLITE_READONLY_ROLLBACK: a journal has to be rolled back, and this connection may not write. */
const readOnlyRollback = 776;

export interface SqliteTargetOptions {
  readonly path: string;
  readonly name?: string;
  readonly environment?: string;
  readonly marks?: boolean;
}

/** An SQLite file as a target. Its journal mode stays as its owner chose it. */
export async function sqliteTarget({path, name, environment, marks}: SqliteTargetOptions): Promise<Target> {
  const absolute = await canonical(resolve(path));
  const reading = () =>
    SqliteConnection.open({
      path: absolute,
      readOnly: true,
      pragmas: ['PRAGMA query_only = 1'],
      busyTimeoutMs,
    });
  const writing = () =>
    SqliteConnection.open({
      path: absolute,
      readOnly: false,
      pragmas: ['PRAGMA synchronous = FULL'],
      busyTimeoutMs,
    });
  return {
    dialect: 'sqlite',
    service: 'local',
    name: name ?? basename(path),
    id: `sqlite:${absolute}`,
    label: path,
    environment: environment ?? null,
    marks: marks ?? true,
    provesAtomicity: false,
    openReader: async () => {
      await requireDatabaseFile(path);
      return openNamed(path, reading);
    },
    recover: async () => {
      await requireDatabaseFile(path);
      const isHot = await reading().then(
        async reader => reader.close().then(() => false),
        (error: unknown) => error instanceof SqliteFault && error.code === readOnlyRollback,
      );
      if (isHot) await openNamed(path, writing).then(database => database.close());
    },
    openDatabase: async ({create = false} = {}) => {
      if (!create) await requireDatabaseFile(path);
      await refuseNetworkFileSystem(absolute);
      return openNamed(path, writing);
    },
    freeBytes: () => freeBytes(dirname(absolute)),
    bookmark: () => Promise.resolve(null),
    traffic: () => null,
  };
}

/** Bytes that an unprivileged user can still write in a folder. */
export async function freeBytes(folder: string): Promise<number | null> {
  try {
    const {bavail, bsize} = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** The same file or folder has one name, also through links and also before it exists. */
export async function canonical(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await canonical(parent), basename(path));
  }
}

const magic = Buffer.from('SQLite format 3\0', 'latin1');

async function requireDatabaseFile(path: string): Promise<void> {
  const info = await stat(path).catch(() => null);
  if (info === null)
    throw new OperatorError(
      'usage',
      `target ${path}: there is no such file`,
      'Name an existing SQLite file; headgate migrate BACKFILL --target TARGET makes a new one.',
    );
  if (!info.isFile())
    throw new OperatorError('usage', `target ${path}: this is not a file`, 'Name the SQLite file itself.');
  const head = Buffer.alloc(magic.length);
  let bytesRead = 0;
  try {
    await using file = await open(path, 'r');
    ({bytesRead} = await file.read(head, 0, head.length, 0));
  } catch (error) {
    throw new OperatorError(
      'auth',
      `target ${path}: it can't be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      'Give the user that runs headgate access to the file.',
    );
  }
  if (bytesRead > 0 && !head.equals(magic))
    throw new OperatorError(
      'usage',
      `target ${path}: this file is not an SQLite database`,
      'Name an SQLite file; its first bytes read "SQLite format 3".',
    );
}

async function openNamed<T>(path: string, opening: () => Promise<T>): Promise<T> {
  try {
    return await opening();
  } catch (error) {
    throw error instanceof SqliteFault ? await explainOpening(path, error) : error;
  }
}

async function explainOpening(path: string, fault: SqliteFault): Promise<OperatorError> {
  const primary = fault.code & 0xff;
  if (fault.code === readOnlyRollback)
    return new OperatorError(
      'usage',
      `target ${path}: a program was killed while it wrote to it, and left a journal that reading alone can't settle`,
      'Resume the run that was killed (headgate resume RUN), or open the file once with the program that wrote to it.',
    );
  if (primary === 26 || primary === 11)
    return new OperatorError(
      'usage',
      `target ${path}: SQLite can't read it (${fault.message})`,
      'Restore it from a backup, or name another file.',
    );
  if ((primary === 14 || primary === 8) && (await isWal(path)))
    return new OperatorError(
      'usage',
      `target ${path}: it is in WAL mode, and its folder can't be written (${fault.message})`,
      'SQLite needs to make a -shm file beside a WAL database even to read it: grant write access to the folder, or copy the database elsewhere.',
    );
  if (primary === 8)
    return new OperatorError(
      'auth',
      `target ${path}: it can't be written (${fault.message})`,
      'Grant write access to the file and its folder.',
    );
  if (primary === 5)
    return new OperatorError(
      'failed',
      `target ${path}: another process keeps it locked (${fault.message})`,
      'Wait for it, or end it; `fuser FILE` names it.',
    );
  return new OperatorError(
    'failed',
    `target ${path}: ${fault.message}`,
    'Check the file, its folder and its rights.',
  );
}

/** Bytes 18 and 19 of the header are 2 in WAL mode: https://www.sqlite.org/fileformat.html */
async function isWal(path: string): Promise<boolean> {
  const head = Buffer.alloc(20);
  try {
    await using file = await open(path, 'r');
    await file.read(head, 0, 20, 0);
    return head[18] === 2;
  } catch {
    return false;
  }
}

/** f_type of statfs(2). SQLite's locks can't be trusted there: https://www.sqlite.org/faq.html#q5 */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0xc36400, 'Ceph'],
]);

export async function refuseNetworkFileSystem(path: string): Promise<void> {
  const type = await statfs(dirname(path)).then(
    info => info.type,
    () => null,
  );
  const name = type === null ? undefined : networkFileSystems.get(type);
  if (name !== undefined)
    throw new OperatorError(
      'usage',
      `${path}: it is on a network file system (${name}), where SQLite's locks can't be trusted`,
      'Keep the database on a local disk.',
    );
}
