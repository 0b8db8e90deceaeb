/**
 * A thread that runs PGlite on one folder: it works synchronously in WebAssembly, and a long statement must not freeze
 * keys, heartbeat or pause. It is asked one thing at a time. What it reads it reads in a transaction that can't write and
 * is rolled back, as there is only one session for everybody.
 */
import {type MessagePort, parentPort} from 'node:worker_threads';
import {PGlite} from '@electric-sql/pglite';
import {OperatorError} from '../core/operator-error.ts';
import type {SqlValue} from '../core/sql.ts';
import {DurableFiles, durableParams} from './pglite-files.ts';
import {FolderLock, oursBegin} from './pglite-lock.ts';
import {finish, prepare} from './pglite-place.ts';
import type {Failure, PlainStatement, Request, Rows} from './pglite-protocol.ts';
import {postgresErrorIn} from './postgres-faults.ts';
import {decoderOf} from './postgres-values.ts';

const port = requirePort();

let pglite: PGlite | null = null;
let lock: FolderLock | null = null;

port.on('message', async (request: Request) => {
  const {id} = request;
  try {
    port.postMessage({id, ok: true, rows: await perform(request)});
  } catch (error) {
    port.postMessage({id, ok: false, failure: failureOf(error)});
  }
});

function requirePort(): MessagePort {
  if (parentPort === null) throw new Error('pglite-worker runs only as a worker thread');
  return parentPort;
}

/** PGlite has stopped; whether a COMMIT was carried out before, nobody knows. */
class Ended extends Error {
  readonly isUnsettled: boolean;

  constructor(message: string, isUnsettled: boolean) {
    super(message);
    this.isUnsettled = isUnsettled;
  }
}

class Invalid extends Error {}

function failureOf(error: unknown): Failure {
  const said = postgresErrorIn(error);
  if (said !== null) return {is: 'refused', error: said};
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof OperatorError)
    return {is: 'operator', code: error.code, message, hint: error.hint ?? ''};
  if (error instanceof Invalid) return {is: 'invalid', message};
  return {is: 'ended', message, isUnsettled: error instanceof Ended && error.isUnsettled};
}

async function perform(request: Request): Promise<readonly Rows[]> {
  switch (request.op) {
    case 'open':
      await open(request);
      return [];
    case 'query':
      return [await read(opened(), request.statement)];
    case 'transaction':
      return transaction(opened(), request.statements);
    case 'close':
      await pglite?.close();
      lock?.release();
      return [];
    default:
      return request satisfies never;
  }
}

async function open({folder, create, program}: Extract<Request, {readonly op: 'open'}>): Promise<void> {
  lock = FolderLock.take(folder);
  prepare(folder, create);
  const said: string[] = [];
  const onStderr = (line: string) => {
    said.push(line);
    return false;
  };
  try {
    pglite = await PGlite.create({
      fs: new DurableFiles(folder, oursBegin),
      pgliteWasmModule: program,
      startParams: durableParams,
      onStderr,
    });
  } catch (error) {
    const why = said.find(line => /\b(?:FATAL|PANIC)\b/.test(line));
    throw new OperatorError(
      'failed',
      `target pglite:${folder}: PGlite can't open it (${why ?? (error instanceof Error ? error.message : String(error))})`,
      'It has to be of the same version of Postgres (its file PG_VERSION says which), and whole: restore it from a backup, or name another.',
    );
  }
  // A parser for every type there is, and none that takes values apart before they are bound.
  pglite.parsers = new Proxy({}, {get: (_, type) => decoderOf(Number(type))});
  pglite.serializers = {};
  finish(folder);
}

function opened(): PGlite {
  if (pglite === null) throw new Ended('it is not open', false);
  return pglite;
}

async function read(db: PGlite, statement: PlainStatement): Promise<Rows> {
  await command(db, 'BEGIN TRANSACTION READ ONLY');
  try {
    return await run(db, statement);
  } finally {
    // Settings that a query changed go back as well.
    await command(db, 'ROLLBACK');
  }
}

async function transaction(db: PGlite, statements: readonly PlainStatement[]): Promise<readonly Rows[]> {
  await command(db, 'BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    const rows: Rows[] = [];
    for (const statement of statements) rows.push(await run(db, statement));
    if (!db.isInTransaction()) throw new Invalid('a statement has ended the transaction that it was in');
    await command(db, 'COMMIT');
    return rows;
  } catch (error) {
    if (!(error instanceof Ended) && db.isInTransaction()) await command(db, 'ROLLBACK');
    throw error;
  }
}

async function command(db: PGlite, sql: string): Promise<void> {
  const [result] = await db.exec(sql).catch((error: unknown) => {
    throw postgresErrorIn(error) === null ? new Ended(String(error), sql === 'COMMIT') : error;
  });
  if (result?.command === undefined)
    throw new Ended(`its WebAssembly broke down, which ${sql} shows`, sql === 'COMMIT');
}

async function run(db: PGlite, {sql, params}: PlainStatement): Promise<Rows> {
  const {rows, command: tag} = await db.query<Rows[number]>(sql, params.map(written));
  // PGlite tells nobody when its WebAssembly breaks down: it simply answers nothing, as it does to empty SQL.
  if (tag === undefined) await command(db, 'SHOW server_version');
  return rows;
}

/** As text: Postgres has said of no parameter which type it takes. */
function written(value: SqlValue): string | null {
  if (value === null) return null;
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value);
}
