import {z} from 'zod';
import type {Reader} from '../../databases/database.ts';
import {sqlOf} from './asset-sql.ts';
import {type AssetFacts, type DateForm, hasColumn} from './facts.ts';

/** Up to so many rows are counted: a probe is made often, and on D1 every row that is read is paid for. */
export const countedRows = 100_000;

const counts = z.object({rows: z.number(), with_hash: z.number()});
const sampled = z.object({sample: z.string().nullable()}).optional();

/** How many rows there are, and in which form the last of them has its time. */
export async function countRows(target: Reader, facts: AssetFacts) {
  const sql = sqlOf(facts);
  const isDated = hasColumn(facts, 'created_at') && facts.dates !== 'time';
  const [[row], [last]] = await Promise.all([
    target.query(
      `SELECT count(*) AS rows, count(sha256) AS with_hash
       FROM (SELECT sha256 FROM assets LIMIT ${countedRows + 1}) AS counted`,
    ),
    isDated
      ? target.query(`SELECT ${sql.text('created_at')} AS sample FROM assets ORDER BY id DESC LIMIT 1`)
      : [],
  ]);
  const {rows, with_hash: withHash} = counts.parse(row);
  return {rows, withHash, dates: dateForm(sampled.parse(last)?.sample ?? null) ?? facts.dates};
}

/** After the year 2001 milliseconds have more digits than seconds will have for a long time. */
const leastMilliseconds = 1e11;

/** Null where that can't be told. */
function dateForm(sample: string | null): DateForm | null {
  if (sample === null) return null;
  if (/^\d+(?:\.\d*)?$/.test(sample)) return Number(sample) > leastMilliseconds ? 'milliseconds' : 'seconds';
  if (/^\d{4}-\d\d-\d\d \d/.test(sample)) return 'sql';
  return /^\d{4}-\d\d-\d\dT\d/.test(sample) ? 'iso' : null;
}
