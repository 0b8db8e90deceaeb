import {z} from 'zod';
import type {Entry} from '../core/entry.ts';
import type {Statement} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';

export interface Known {
  readonly fingerprint: string;
  readonly found: unknown;
}

/** What is kept of one key, for one source and target. */
export interface Kept extends Known {
  readonly source: string;
  readonly target: string;
}

const knownRow = z
  .object({fingerprint: z.string(), found: z.string()})
  .transform(({fingerprint, found}): Known => ({fingerprint, found: JSON.parse(found)}));

/** What inspection found of items' versions, for one source and target: an unchanged item is not read twice. */
export class Fingerprints {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async of(source: string, target: string, keys: readonly string[]): Promise<ReadonlyMap<string, Known>> {
    if (keys.length === 0) return new Map();
    const rows = await this.#db.query(
      `SELECT key, fingerprint, found FROM fingerprints
       WHERE source = ? AND target = ? AND key IN (SELECT atom FROM json_each(?))`,
      [source, target, JSON.stringify(keys)],
    );
    return new Map(rows.map(row => [z.string().parse(row['key']), knownRow.parse(row)]));
  }

  /** One key, for every source and target that a run has joined. */
  async ofKey(key: string): Promise<readonly Kept[]> {
    // By way of the runs, because fingerprints are found by source and target.
    const rows = await this.#db.query(
      `SELECT kept.source, kept.target, kept.fingerprint, kept.found
       FROM (SELECT DISTINCT source, target FROM runs) AS ends
       CROSS JOIN fingerprints AS kept
       WHERE kept.source = ends.source AND kept.target = ends.target AND kept.key = ?
       ORDER BY kept.source, kept.target`,
      [key],
    );
    const ends = z.object({source: z.string(), target: z.string()});
    return rows.map(row => ({...ends.parse(row), ...knownRow.parse(row)}));
  }

  async count(source: string, target: string): Promise<number> {
    const [row] = await this.#db.query(
      'SELECT count(*) AS n FROM fingerprints WHERE source = ? AND target = ?',
      [source, target],
    );
    return z.number().parse(row?.['n']);
  }
}

export function upsertFingerprints(
  {source, target}: {readonly source: string; readonly target: string},
  entries: readonly Entry[],
): readonly Statement[] {
  const known = entries.flatMap(entry =>
    entry.fingerprint === null || entry.found === undefined
      ? []
      : [{key: entry.key, fingerprint: entry.fingerprint, found: JSON.stringify(entry.found)}],
  );
  if (known.length === 0) return [];
  return [
    {
      sql: `INSERT INTO fingerprints (source, target, key, fingerprint, found)
            SELECT ?, ?, value->>'key', value->>'fingerprint', value->>'found' FROM json_each(?) WHERE true
            ON CONFLICT (source, target, key) DO UPDATE SET fingerprint = excluded.fingerprint, found = excluded.found
            WHERE fingerprints.fingerprint <> excluded.fingerprint OR fingerprints.found <> excluded.found`,
      params: [source, target, JSON.stringify(known)],
    },
  ];
}
