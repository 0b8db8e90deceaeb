import {z} from 'zod';
import {jsonParts} from '../../../core/json-parts.ts';
import {allOf, quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import {decoded, type Encoded, encoded} from '../../exact.ts';
import {encodedRow, rowIn} from '../../row-text.ts';
import type {MediaFacts} from '../facts.ts';
import type {PruneChange} from './change.ts';

/** Whole rows of the catalogue, as they are read, compared and put back. */

/** Every column that can be written, and the rowid where no column has it. */
export function columnsOf({columns, id}: Pick<MediaFacts, 'columns' | 'id'>): readonly string[] {
  return columns.includes(id) ? columns : [id, ...columns];
}

/** The same as SQL, of a row under this name. */
export function rowColumnsOf(facts: Pick<MediaFacts, 'columns' | 'id'>, row: string): readonly string[] {
  return columnsOf(facts).map(name => `${row}.${quoted(name)}`);
}

const keyRow = z.looseObject({key: z.string()});

/** The rows of some keys, by key, in the order of their ids. */
export async function readWhole(
  target: Reader,
  facts: MediaFacts,
  keys: readonly string[],
): Promise<ReadonlyMap<string, PruneChange['rows']>> {
  const names = columnsOf(facts);
  const found = await Promise.all(
    jsonParts(keys).map(part =>
      target.query(
        `SELECT row.b2_key AS key, ${encodedRow(rowColumnsOf(facts, 'row'))} AS "values"
         FROM media_assets AS row
         WHERE row.b2_key IN (SELECT value FROM json_each(?))
         ORDER BY row.${quoted(facts.id)}`,
        [part],
      ),
    ),
  );
  const byKey = new Map<string, PruneChange['rows']>();
  for (const row of found.flat()) {
    const {key} = keyRow.parse(row);
    const values = rowIn(row, 'values');
    const of = (name: string): Encoded => values[names.indexOf(name)] ?? null;
    const rows = byKey.get(key) ?? [];
    rows.push({id: of(facts.id) ?? '', mediaUid: of('media_uid') ?? '', values: [...values]});
    byKey.set(key, rows);
  }
  return byKey;
}

/** Before-images as a table: `at` is the place of the item, and goneValue tells the values of the row. */
export const goneTable = `headgate_gone AS MATERIALIZED (
  SELECT value->>0 AS at, value->>1 AS key, ${decoded('value->>2')} AS id, ${decoded('value->>3')} AS media_uid, value AS row
  FROM json_each(?1)
)`;

/** Values before the first of a row's own. */
const head = 4;

export function goneParam(changes: readonly PruneChange[]): string {
  return JSON.stringify(
    changes.flatMap(({key, rows}, at) =>
      rows.map(({id, mediaUid, values}) => [at, key, id, mediaUid, ...values]),
    ),
  );
}

/** SQL of one value of a before-image. */
export function goneValue(index: number): string {
  return `headgate_gone.row->>${index + head}`;
}

/** SQL that is 1 where a row is, in all that the before-image has of it, what that says. */
export function isAsBefore(row: string, columns: readonly string[]): string {
  return allOf(columns.map((name, index) => `${encoded(`${row}.${quoted(name)}`)} IS ${goneValue(index)}`));
}
