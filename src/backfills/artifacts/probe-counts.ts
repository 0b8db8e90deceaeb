import {z} from 'zod';
import {quoted} from '../../core/sql.ts';
import type {Reader} from '../../databases/database.ts';
import type {DateForm, Reference} from './facts.ts';

/** What a probe counts, and in which form it finds the dates. */

/** Up to so many rows are counted: a probe is made often, and on D1 every row that is read is paid for. */
export const countedRows = 200_000;

const counts = z.object({
  rows: z.number(),
  unknown: z.number(),
  no_text: z.number(),
  dates: z.string().nullable(),
  largest: z.number().nullable(),
  sample: z.string().nullable(),
});

export async function countRows(
  target: Reader,
  {
    bucket,
    key,
    fetchedAt,
    sourceType,
  }: Readonly<Record<'bucket' | 'key' | 'fetchedAt' | 'sourceType', string>>,
) {
  const [row] = await target.query(
    `SELECT count(*) AS rows,
       COALESCE(sum(type IS NULL OR type = 'unknown'), 0) AS unknown,
       COALESCE(sum(typeof(bucket) NOT IN ('text', 'null') OR typeof(key) NOT IN ('text', 'null')), 0) AS no_text,
       max(typeof(fetched)) FILTER (WHERE fetched IS NOT NULL) AS dates,
       max(fetched) FILTER (WHERE typeof(fetched) IN ('integer', 'real')) AS largest,
       max(fetched) FILTER (WHERE typeof(fetched) = 'text') AS sample
     FROM (
       SELECT ${quoted(bucket)} AS bucket, ${quoted(key)} AS key, ${quoted(fetchedAt)} AS fetched,
         ${quoted(sourceType)} AS type
       FROM artifacts
       LIMIT ${countedRows + 1}
     )`,
  );
  const {rows, unknown, no_text, dates, largest, sample} = counts.parse(row);
  return {rows, unknown, noText: no_text, dates: dateForm(dates, largest, sample)};
}

export async function countNaming(target: Reader, references: readonly Reference[]): Promise<number> {
  const found = await Promise.all(
    references.map(({table: name, column}) =>
      target.query(
        `SELECT count(column) AS rows
         FROM (SELECT ${quoted(column)} AS column FROM ${quoted(name)} LIMIT ${countedRows + 1})`,
      ),
    ),
  );
  return found.flat().reduce((sum, row) => sum + Number(row['rows']), 0);
}

/** After the year 2001 milliseconds have more digits than seconds will have for a long time. */
const leastMilliseconds = 1e11;

function dateForm(type: string | null, largest: number | null, sample: string | null): DateForm {
  if (type === 'text' || type === null || largest === null)
    return sample !== null && /^\d{4}-\d\d-\d\d \d/.test(sample) ? 'sql' : 'iso';
  return largest > leastMilliseconds ? 'milliseconds' : 'seconds';
}
