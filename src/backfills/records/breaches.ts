import {z} from 'zod';
import type {Breach} from '../../core/checks.ts';
import type {SqlValue} from '../../core/sql.ts';
import type {Reader} from '../../databases/database.ts';

const sampled = 5;
const countRow = z.object({count: z.number()});

/** The rows for which a condition holds: how many, and the first of them with some of their columns. */
export async function breaches(
  target: Reader,
  condition: string,
  params: readonly SqlValue[],
  shown: string,
): Promise<{readonly count: number; readonly sample: readonly Breach[]}> {
  const [[counted], rows] = await Promise.all([
    target.query(`SELECT count(*) AS count FROM records WHERE ${condition}`, params),
    target.query(
      `SELECT uri, did, collection, rkey, cid FROM records WHERE ${condition} ORDER BY uri LIMIT ${sampled}`,
      params,
    ),
  ]);
  return {
    count: countRow.parse(counted).count,
    sample: rows.map(row => ({
      key: String(row['uri']),
      detail: shown
        .split(' ')
        .map(column => `${column} ${String(row[column])}`)
        .join(', '),
    })),
  };
}
