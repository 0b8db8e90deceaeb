import {z} from 'zod';
import type {Reader} from '../../databases/database.ts';
import {isAsInserted, isAsMerged, leftItem} from './as-left.ts';
import {type AssetSql, sqlOf} from './asset-sql.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts} from './facts.ts';
import {type ChangeGroup, groupsOf, identityOf, isRowOfItem, itemsOf} from './identities.ts';

/** What a row is now, to somebody who knows what a run made of it. */
export type Standing = 'before' | 'after' | 'neither';

const standingRow = z.object({
  identity: z.string(),
  is_made: z.number(),
  is_merged: z.number(),
  is_there: z.number(),
});

/** Of each change, whether its row is as the run left it, as it was before, or neither: somebody else has changed it. */
export async function standingOf(
  target: Reader,
  facts: AssetFacts,
  changes: readonly UploadChange[],
): Promise<readonly Standing[]> {
  const sql = sqlOf(facts);
  const found = await Promise.all(
    groupsOf(changes, facts).map(async group => {
      const rows = await target.query(standingSql(group, facts, sql), [
        group.user,
        group.provider,
        itemsOf(group.changes, change => leftItem(change, facts)),
      ]);
      return rows.map(row => standingRow.parse(row)).map(row => [placeOf(group, row.identity), row] as const);
    }),
  );
  const rows = new Map(found.flat());
  return changes.map(change => {
    const row = rows.get(placeOf(change, identityOf(change)));
    if (row === undefined) return change.before === null ? 'before' : 'neither';
    if (row.is_made === 1 || row.is_merged === 1) return 'after';
    return row.is_there === 1 ? 'neither' : 'before';
  });
}

function placeOf({user, provider}: Pick<UploadChange, 'user' | 'provider'>, identity: string): string {
  return JSON.stringify([user, provider, identity]);
}

function standingSql({identity}: ChangeGroup, facts: AssetFacts, sql: AssetSql): string {
  const {map} = sql;
  const number = (condition: string) => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
  const isThere = `${sql.same('row.provider_id', sql.param(2))} OR ${map.has('row.provider_uploads', sql.param(2))}`;
  return `SELECT item.key AS identity,
            ${number(isAsInserted(sql, facts))} AS is_made,
            ${number(isAsMerged(sql))} AS is_merged,
            ${number(isThere)} AS is_there
          FROM ${sql.items(3)}
          CROSS JOIN assets AS row
          WHERE ${isRowOfItem(sql, identity)}`;
}
