import {z} from 'zod';
import type {Database} from '../databases/database.ts';

export interface AuditEntry {
  readonly at: number;
  readonly who: string;
  readonly host: string;
  readonly action: string;
  readonly run: string | null;
  readonly detail: string;
}

const auditRow = z.object({
  at: z.number(),
  who: z.string(),
  host: z.string(),
  action: z.string(),
  run: z.string().nullable(),
  detail: z.string(),
});

/** Who did what. Never holds a secret. */
export class Audit {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async write(entry: AuditEntry): Promise<void> {
    await this.#db.transaction([
      {
        sql: 'INSERT INTO audit (at, who, host, action, run, detail) VALUES (?, ?, ?, ?, ?, ?)',
        params: [entry.at, entry.who, entry.host, entry.action, entry.run, entry.detail],
      },
    ]);
  }

  async of(run: string): Promise<readonly AuditEntry[]> {
    const rows = await this.#db.query(
      'SELECT at, who, host, action, run, detail FROM audit WHERE run = ? ORDER BY seq',
      [run],
    );
    return rows.map(row => auditRow.parse(row));
  }
}
