import {z} from 'zod';
import {type FailureKind, failureKinds} from '../core/failure.ts';
import type {Row} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';

/** An item that a run could not finish: it failed, waits (added since the plan) or is in conflict. */
export interface OpenItem {
  readonly key: string;
  readonly partition: string;
  readonly outcome: 'failed' | 'pending' | 'skipped';
  readonly kind: FailureKind | null;
  readonly message: string;
  readonly attempts: number;
  readonly at: number;
}

const openItem = z.object({
  key: z.string(),
  partition: z.string(),
  outcome: z.enum(['failed', 'pending', 'skipped']),
  kind: z.enum(failureKinds).nullable(),
  message: z.string(),
  attempts: z.number(),
  at: z.number(),
});

const openCount = openItem.pick({outcome: true, kind: true}).extend({count: z.number()});

export type OpenCount = Pick<OpenItem, 'outcome' | 'kind'> & {readonly count: number};

export interface PartitionFailure {
  readonly partition: string;
  readonly kind: FailureKind;
  readonly message: string;
  readonly attempts: number;
  /** Who serves it, where that is known and not the source as a whole. */
  readonly host: string | null;
  readonly at: number;
}

const partitionFailure = z.object({
  partition: z.string(),
  kind: z.enum(failureKinds),
  message: z.string(),
  attempts: z.number(),
  host: z.string().nullable(),
  at: z.number(),
});

/** Partitions that failed alike, at one host. */
export interface FailedAlike extends Pick<PartitionFailure, 'kind' | 'host'> {
  readonly count: number;
  /** What one of them said. */
  readonly message: string;
}

const failedAlike = partitionFailure
  .pick({kind: true, host: true, message: true})
  .extend({count: z.number()});

export interface OpenFilter {
  readonly outcomes?: readonly OpenItem['outcome'][];
  readonly kind?: FailureKind;
}

export class OpenItems {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** A page of a run's open items beyond a key, in key order. */
  async after(
    run: string,
    key: string,
    limit: number,
    filter: OpenFilter = {},
  ): Promise<readonly OpenItem[]> {
    const rows = await this.#db.query(
      `SELECT * FROM open_items WHERE run = ? AND key > ? AND outcome IN (SELECT atom FROM json_each(?)) AND (CAST(?4 AS TEXT) IS NULL OR kind = ?4)
       ORDER BY key LIMIT ?5`,
      [
        run,
        key,
        JSON.stringify(filter.outcomes ?? ['failed', 'pending', 'skipped']),
        filter.kind ?? null,
        limit,
      ],
    );
    return rows.map(row => openItem.parse(row));
  }

  async count(run: string, filter: OpenFilter = {}): Promise<number> {
    const [row] = await this.#db.query(
      `SELECT count(*) AS n FROM open_items WHERE run = ? AND outcome IN (SELECT atom FROM json_each(?)) AND (CAST(?3 AS TEXT) IS NULL OR kind = ?3)`,
      [run, JSON.stringify(filter.outcomes ?? ['failed', 'pending', 'skipped']), filter.kind ?? null],
    );
    return z.number().parse(row?.['n']);
  }

  /** How many items a run left open, by outcome and kind. */
  async counts(run: string, kind?: FailureKind): Promise<readonly OpenCount[]> {
    const rows = await this.#db.query(
      `SELECT outcome, kind, count(*) AS count FROM open_items WHERE run = ? AND (CAST(?2 AS TEXT) IS NULL OR kind = ?2)
       GROUP BY outcome, kind ORDER BY outcome, count DESC, kind NULLS FIRST`,
      [run, kind ?? null],
    );
    return rows.map(row => openCount.parse(row));
  }

  /** The open items among some keys, for the causes of what is missing. */
  async among(run: string, keys: readonly string[]): Promise<ReadonlyMap<string, OpenItem>> {
    const rows = await this.#db.query(
      'SELECT * FROM open_items WHERE run = ? AND key IN (SELECT atom FROM json_each(?))',
      [run, JSON.stringify(keys)],
    );
    return new Map(rows.map(row => openItem.parse(row)).map(item => [item.key, item]));
  }

  /** Every run in which one of some keys is open, oldest item first. */
  async inAnyRun(
    keys: readonly string[],
  ): Promise<readonly {readonly run: string; readonly item: OpenItem}[]> {
    const rows = await this.#db.query(
      `SELECT open_items.* FROM runs CROSS JOIN open_items
       WHERE open_items.run = runs.id AND open_items.key IN (SELECT atom FROM json_each(?))
       ORDER BY open_items.at`,
      [JSON.stringify(keys)],
    );
    return rows.map(row => ({run: z.string().parse(row['run']), item: openItem.parse(row)}));
  }

  /** Every failed range that ended before it came to a key. */
  async endedBefore(
    key: string,
  ): Promise<readonly {readonly run: string; readonly failure: PartitionFailure}[]> {
    const rows = await this.#db.query(
      `SELECT failure.* FROM runs
       CROSS JOIN partitions AS range
       CROSS JOIN partition_failures AS failure
       WHERE range.run = runs.id AND failure.run = range.run AND failure.partition = range.id
         AND range.status = 'failed' AND range.kind = 'range'
         AND range.cursor < ?1 AND (range.hi IS NULL OR range.hi >= ?1)
       ORDER BY failure.at`,
      [key],
    );
    return rows.map(row => ({run: z.string().parse(row['run']), failure: partitionFailure.parse(row)}));
  }

  /** A page of a run's failed partitions beyond one, in the order of their ids. */
  async partitionFailuresAfter(
    run: string,
    partition: string,
    limit: number,
    {kind}: Pick<OpenFilter, 'kind'> = {},
  ): Promise<readonly PartitionFailure[]> {
    const rows = await this.#db.query(
      `SELECT * FROM partition_failures WHERE run = ? AND partition > ? AND (CAST(?3 AS TEXT) IS NULL OR kind = ?3)
       ORDER BY partition LIMIT ?4`,
      [run, partition, kind ?? null, limit],
    );
    return rows.map(row => partitionFailure.parse(row));
  }

  async partitionFailures(run: string): Promise<readonly PartitionFailure[]> {
    const rows: readonly Row[] = await this.#db.query(
      'SELECT * FROM partition_failures WHERE run = ? ORDER BY partition',
      [run],
    );
    return rows.map(row => partitionFailure.parse(row));
  }

  /** How many partitions failed, by kind and host: there may be as many as there are repositories. */
  async failedAlike(run: string, kind?: FailureKind): Promise<readonly FailedAlike[]> {
    const rows = await this.#db.query(
      `SELECT kind, host, count(*) AS count, min(message) AS message FROM partition_failures
       WHERE run = ? AND (CAST(?2 AS TEXT) IS NULL OR kind = ?2)
       GROUP BY kind, host ORDER BY count(*) DESC, kind, host NULLS FIRST`,
      [run, kind ?? null],
    );
    return rows.map(row => failedAlike.parse(row));
  }
}
