import {z} from 'zod';
import type {Breach} from '../../core/checks.ts';
import type {Reader} from '../../databases/database.ts';

/** Rows that one query looks at: a request to D1 has 30 s. */
export const rowsAtOnce = 100_000;
const shown = 20;

/** What is looked for in `files`, as SQL over its rows or over its groups of rows by key. */
export interface Search {
  /** 1 where the row or group breaks the rule. */
  readonly breaks: string;
  readonly detail: string;
  readonly groups: boolean;
}

const chunkRow = z.object({rows: z.number(), last: z.string().nullable(), bad: z.number()});
const breachRow = z.object({key: z.string(), detail: z.string()});

/** Counts what breaks a rule, chunk by chunk in key order, and shows the first. Rows without a key come first. */
export async function findBreaches(
  target: Reader,
  search: Search,
  signal: AbortSignal,
): Promise<{readonly count: number; readonly sample: readonly Breach[]}> {
  const sample: Breach[] = [];
  let count = 0;
  const look = async (where: string, params: readonly string[]) => {
    const chunk = chunkSql(search, where);
    const [row] = await target.query(
      `SELECT count(*) AS rows, max(key) AS last, COALESCE(sum(breaks), 0) AS bad FROM (${chunk})`,
      params,
    );
    const {rows, last, bad} = chunkRow.parse(row);
    count += bad;
    if (bad > 0 && sample.length < shown) {
      const found = await target.query(
        `SELECT COALESCE(key, '(NULL)') AS key, detail FROM (${chunk}) WHERE breaks ORDER BY key LIMIT ${shown}`,
        params,
      );
      sample.push(...found.map(each => breachRow.parse(each)));
    }
    return rows < rowsAtOnce ? null : last;
  };
  const [, first] = await Promise.all([look('key IS NULL', []), look('key >= ?', [''])]);
  for (let last = first; last !== null; last = await look('key > ?', [last])) signal.throwIfAborted();
  return {count, sample: sample.slice(0, shown)};
}

function chunkSql({breaks, detail, groups}: Search, where: string): string {
  return `SELECT key, ${detail} AS detail, ${breaks} AS breaks
          FROM files
          WHERE ${where}
          ${groups ? 'GROUP BY key' : ''}
          ORDER BY key
          LIMIT ${rowsAtOnce}`;
}
