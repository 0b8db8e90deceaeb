import {z} from 'zod';
import {tallyNames} from '../core/accounting.ts';
import type {FaultData} from '../core/failure.ts';
import type {Statement} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';
import {countedSql} from './counted.ts';
import {type Partition, type PartitionRecord, readPartition} from './records.ts';
import {toldText} from './told-text.ts';

/** Finished partitions that are kept to look at, and all that a retry took up: a plan has the last word on them there. */
const keptCompletions = 1_000;

/** A run's partitions: discovery, splits, completion. */
export class Partitions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async add(run: string, partitions: readonly Partition[]): Promise<void> {
    await this.#db.transaction(partitions.map(partition => insertPartition(run, partition)));
  }

  /** Those that are known from the beginning; repositories, of which there may be many, are taken up one by one. */
  async unfinished(run: string): Promise<readonly PartitionRecord[]> {
    const rows = await this.#db.query(
      `SELECT * FROM partitions
       WHERE run = ? AND kind <> 'repository' AND status IN ('pending', 'running') ORDER BY lo, id`,
      [run],
    );
    return rows.map(readPartition);
  }

  /** Nothing waits, of any kind. */
  async isAllTaken(run: string): Promise<boolean> {
    const rows = await this.#db.query(
      `SELECT 1 FROM partitions WHERE run = ? AND status IN ('pending', 'running') LIMIT 1`,
      [run],
    );
    return rows.length === 0;
  }

  async list(run: string): Promise<readonly PartitionRecord[]> {
    const rows = await this.#db.query('SELECT * FROM partitions WHERE run = ? ORDER BY lo, id', [run]);
    return rows.map(readPartition);
  }

  /**
   * Parts a running range at `middle`: `hi` is lowered by compare-and-set, and the rest becomes a partition of its
   * own. False where the range has meanwhile been finished or parted.
   */
  async split(run: string, id: string, hi: string | null, middle: string, rest: Partition): Promise<boolean> {
    const [, lowered = []] = await this.#db.transaction([
      {
        sql: `INSERT INTO partitions (run, id, kind, lo, hi, cursor, status)
              SELECT run, ?, 'range', ?, hi, ?, 'pending' FROM partitions
              WHERE run = ? AND id = ? AND hi IS NOT DISTINCT FROM ? AND status = 'running' AND cursor < ?`,
        params: [rest.id, rest.lo, rest.lo, run, id, hi, middle],
      },
      {
        sql: `UPDATE partitions SET hi = ? WHERE run = ? AND id = ? AND hi IS NOT DISTINCT FROM ? AND status = 'running' AND cursor < ? RETURNING id`,
        params: [middle, run, id, hi, middle],
      },
    ]);
    return lowered.length === 1;
  }

  async start(run: string, id: string): Promise<void> {
    await this.#db.transaction([
      {sql: `UPDATE partitions SET status = 'running' WHERE run = ? AND id = ?`, params: [run, id]},
    ]);
  }

  /** Those that are not finished, among some. */
  async among(run: string, ids: readonly string[]): Promise<readonly PartitionRecord[]> {
    const rows = await this.#db.query(
      `SELECT * FROM partitions
       WHERE run = ? AND id IN (SELECT atom FROM json_each(?)) AND status IN ('pending', 'running')`,
      [run, JSON.stringify(ids)],
    );
    return rows.map(readPartition);
  }

  /** Folds a finished partition into its run's totals. */
  async finish(run: string, id: string, at: number): Promise<void> {
    await finishWith(this.#db, run, finishStatements(run, id, at));
  }

  /** `host`: who serves it, where the ledger may not have been told yet. */
  async fail(
    run: string,
    id: string,
    fault: FaultData,
    at: number,
    attempts = 1,
    host: string | null = null,
  ): Promise<void> {
    await this.#db.transaction(failStatements(run, [id], fault, at, attempts, host));
  }

  /** Failed partitions, or those that failed so, go back to pending, for a resume; answers how many of them are counted. */
  async reopen(run: string, kind: string | null = null): Promise<number> {
    const [reopened = []] = await this.#db.transaction([
      {
        // Where a repository is has to be found out again: it may have moved.
        sql: `UPDATE partitions SET status = 'pending', host = NULL
              WHERE run = ?1 AND status = 'failed'
                AND id IN (SELECT partition FROM partition_failures WHERE run = ?1 AND (CAST(?2 AS TEXT) IS NULL OR kind = ?2))
              RETURNING CASE WHEN ${countedSql('partitions')} THEN 1 ELSE 0 END AS counted`,
        params: [run, kind],
      },
      {
        sql: 'DELETE FROM partition_failures WHERE run = ?1 AND (CAST(?2 AS TEXT) IS NULL OR kind = ?2)',
        params: [run, kind],
      },
    ]);
    return reopened.filter(row => row['counted'] === 1).length;
  }
}

/** How often older completions are forgotten: each time for so many that were added. */
const forgottenAfter = 64;

/** Finishes a partition by statements of which the first tells how many there are by now; older completions go. */
export async function finishWith(db: Database, run: string, statements: readonly Statement[]): Promise<void> {
  const [[finished] = []] = await db.transaction(statements);
  const done = finished === undefined ? 0 : z.number().parse(finished['done']);
  if (done <= keptCompletions || done % forgottenAfter !== 0) return;
  await db.transaction([
    {
      sql: `DELETE FROM partitions WHERE run = ?1 AND status = 'done' AND id IN
              (SELECT id FROM partitions WHERE run = ?1 AND status = 'done' AND kind <> 'open' ORDER BY finished_at DESC, id DESC LIMIT 1000000000 OFFSET ?2)`,
      params: [run, keptCompletions],
    },
  ]);
}

/** It is counted as long as it is not finished, and then it is. */
export function finishStatements(
  run: string,
  id: string,
  at: number,
): readonly [counted: Statement, ended: Statement] {
  return [
    {
      sql: `UPDATE runs SET partitions_done = runs.partitions_done + CASE WHEN ${countedSql('part')} THEN 1 ELSE 0 END, beat_at = ?,
              ${tallyNames.map(name => `${name} = runs.${name} + part.${name}`).join(', ')}
            FROM partitions AS part
            WHERE runs.id = ?2 AND part.run = ?2 AND part.id = ?3 AND part.status <> 'done'
            RETURNING partitions_done AS done`,
      params: [at, run, id],
    },
    {
      sql: `UPDATE partitions SET status = 'done', finished_at = ? WHERE run = ? AND id = ?`,
      params: [at, run, id],
    },
  ];
}

export function failStatements(
  run: string,
  ids: readonly string[],
  {kind, message}: FaultData,
  at: number,
  attempts: number,
  host: string | null = null,
): readonly Statement[] {
  const named = JSON.stringify(ids);
  return [
    {
      sql: `INSERT INTO partition_failures (run, partition, kind, message, at, attempts, host)
            SELECT run, id, ?3, ?4, ?5, ?6, COALESCE(host, CAST(?7 AS TEXT)) FROM partitions
            WHERE run = ?1 AND id IN (SELECT atom FROM json_each(?2)) AND status <> 'done'
            ON CONFLICT (run, partition) DO UPDATE
            SET kind = excluded.kind, message = excluded.message, at = excluded.at, attempts = excluded.attempts,
              host = excluded.host`,
      params: [run, named, kind, toldText(message), at, attempts, host],
    },
    // Where it is may not have been saved yet: a crash must not make it one that was never resolved.
    {
      sql: `UPDATE partitions SET status = 'failed', host = COALESCE(host, CAST(?3 AS TEXT))
            WHERE run = ?1 AND id IN (SELECT atom FROM json_each(?2)) AND status <> 'done'`,
      params: [run, named, host],
    },
  ];
}

function insertPartition(run: string, {id, kind, lo, hi, of}: Partition): Statement {
  return {
    sql: `INSERT INTO partitions (run, id, kind, lo, hi, of, cursor, status) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')`,
    params: [run, id, kind, lo, hi, of, lo],
  };
}
