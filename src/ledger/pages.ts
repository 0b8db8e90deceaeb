import {z} from 'zod';
import type {Entry} from '../core/entry.ts';
import {compareKeys, inRange, type KeyRange} from '../core/keys.ts';
import type {Row} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';
import {unpackEntries} from './codec.ts';
import {openPrefix} from './counted.ts';
import {dropIntent, insertPage} from './page-statements.ts';

/** `staged`: changes of a run that is published as a whole, and has not been yet. */
export type PageKind = 'plan' | 'intent' | 'staged' | 'image';

export interface StoredPage {
  readonly seq: number;
  readonly partition: string;
  readonly page: number;
  readonly entries: readonly Entry[];
}

/** What a page says of one key. */
export interface Mention {
  readonly run: string;
  readonly kind: PageKind;
  readonly entry: Entry;
}

const kinds = ['plan', 'intent', 'staged', 'image'] as const satisfies readonly PageKind[];
const mentionRow = z.object({seq: z.number(), run: z.string(), kind: z.enum(kinds)});
const pageRow = z.object({seq: z.number(), partition: z.string(), page: z.number()});
const cachedPages = 8;
const foundTogether = 1_000;

/** Plans, intents, staged changes and before-images: compressed pages of entries in key order. */
export class Pages {
  readonly #db: Database;
  readonly #cache = new Map<number, readonly Entry[]>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Stores what a page is about to write. A partition has one intent at a time. */
  async intend(run: string, partition: string, page: number, entries: readonly Entry[]): Promise<void> {
    await this.#db.transaction([
      {
        sql: 'UPDATE partitions SET page = ? WHERE run = ? AND id = ? AND page < ?1',
        params: [page, run, partition],
      },
      dropIntent(run, partition),
      await insertPage(run, 'intent', partition, page, entries),
    ]);
  }

  async dropIntents(run: string, partition: string): Promise<void> {
    await this.#db.transaction([dropIntent(run, partition)]);
  }

  /** Something was intended or staged of which nothing says yet what became of it. */
  async isHalfDone(run: string): Promise<boolean> {
    const rows = await this.#db.query(
      "SELECT 1 FROM pages WHERE run = ? AND kind IN ('intent', 'staged') LIMIT 1",
      [run],
    );
    return rows.length > 0;
  }

  /** How many changes are staged. */
  async staged(run: string): Promise<number> {
    const [row] = await this.#db.query(
      "SELECT COALESCE(sum(entries), 0) AS entries FROM pages WHERE run = ? AND kind = 'staged'",
      [run],
    );
    return z.number().parse(row?.['entries']);
  }

  /** A run that is given up publishes nothing. */
  async dropStaged(run: string): Promise<void> {
    await this.#db.transaction([{sql: "DELETE FROM pages WHERE run = ? AND kind = 'staged'", params: [run]}]);
  }

  async intents(run: string): Promise<readonly StoredPage[]> {
    const rows = await this.#db.query(
      "SELECT seq, partition, page, body FROM pages WHERE run = ? AND kind = 'intent' ORDER BY seq",
      [run],
    );
    return Promise.all(rows.map(readPage));
  }

  /**
   * The entries of a kind within a key range, in key order. Pages may overlap (a retried item was planned twice): the
   * later page holds. With a partition, only its own pages are looked into, and those of retries.
   */
  async between(run: string, kind: PageKind, range: KeyRange, partition?: string): Promise<readonly Entry[]> {
    const rows = await this.#db.query(
      `SELECT seq FROM pages
       WHERE run = ?1 AND kind = ?2 AND last_key > ?3 AND (CAST(?4 AS TEXT) IS NULL OR first_key <= ?4)${partition === undefined ? '' : ofPartition(5)}
       ORDER BY seq`,
      [run, kind, range.lo, range.hi, ...(partition === undefined ? [] : [partition])],
    );
    const byKey = new Map<string, Entry>();
    for (const row of rows) {
      for (const entry of await this.#entriesOf(z.number().parse(row['seq'])))
        if (inRange(entry.key, range)) byKey.set(entry.key, entry);
    }
    return [...byKey.values()].sort((a, b) => compareKeys(a.key, b.key));
  }

  /** The last key of the next page beyond a key; null where there is none. */
  async endBeyond(run: string, kind: PageKind, key: string, partition?: string): Promise<string | null> {
    const [row] = await this.#db.query(
      `SELECT min(last_key) AS "end" FROM pages
       WHERE run = ?1 AND kind = ?2 AND last_key > ?3${partition === undefined ? '' : ofPartition(4)}`,
      [run, kind, key, ...(partition === undefined ? [] : [partition])],
    );
    return z
      .string()
      .nullable()
      .parse(row?.['end'] ?? null);
  }

  /** The entry of one key, of the latest page that has it; null where none has. */
  async entry(run: string, kind: PageKind, key: string): Promise<Entry | null> {
    const rows = await this.#db.query(
      'SELECT seq FROM pages WHERE run = ? AND kind = ? AND last_key >= ?3 AND first_key <= ?3 ORDER BY seq DESC',
      [run, kind, key],
    );
    for (const row of rows) {
      const entries = await this.#entriesOf(z.number().parse(row['seq']));
      const found = entries.find(entry => entry.key === key);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** The entries of some keys, each of the latest page that has it; memory is one page, and what is found. */
  async among(run: string, kind: PageKind, keys: readonly string[]): Promise<readonly Entry[]> {
    const ordered = keys.toSorted(compareKeys);
    const [first, last] = [ordered.at(0), ordered.at(-1)];
    if (first === undefined || last === undefined) return [];
    const rows = await this.#db.query(
      'SELECT seq FROM pages WHERE run = ? AND kind = ? AND last_key >= ? AND first_key <= ? ORDER BY seq',
      [run, kind, first, last],
    );
    const wanted = new Set(keys);
    const found = new Map<string, Entry>();
    for (const row of rows)
      for (const entry of await this.#entriesOf(z.number().parse(row['seq'])))
        if (wanted.has(entry.key)) found.set(entry.key, entry);
    return [...found.values()];
  }

  /** All that any run's pages say of one key, in the order in which it was stored; memory is one page. */
  async *mentions(key: string): AsyncGenerator<Mention> {
    const rows = await this.#db.query(
      `SELECT pages.seq, pages.run, pages.kind FROM runs CROSS JOIN pages
       WHERE pages.run = runs.id AND pages.kind IN (SELECT atom FROM json_each(?2))
         AND pages.last_key >= ?1 AND pages.first_key <= ?1
       ORDER BY pages.seq`,
      [key, JSON.stringify(kinds)],
    );
    for (const {seq, run, kind} of rows.map(row => mentionRow.parse(row))) {
      const entry = (await this.#stored(seq))?.entries.find(other => other.key === key);
      if (entry !== undefined) yield {run, kind, entry};
    }
  }

  /** Pages of a kind in the order in which they were stored, a partition's or all; memory is one page. */
  async *all(run: string, kind: PageKind, partition?: string): AsyncGenerator<StoredPage> {
    const ofPart = partition === undefined ? '' : ' AND partition = ?';
    for (let after = 0; ; ) {
      // To find the next is to sort all of them.
      const rows = await this.#db.query(
        `SELECT seq FROM pages WHERE run = ? AND kind = ? AND seq > ?${ofPart} ORDER BY seq LIMIT ${foundTogether}`,
        [run, kind, after, ...(partition === undefined ? [] : [partition])],
      );
      for (const row of rows) {
        after = z.number().parse(row['seq']);
        const page = await this.#stored(after);
        if (page !== null) yield page;
      }
      if (rows.length < foundTogether) return;
    }
  }

  /** Null where it is gone: a run that is at work drops its intents. */
  async #stored(seq: number): Promise<StoredPage | null> {
    const [row] = await this.#db.query('SELECT seq, partition, page, body FROM pages WHERE seq = ?', [seq]);
    return row === undefined ? null : readPage(row);
  }

  /** The partitions that hold pages of a kind, and how many entries each. */
  async partitionsWith(run: string, kind: PageKind): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#db.query(
      'SELECT partition, sum(entries) AS entries FROM pages WHERE run = ? AND kind = ? GROUP BY partition ORDER BY min(seq)',
      [run, kind],
    );
    return new Map(rows.map(row => [z.string().parse(row['partition']), z.number().parse(row['entries'])]));
  }

  /** Partitions beyond one that hold pages of a kind, in the order of their names. */
  async partitionsBeyond(
    run: string,
    kind: PageKind,
    partition: string,
    limit: number,
  ): Promise<readonly string[]> {
    const rows = await this.#db.query(
      'SELECT DISTINCT partition FROM pages WHERE run = ? AND kind = ? AND partition > ? ORDER BY partition LIMIT ?',
      [run, kind, partition, limit],
    );
    return rows.map(row => z.string().parse(row['partition']));
  }

  async #entriesOf(seq: number): Promise<readonly Entry[]> {
    const known = this.#cache.get(seq);
    if (known !== undefined) return known;
    const [row] = await this.#db.query('SELECT body FROM pages WHERE seq = ?', [seq]);
    const entries = await unpackEntries(row?.['body']);
    const oldest = this.#cache.keys().next();
    if (this.#cache.size >= cachedPages && oldest.done !== true) this.#cache.delete(oldest.value);
    this.#cache.set(seq, entries);
    return entries;
  }
}

/** Named one by one, so that indexes are used: there may be a page for each of a hundred thousand, and as many failures. */
function ofPartition(parameter: number): string {
  const ofRetries = `id >= '${openPrefix}' AND id < '${openPrefix}~' AND kind = 'open'`;
  return ` AND partition IN (SELECT ?${parameter} UNION SELECT id FROM partitions WHERE run = ?1 AND ${ofRetries})`;
}

async function readPage(row: Row): Promise<StoredPage> {
  return {...pageRow.parse(row), entries: await unpackEntries(row['body'])};
}
