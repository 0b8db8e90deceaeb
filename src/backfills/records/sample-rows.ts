import {z} from 'zod';
import type {Reader} from '../../databases/database.ts';

const recordRow = z.object({uri: z.string(), collection: z.string(), cid: z.string(), record: z.string()});
export type SampledRow = z.infer<typeof recordRow>;

const rowsAtOnce = 1_000;

/**
 * Rows of the whole table, drawn by a hash of their URI so that they lie everywhere; all of them where they are not more
 * than `most`. In pages; memory is one.
 */
export async function* sampleRows(
  target: Reader,
  {
    rows,
    most,
    where,
    offset,
  }: {
    readonly rows: number;
    readonly most: number;
    readonly where: string;
    /** At least 0, less than 1: which of the possible samples it is. */
    readonly offset: number;
  },
): AsyncGenerator<readonly SampledRow[]> {
  const parts = Math.max(1, Math.ceil(rows / most));
  const part = Math.floor(offset * parts);
  for (let after = ''; ; ) {
    const page = await target.query(
      `SELECT uri, collection, cid, record::text AS record FROM records
       WHERE uri > $1 AND ${where} AND (hashtext(uri) & 2147483647) % $2::int = $3::int
       ORDER BY uri LIMIT ${rowsAtOnce}`,
      [after, parts, part],
    );
    if (page.length > 0) yield page.map(row => recordRow.parse(row));
    if (page.length < rowsAtOnce) return;
    after = String(page.at(-1)?.['uri']);
  }
}
