import {OperatorError} from '../core/operator-error.ts';
import type {Database} from '../databases/database.ts';
import {type RunRecord, readRun} from './records.ts';
import {runColumns} from './run-columns.ts';

/** The run of this id, the only one that begins so or ends so (20261120-0512-k3f9 is k3f9), or `last`, the newest. */
export async function runNamed(db: Database, named: string): Promise<RunRecord> {
  const [first, second] = named === 'last' ? await newest(db) : await matching(db, named);
  if (first === undefined)
    throw new OperatorError(
      'usage',
      named === 'last' ? 'there is no run in this ledger yet' : `there is no run ${named} in this ledger`,
      'headgate status lists the runs; --ledger names another ledger.',
    );
  if (second !== undefined && first.id !== named)
    throw new OperatorError(
      'usage',
      `several runs begin with ${named}, or end so`,
      `Name one in full: ${first.id}, ${second.id} …`,
    );
  return first;
}

async function newest(db: Database): Promise<readonly RunRecord[]> {
  const rows = await db.query(
    `SELECT ${runColumns} FROM runs r ORDER BY r.created_at DESC, r.id DESC LIMIT 1`,
  );
  return rows.map(readRun);
}

async function matching(db: Database, named: string): Promise<readonly RunRecord[]> {
  const pattern = named.replace(/[\\%_]/g, '\\$&');
  const rows = await db.query(
    `SELECT ${runColumns} FROM runs r
     WHERE r.id = ?1 OR lower(r.id) LIKE lower(?2) ESCAPE '\\' OR lower(r.id) LIKE lower(?3) ESCAPE '\\'
     ORDER BY r.id = ?1 DESC, r.created_at DESC LIMIT 2`,
    [named, `${pattern}%`, `%-${pattern}`],
  );
  return rows.map(readRun);
}
