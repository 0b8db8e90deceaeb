import type {AssetSql} from './asset-sql.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts} from './facts.ts';
import {requireUser} from './user.ts';

/** Changes of one user at one provider whose rows are found by the same column: what one statement can take. */
export interface ChangeGroup {
  readonly user: string;
  readonly provider: string;
  /** A row without a hash is known by its object. */
  readonly identity: 'sha256' | 'provider_asset_id';
  readonly changes: readonly UploadChange[];
}

/** A content or object that two changes name is made by the first of them; the other finds it made. */
export function groupsOf(changes: readonly UploadChange[], facts: AssetFacts): readonly ChangeGroup[] {
  const groups = Map.groupBy(changes, ({user, provider, sha256}) =>
    JSON.stringify([user, provider, sha256 === null]),
  );
  return [...groups.values()].flatMap((ofGroup): readonly ChangeGroup[] => {
    const [first] = ofGroup;
    if (first === undefined) return [];
    const {user, provider, sha256} = first;
    requireUser(facts, user);
    const own = new Map(ofGroup.toReversed().map(change => [identityOf(change), change]));
    const identity = sha256 === null ? 'provider_asset_id' : 'sha256';
    return [{user, provider, identity, changes: [...own.values()].reverse()}];
  });
}

export function identityOf({sha256, object}: Pick<UploadChange, 'sha256' | 'object'>): string {
  return sha256 ?? object;
}

/** The changes of a group as one parameter, by identity. */
export function itemsOf(
  changes: readonly UploadChange[],
  itemOf: (change: UploadChange) => Readonly<Record<string, string | number | null>>,
): string {
  return JSON.stringify(Object.fromEntries(changes.map(change => [identityOf(change), itemOf(change)])));
}

/** SQL that is true of the row of an item: `row` and `item` are in scope, parameter 1 is the user. */
export function isRowOfItem(sql: AssetSql, identity: ChangeGroup['identity']): string {
  const isUser = `row.user_id = ${sql.as('user_id', sql.param(1))}`;
  const isContent = `row.${identity} = ${sql.as(identity, 'item.key')}`;
  const isHashed = `row.sha256 IS ${identity === 'sha256' ? 'NOT NULL' : 'NULL'}`;
  return `${isUser} AND ${isContent} AND ${isHashed}`;
}
