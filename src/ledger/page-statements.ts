import type {Entry} from '../core/entry.ts';
import type {Statement} from '../core/sql.ts';
import {packEntries} from './codec.ts';
import type {PageKind} from './pages.ts';

/** What puts a page into the ledger, as a part of whatever else happens with it. */

export async function insertPage(
  run: string,
  kind: PageKind,
  partition: string,
  page: number,
  entries: readonly Entry[],
): Promise<Statement> {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('an empty page is not stored');
  return {
    sql: `INSERT INTO pages (run, kind, partition, page, first_key, last_key, entries, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    params: [run, kind, partition, page, first.key, last.key, entries.length, await packEntries(entries)],
  };
}

export function dropIntent(run: string, partition: string): Statement {
  return {
    sql: "DELETE FROM pages WHERE run = ? AND kind = 'intent' AND partition = ?",
    params: [run, partition],
  };
}
