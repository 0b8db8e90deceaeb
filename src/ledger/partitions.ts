import {tallyNames} from '../core/accounting.ts';
import type {FaultData} from '../core/failure.ts';
import type {Statement} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';
import {type Partition, type PartitionRecord, readPartition} from './records.ts';

/** Finished partitions that are kept to look at; older ones live on only in their run's totals. */
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

  async unfinished(run: string): Promise<readonly PartitionRecord[]> {
    const rows = await this.#db.query(
      `SELECT * FROM partitions WHERE run = ? AND status IN ('pending', 'running') ORDER BY lo, id`,
      [run],
    );
    return rows.map(readPartition);
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
              WHERE run = ? AND id = ? AND hi IS ? AND status = 'running' AND cursor < ?`,
        params: [rest.id, rest.lo, rest.lo, run, id, hi, middle],
      },
      {
        sql: `UPDATE partitions SET hi = ? WHERE run = ? AND id = ? AND hi IS ? AND status = 'running' AND cursor < ? RETURNING id`,
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

  /** Folds a finished partition into its run's totals. */
  async finish(run: string, id: string, at: number): Promise<void> {
    await this.#db.transaction([
      {
        sql: `UPDATE runs SET partitions_done = partitions_done + 1, beat_at = ?,
                ${tallyNames.map(name => `${name} = ${name} + (SELECT ${name} FROM partitions WHERE run = ?2 AND id = ?3)`).join(', ')}
              WHERE id = ?2 AND EXISTS (SELECT 1 FROM partitions WHERE run = ?2 AND id = ?3 AND status <> 'done')`,
        params: [at, run, id],
      },
      {
        sql: `UPDATE partitions SET status = 'done', finished_at = ? WHERE run = ? AND id = ?`,
        params: [at, run, id],
      },
      {
        sql: `DELETE FROM partitions WHERE run = ?1 AND status = 'done' AND id IN
                (SELECT id FROM partitions WHERE run = ?1 AND status = 'done' ORDER BY finished_at DESC, id DESC LIMIT -1 OFFSET ?2)`,
        params: [run, keptCompletions],
      },
    ]);
  }

  async fail(run: string, id: string, fault: FaultData, at: number): Promise<void> {
    await this.#db.transaction([
      {sql: `UPDATE partitions SET status = 'failed' WHERE run = ? AND id = ?`, params: [run, id]},
      {
        sql: 'INSERT OR REPLACE INTO partition_failures (run, partition, kind, message, at) VALUES (?, ?, ?, ?, ?)',
        params: [run, id, fault.kind, fault.message, at],
      },
    ]);
  }

  /** Failed partitions go back to pending, for a resume; answers how many. */
  async reopen(run: string): Promise<number> {
    const [reopened = []] = await this.#db.transaction([
      {
        sql: `UPDATE partitions SET status = 'pending' WHERE run = ? AND status = 'failed' RETURNING id`,
        params: [run],
      },
      {sql: 'DELETE FROM partition_failures WHERE run = ?', params: [run]},
    ]);
    return reopened.length;
  }
}

function insertPartition(run: string, {id, kind, lo, hi, of}: Partition): Statement {
  return {
    sql: `INSERT INTO partitions (run, id, kind, lo, hi, of, cursor, status) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')`,
    params: [run, id, kind, lo, hi, of, lo],
  };
}
