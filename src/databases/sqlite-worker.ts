/**
 * A thread that holds one SQLite database at a time: `node:sqlite` is synchronous, and a long statement or a busy lock
 * must not freeze keys, heartbeat or pause. A transaction that fails is rolled back here, before anything else can run.
 * Transactions that wait for their turn together go to the disk together, each still all or nothing by itself: one
 * fsync for a hundred small ones, and nobody is answered before it.
 */
import {statSync} from 'node:fs';
import {DatabaseSync, type StatementSync} from 'node:sqlite';
import {type MessagePort, parentPort, receiveMessageOnPort} from 'node:worker_threads';
import type {FailureKind} from '../core/failure.ts';
import type {OpenOptions, PlainStatement, Request, Response, Rows} from './sqlite-protocol.ts';

const port = requirePort();

const cacheSize = 200;
/** Transactions that are made as one: so many are quick enough for whoever asks something else in between. */
const mostTogether = 256;
/** SQLITE_READONLY_DBMOVED */
const moved = 1032;
let database: DatabaseSync | null = null;
let file: {readonly path: string; readonly identity: string | null} | null = null;
const prepared = new Map<string, StatementSync>();

/** Nobody waits longer than that for an answer because of what was asked behind it. */
const answersWithinMs = 5;

port.on('message', (first: readonly Request[]) => {
  const requests = [...first, ...arrived()];
  let responses: Response[] = [];
  let sentAt = performance.now();
  for (let at = 0; at < requests.length; ) {
    const group = transactionsFrom(requests, at);
    const request = requests[at];
    responses.push(...(group.length > 0 ? answerAll(group) : request === undefined ? [] : [answer(request)]));
    at += Math.max(1, group.length);
    if (at < requests.length && performance.now() - sentAt < answersWithinMs) continue;
    port.postMessage(responses);
    responses = [];
    sentAt = performance.now();
  }
});

/** What has come while the thread was at work. */
function arrived(): readonly Request[] {
  const requests: Request[] = [];
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received === undefined) return requests;
    requests.push(...received.message);
  }
}

/** Transactions that follow each other, as many as are made as one. */
function transactionsFrom(requests: readonly Request[], from: number): readonly Transaction[] {
  const group: Transaction[] = [];
  for (const request of requests.slice(from, from + mostTogether)) {
    if (request.op !== 'transaction') break;
    group.push(request);
  }
  return group;
}

function requirePort(): MessagePort {
  if (parentPort === null) throw new Error('sqlite-worker runs only as a worker thread');
  return parentPort;
}

type Transaction = Extract<Request, {readonly op: 'transaction'}>;

function answer(request: Request): Response {
  try {
    return {id: request.id, ok: true, rows: perform(request)};
  } catch (error) {
    return failed(request, error);
  }
}

function failed({id}: Request, error: unknown): Response {
  const code = sqliteCode(error);
  const message = code === moved ? movedText() : messageOf(error);
  return {id, ok: false, kind: kindOf(code), code, message};
}

/** Alone, a transaction is BEGIN to COMMIT; among others it is a savepoint in one that holds them all. */
function answerAll(group: readonly Transaction[]): readonly Response[] {
  const [only] = group;
  if (only !== undefined && group.length === 1) return [answer(only)];
  const db = opened();
  const responses: Response[] = [];
  try {
    requireFile();
    db.exec('BEGIN IMMEDIATE');
    for (const request of group) {
      responses.push(answerWithin(db, request));
      // Some errors (a full disk) roll everything back: then each is tried by itself.
      if (!db.isTransaction) return group.map(answer);
    }
    return isCommitted(db) ? responses : group.map(answer);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    return group.map(request => failed(request, error));
  }
}

/** What is checked only here (a deferred foreign key) may be the fault of one, and is everybody's failure. */
function isCommitted(db: DatabaseSync): boolean {
  try {
    db.exec('COMMIT');
    return true;
  } catch {
    if (db.isTransaction) db.exec('ROLLBACK');
    return false;
  }
}

function answerWithin(db: DatabaseSync, request: Transaction): Response {
  db.exec('SAVEPOINT one');
  try {
    const rows = request.statements.map(run);
    db.exec('RELEASE one');
    return {id: request.id, ok: true, rows};
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK TO one; RELEASE one');
    return failed(request, error);
  }
}

function perform(request: Request): readonly Rows[] {
  switch (request.op) {
    case 'open':
      open(request.options);
      return [];
    case 'query':
      return [run(request.statement)];
    case 'transaction':
      return transaction(request.statements);
    case 'close':
      prepared.clear();
      database?.close();
      database = null;
      file = null;
      return [];
    default:
      return request satisfies never;
  }
}

function open({path, readOnly, pragmas, busyTimeoutMs}: OpenOptions): void {
  database = new DatabaseSync(path, {readOnly, timeout: busyTimeoutMs});
  for (const pragma of pragmas) database.exec(pragma);
  // The header is read only now: a file that is no database fails here, and not in the middle of a run.
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  file = {path, identity: identityOf(path)};
}

function transaction(statements: readonly PlainStatement[]): readonly Rows[] {
  const db = opened();
  requireFile();
  db.exec('BEGIN IMMEDIATE');
  try {
    const rows = statements.map(run);
    db.exec('COMMIT');
    return rows;
  } catch (error) {
    // Some errors (a full disk) have rolled back already; a second ROLLBACK would hide their message.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Beside a write-ahead log SQLite does not look, and would go on writing into a file that nobody finds any more. */
function requireFile(): void {
  if (file !== null && file.identity !== null && identityOf(file.path) !== file.identity)
    throw Object.assign(new Error(movedText()), {errcode: moved});
}

function identityOf(path: string): string | null {
  const info = statSync(path, {bigint: true, throwIfNoEntry: false});
  return info === undefined ? null : `${info.dev} ${info.ino}`;
}

function movedText(): string {
  return `${file?.path}: the file was moved or removed while it was open`;
}

function run({sql, params}: PlainStatement): Rows {
  return statement(sql).all(...params) as Rows;
}

function statement(sql: string): StatementSync {
  const known = prepared.get(sql);
  if (known !== undefined) return known;
  if (prepared.size >= cacheSize) prepared.clear();
  const fresh = opened().prepare(sql);
  prepared.set(sql, fresh);
  return fresh;
}

function opened(): DatabaseSync {
  if (database === null) throw new Error('the database is closed');
  return database;
}

function sqliteCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : 0;
}

/** Primary result codes: https://www.sqlite.org/rescode.html */
function kindOf(code: number): FailureKind {
  if (code === moved) return 'not-found';
  switch (code & 0xff) {
    case 19: // CONSTRAINT
    case 20: // MISMATCH
      return 'refused';
    case 5: // BUSY
    case 6: // LOCKED
      return 'timeout';
    case 18: // TOOBIG
      return 'too-large';
    case 3: // PERM
    case 8: // READONLY
    case 23: // AUTH
      return 'denied';
    case 14: // CANTOPEN
      return 'not-found';
    case 10: // IOERR
    case 13: // FULL
      return 'server-error';
    default:
      return 'invalid';
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
