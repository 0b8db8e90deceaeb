import {z} from 'zod';
import type {Reader} from '../../databases/database.ts';

const groupRow = z.object({collection: z.string(), rows: z.number()});

/** The table's records by collection. */
export async function countRows(target: Reader): Promise<ReadonlyMap<string, number>> {
  const rows = await target.query(
    'SELECT collection, count(*) AS rows FROM records GROUP BY collection ORDER BY collection',
  );
  return new Map(rows.map(row => groupRow.parse(row)).map(row => [row.collection, row.rows]));
}
