import {z} from 'zod';
import type {SqlValue} from '../../core/sql.ts';
import type {Reader} from '../../databases/database.ts';
import {sqlOf} from './asset-sql.ts';
import type {AssetFacts} from './facts.ts';

/** Rows of assets with neighbouring ids: a request to D1 has 30 s. */
export interface IdChunk {
  /** SQL that is true of them, of the table `row`, with its parameters from this number on. */
  where(from: number): string;
  readonly params: readonly SqlValue[];
}

const lastRow = z.object({id: z.string()}).optional();

/** All rows of the table, so many at once, in the order of their ids. */
export async function* idChunks(
  target: Reader,
  facts: AssetFacts,
  rowsAtOnce: number,
  signal?: AbortSignal,
): AsyncGenerator<IdChunk> {
  const sql = sqlOf(facts);
  const compared = (how: '>' | '<=', number: number) => `row.id ${how} ${sql.as('id', sql.param(number))}`;
  for (let from: string | null = null; ; ) {
    signal?.throwIfAborted();
    const [row] = await target.query(
      `SELECT ${sql.text('row.id')} AS id
       FROM assets AS row ${from === null ? '' : `WHERE ${compared('>', 1)}`}
       ORDER BY row.id LIMIT 1 OFFSET ${rowsAtOnce - 1}`,
      from === null ? [] : [from],
    );
    const last = lastRow.parse(row)?.id ?? null;
    const bounds = [...bound('>', from), ...bound('<=', last)];
    yield {
      where: number => bounds.map(({how}, index) => compared(how, number + index)).join(' AND ') || 'true',
      params: bounds.map(({value}) => value),
    };
    if (last === null) return;
    from = last;
  }
}

function bound<How extends '>' | '<='>(how: How, value: string | null) {
  return value === null ? [] : [{how, value}];
}
