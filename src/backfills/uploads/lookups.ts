import {z} from 'zod';
import type {Reader} from '../../databases/database.ts';
import type {RowIdentity} from './facts.ts';

/** An index as far as it leads to rows. */
interface LeadingIndex {
  /** In its order; null is an expression, or a column by another collation than its bytes. */
  readonly columns: readonly (string | null)[];
  /** Which rows are in it, as `conditionIn` has it; null is all. */
  readonly condition: string | null;
}

/** By what a user's row is found without reading all of the user's rows. */
export function lookupsOf(indexes: readonly LeadingIndex[]): readonly RowIdentity[] {
  return (['sha256', 'provider_asset_id'] as const).filter(name =>
    indexes.some(({columns: [first, second], condition}) => {
      const leads = first === name || (first === 'user_id' && second === name);
      return leads && (condition === null || condition === `${name} is not null`);
    }),
  );
}

const indexRow = z.object({
  sql: z.string().nullable(),
  partial: z.number(),
  columns: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.string().nullable())),
});

/** The indexes of assets in SQLite, those of constraints among them. */
export async function sqliteIndexes(target: Reader): Promise<readonly LeadingIndex[]> {
  const rows = await target.query(
    `SELECT list.partial,
       (SELECT made.sql FROM sqlite_schema AS made WHERE made.type = 'index' AND made.name = list.name) AS sql,
       (SELECT json_group_array(CASE info.coll WHEN 'BINARY' THEN info.name END)
        FROM pragma_index_xinfo(list.name) AS info
        WHERE info.key = 1) AS columns
     FROM pragma_index_list('assets') AS list`,
  );
  return rows
    .map(row => indexRow.parse(row))
    .map(({sql, partial, columns}) => ({columns, condition: partial === 1 ? conditionIn(sql ?? '') : null}));
}

/** `sha256 is not null`, however it is written. */
export function conditionIn(sql: string): string {
  const [, condition = ''] = /\bWHERE\b([\s\S]*)$/i.exec(sql) ?? [];
  return condition
    .replace(/["`[\]();]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
