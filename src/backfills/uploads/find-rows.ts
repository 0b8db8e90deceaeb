import {z} from 'zod';
import type {Breach} from '../../core/checks.ts';
import type {Reader} from '../../databases/database.ts';
import {sqlOf} from './asset-sql.ts';
import type {AssetFacts} from './facts.ts';
import {idChunks} from './id-chunks.ts';

/** What breaks a rule, and a column that shows how, as SQL over `row`. */
export interface Search {
  readonly breaks: string;
  readonly detail: string;
}

/** Rows that one query looks at: a request to D1 has 30 s. */
const rowsPerCheck = 50_000;
export const shown = 20;
const longestDetail = 100;

const countRow = z.object({bad: z.number()});
const breachRow = z.object({key: z.string(), detail: z.string().nullable()});

/** Counts the rows that break a rule, chunk by chunk, and shows the first. */
export async function findRows(
  target: Reader,
  facts: AssetFacts,
  {breaks, detail}: Search,
  signal: AbortSignal,
): Promise<{readonly count: number; readonly sample: readonly Breach[]}> {
  const sql = sqlOf(facts);
  const sample: Breach[] = [];
  let count = 0;
  for await (const {where, params} of idChunks(target, facts, rowsPerCheck, signal)) {
    const [row] = await target.query(
      `SELECT count(*) AS bad FROM assets AS row WHERE ${where(1)} AND (${breaks})`,
      params,
    );
    const {bad} = countRow.parse(row);
    count += bad;
    if (bad === 0 || sample.length === shown) continue;
    const found = await target.query(
      `SELECT ${sql.text('row.id')} AS key, ${sql.text(detail)} AS detail
       FROM assets AS row
       WHERE ${where(1)} AND (${breaks})
       ORDER BY row.id LIMIT ${shown - sample.length}`,
      params,
    );
    sample.push(
      ...found
        .map(each => breachRow.parse(each))
        .map(({key, detail: text}) => ({key: `asset ${key}`, detail: shortened(text ?? '')})),
    );
  }
  return {count, sample};
}

function shortened(text: string): string {
  return text.length > longestDetail ? `${text.slice(0, longestDetail)}…` : text;
}
