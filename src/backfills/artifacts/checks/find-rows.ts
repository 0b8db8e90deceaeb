import {z} from 'zod';
import type {Breach} from '../../../core/checks.ts';
import {quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import {decoded, encoded} from '../../exact.ts';

/** Rows that one query looks at: a request to D1 has 30 s. */
export const rowsPerCheck = 100_000;
export const shown = 20;

/** What is looked for among the rows of a table, as SQL over `row`. */
export interface Search {
  readonly table: string;
  /** Goes through the table in chunks: a key of one column, or rowid. Null looks at all at once. */
  readonly order: string | null;
  /** 1 where the row breaks the rule. */
  readonly breaks: string;
  readonly key: string;
  readonly detail: string;
}

export interface FoundRows {
  readonly count: number;
  readonly sample: readonly Breach[];
}

const chunkRow = z.object({rows: z.number(), last: z.string().nullable(), bad: z.number()});
const breachRow = z.object({key: z.string(), detail: z.string()});

/** Counts what breaks a rule, chunk by chunk, and shows the first. */
export async function findRows(target: Reader, search: Search, signal: AbortSignal): Promise<FoundRows> {
  let count = 0;
  const sample: Breach[] = [];
  for (let after: string | null = null; ; ) {
    signal.throwIfAborted();
    const chunk: string = chunkSql(search, after !== null);
    const params: readonly string[] = after === null ? [] : [after];
    const [row] = await target.query(
      `SELECT rows, bad, ${encoded('last')} AS last
       FROM (SELECT count(*) AS rows, max(place) AS last, COALESCE(sum(breaks), 0) AS bad FROM (${chunk}))`,
      params,
    );
    const {rows, last, bad} = chunkRow.parse(row);
    count += bad;
    if (bad > 0 && sample.length < shown) {
      const found = await target.query(
        `SELECT key, detail FROM (${chunk}) WHERE breaks LIMIT ${shown - sample.length}`,
        params,
      );
      sample.push(...found.map(each => breachRow.parse(each)));
    }
    if (search.order === null || rows < rowsPerCheck || last === null) return {count, sample};
    after = last;
  }
}

function chunkSql({table, order, breaks, key, detail}: Search, isBehind: boolean): string {
  const place = order === null ? '0' : `row.${quoted(order)}`;
  return `SELECT ${place} AS place, (${breaks}) AS breaks, ${key} AS key, ${detail} AS detail
          FROM ${quoted(table)} AS row
          ${isBehind ? `WHERE ${place} > ${decoded('?1')}` : ''}
          ${order === null ? '' : `ORDER BY ${place} LIMIT ${rowsPerCheck}`}`;
}

/** SQL of a value as text, whatever it is. */
export function asText(value: string): string {
  return `CASE typeof(${value}) WHEN 'null' THEN 'NULL' WHEN 'blob' THEN 'bytes ' || hex(${value}) ELSE CAST(${value} AS TEXT) END`;
}
