import {z} from 'zod';
import type {Database} from '../databases/database.ts';

/** What a run has left for the next one to compare with. */
export interface Memory {
  /** JSON. */
  readonly value: unknown;
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const memoryRow = z.object({
  value: z.string().transform((text): unknown => JSON.parse(text)),
  run: z.string(),
  at: z.number(),
});

/** What is remembered of a target from one run to the next: one value for each system. */
export class Remembered {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async save(target: string, system: string, {value, run, at}: Memory): Promise<void> {
    await this.#db.transaction([
      {
        sql: `INSERT INTO remembered (target, system, value, run, at) VALUES (?, ?, ?, ?, ?)
              ON CONFLICT (target, system) DO UPDATE
              SET value = excluded.value, run = excluded.run, at = excluded.at`,
        params: [target, system, JSON.stringify(value), run, at],
      },
    ]);
  }

  /** Null where nothing is remembered. */
  async of(target: string, system: string): Promise<Memory | null> {
    const [row] = await this.#db.query(
      'SELECT value, run, at FROM remembered WHERE target = ? AND system = ?',
      [target, system],
    );
    return row === undefined ? null : memoryRow.parse(row);
  }
}
