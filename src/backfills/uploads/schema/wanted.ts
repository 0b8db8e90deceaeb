import {z} from 'zod';
import type {Reader} from '../../../databases/database.ts';
import type {FoundIndex} from '../found-table.ts';

/** What a table has to lose and to get. */
export interface Wanted {
  readonly drops: readonly FoundIndex[];
  /** A unique index over the rows that have a hash. */
  readonly makes: {readonly columns: readonly string[]; readonly name: string} | null;
  readonly addsMap: 'provider_uploads' | null;
  /** Names that an index can't have. */
  readonly taken: ReadonlySet<string>;
}

export function nameFor(wanted: string, taken: ReadonlySet<string>): string {
  for (let time = 1; ; time++) {
    const name = time === 1 ? wanted : `${wanted}_${time}`;
    if (!taken.has(name)) return name;
  }
}

export function columnsText({columns}: FoundIndex): string {
  return `(${columns.map(String).join(', ')})`;
}

/** How many rows the table has. */
export async function whole(target: Reader): Promise<number> {
  const [row] = await target.query('SELECT count(*) AS rows FROM assets');
  return z.object({rows: z.number()}).parse(row).rows;
}
