import {z} from 'zod';
import type {Breach} from '../../core/checks.ts';
import type {Reader} from '../../databases/database.ts';

/** Rows that one query looks at: a request to D1 has 30 s. */
export const rowsPerCheck = 100_000;
const shown = 20;

/** What is looked for in `files`, as SQL over its rows, or over its groups of rows by key. */
export interface Search {
  /** 1 where the row or group breaks the rule. */
  readonly breaks: string;
  readonly detail: string;
  readonly groups: boolean;
}

const chunkRow = z.object({rows: z.number(), last: z.string().nullable(), bad: z.number()});
const breachRow = z.object({key: z.string(), detail: z.string()});
/** Rows whose key is no text: there are hardly ever any, and they stand at both ends of the index. */
const keyless = ["key < ''", 'key IS NULL', "key >= x''"];

/** Counts what breaks a rule, chunk by chunk in key order, and shows the first. */
export async function findBreaches(
  target: Reader,
  search: Search,
  signal: AbortSignal,
): Promise<{readonly count: number; readonly sample: readonly Breach[]}> {
  const found: Breaches[] = await Promise.all([
    ...keyless.map(where => lookAt(target, search, where, [], null)),
    lookAt(target, search, "key >= ? AND key < x''", [''], rowsPerCheck),
  ]);
  for (let last = found.at(-1)?.last ?? null; last !== null; ) {
    signal.throwIfAborted();
    const next = await lookAt(target, search, "key > ? AND key < x''", [last], rowsPerCheck);
    found.push(next);
    last = next.last;
  }
  return {
    count: found.reduce((sum, {count}) => sum + count, 0),
    sample: found.flatMap(({sample}) => sample).slice(0, shown),
  };
}

interface Breaches {
  readonly count: number;
  readonly sample: readonly Breach[];
  /** Where the next chunk begins; null after the last one. */
  readonly last: string | null;
}

async function lookAt(
  target: Reader,
  search: Search,
  where: string,
  params: readonly string[],
  limit: number | null,
): Promise<Breaches> {
  const chunk = chunkSql(search, where, limit);
  const [row] = await target.query(
    `SELECT count(*) AS rows, CAST(max(key) AS TEXT) AS last, COALESCE(sum(breaks), 0) AS bad FROM (${chunk})`,
    params,
  );
  const {rows, last, bad} = chunkRow.parse(row);
  const sample =
    bad === 0
      ? []
      : await target.query(
          `SELECT CASE typeof(key) WHEN 'text' THEN key WHEN 'null' THEN '(NULL)' ELSE '(bytes) ' || hex(key) END AS key, detail
           FROM (${chunk}) WHERE breaks ORDER BY key LIMIT ${shown}`,
          params,
        );
  return {
    count: bad,
    sample: sample.map(each => breachRow.parse(each)),
    last: limit !== null && rows === limit ? last : null,
  };
}

function chunkSql({breaks, detail, groups}: Search, where: string, limit: number | null): string {
  return `SELECT key, ${detail} AS detail, ${breaks} AS breaks
          FROM files
          WHERE ${where}
          ${groups ? 'GROUP BY key' : ''}
          ORDER BY key
          ${limit === null ? '' : `LIMIT ${limit}`}`;
}
