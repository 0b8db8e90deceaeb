import type {Row} from '../core/sql.ts';
import type {Reader} from '../databases/database.ts';
import type {Job} from './job.ts';
import {jobColumns, readJob} from './job-row.ts';

/** The jobs of a target as they stand in its table `backfill_jobs`, for whoever only looks at them. */
export class StandingRows {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** By its id, which is a UUID. */
  async find(id: string): Promise<Job | null> {
    return firstOf(await this.#reader.query(`SELECT ${jobColumns} FROM backfill_jobs WHERE id = $1`, [id]));
  }

  /** Those whose ids begin so, two at most. */
  async beginning(id: string): Promise<readonly Job[]> {
    const rows = await this.#reader.query(
      `SELECT ${jobColumns} FROM backfill_jobs WHERE starts_with(id::text, $1) ORDER BY id LIMIT 2`,
      [id],
    );
    return rows.map(readJob);
  }

  /** Newest first. */
  async list(limit: number): Promise<readonly Job[]> {
    const rows = await this.#reader.query(
      `SELECT ${jobColumns} FROM backfill_jobs ORDER BY created_at DESC, id DESC LIMIT $1`,
      [limit],
    );
    return rows.map(readJob);
  }
}

export function firstOf([row]: readonly Row[]): Job | null {
  return row === undefined ? null : readJob(row);
}
