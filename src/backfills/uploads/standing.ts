import {z} from 'zod';
import type {Reader} from '../../databases/database.ts';
import {isAsInserted, isAsMerged, isOfRun, leftItem} from './as-left.ts';
import type {AssetRow} from './asset-row.ts';
import {isAtProvider, sqlOf} from './asset-sql.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts} from './facts.ts';
import {type ChangeGroup, groupsOf, identityOf, isRowOfItem, itemsOf} from './identities.ts';
import {readByIds} from './read-all.ts';
import {isAt} from './rows-of.ts';

/** What a row is now, to somebody who knows what a run made of it. */
export type Standing = 'before' | 'after' | 'neither';

const truth = z.number().transform(value => value === 1);
const standingRow = z.object({
  identity: z.string(),
  is_made: truth,
  is_merged: truth,
  is_of_run: truth,
  is_there: truth,
});
type StandingRow = z.infer<typeof standingRow>;

/**
 * Of each change, whether its row is as the run left it, as it was before, or neither: somebody else has changed it. A
 * row that the run has made may have got another hash since, and is then found by its object.
 */
export async function standingOf(
  target: Reader,
  facts: AssetFacts,
  changes: readonly UploadChange[],
): Promise<readonly Standing[]> {
  const recorded = changes.filter(({restores}) => restores !== true);
  const [rows, restored] = await Promise.all([
    standingRows(target, facts, recorded),
    restoredRows(target, facts, changes),
  ]);
  const missing = recorded.filter(
    change => change.before === null && change.sha256 !== null && !rows.has(placeOf(change)),
  );
  const others = await standingRows(target, facts, missing.map(byObject));
  return changes.map(change => {
    if (change.restores === true)
      return isAt(restored.get(change.before?.id ?? '') ?? null, change.provider) ? 'after' : 'neither';
    const row = rows.get(placeOf(change));
    if (row === undefined) {
      const isLeft = change.before === null && others.get(placeOf(byObject(change)))?.is_of_run !== true;
      return isLeft ? 'before' : 'neither';
    }
    if (row.is_made || row.is_merged) return 'after';
    return row.is_there ? 'neither' : 'before';
  });
}

/** Rows that said before what was restored, by their ids. */
function restoredRows(target: Reader, facts: AssetFacts, changes: readonly UploadChange[]) {
  const ids = changes.flatMap(({restores, before}) =>
    restores === true && before !== null ? [before.id] : [],
  );
  return ids.length === 0 ? new Map<string, AssetRow>() : readByIds(target, facts, ids);
}

function byObject(change: UploadChange): UploadChange {
  return {...change, sha256: null};
}

function placeOf(change: UploadChange): string {
  return JSON.stringify([change.user, change.provider, change.sha256 === null, identityOf(change)]);
}

async function standingRows(
  target: Reader,
  facts: AssetFacts,
  changes: readonly UploadChange[],
): Promise<ReadonlyMap<string, StandingRow>> {
  const found = await Promise.all(
    groupsOf(changes, facts).map(async group => {
      const places = new Map(group.changes.map(change => [identityOf(change), placeOf(change)]));
      const rows = await target.query(standingSql(group, facts), [
        group.user,
        group.provider,
        itemsOf(group.changes, change => leftItem(change, facts)),
      ]);
      return rows
        .map(row => standingRow.parse(row))
        .toSorted((one, other) => nearness(one) - nearness(other))
        .map(row => [places.get(row.identity) ?? '', row] as const);
    }),
  );
  return new Map(found.flat());
}

/** Of several rows of an item, it goes by the one that the run has most to do with. */
function nearness({is_made, is_merged, is_of_run, is_there}: StandingRow): number {
  return [is_there, is_of_run, is_merged, is_made].lastIndexOf(true);
}

function standingSql({identity}: ChangeGroup, facts: AssetFacts): string {
  const sql = sqlOf(facts);
  const number = (condition: string) => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
  return `SELECT item.key AS identity,
            ${number(isAsInserted(sql, facts, identity))} AS is_made,
            ${number(isAsMerged(sql))} AS is_merged,
            ${number(isOfRun(sql, facts))} AS is_of_run,
            ${number(isAtProvider(sql, 2))} AS is_there
          FROM ${sql.pairs(3, identity)}
          WHERE ${isRowOfItem(sql, identity)}`;
}
