import {partsOf} from '../../core/json-parts.ts';
import type {AssetSql} from './asset-sql.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts, RowIdentity} from './facts.ts';
import {requireUser} from './user.ts';

/** Changes of one user at one provider whose rows are found by the same column: what one statement can take. */
export interface ChangeGroup {
  readonly user: string;
  readonly provider: string;
  readonly identity: RowIdentity;
  readonly changes: readonly UploadChange[];
}

/**
 * A content or object that two changes name is made by the first of them; the other finds it made. A group goes into one
 * parameter, where an item is at most twice as long as its change.
 */
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
    return partsOf([...own.values()].reverse(), bytesOf).map(part => ({
      user,
      provider,
      identity,
      changes: part,
    }));
  });
}

function bytesOf(change: UploadChange): number {
  return Buffer.byteLength(JSON.stringify(change));
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

/**
 * SQL that is true of the row of an item: `row` and `item` are in scope, parameter 1 is the user. An object's row may
 * have a hash: the backend or a repair has filled it in.
 */
export function isRowOfItem(sql: AssetSql, identity: RowIdentity): string {
  const isContent = `row.${identity} = ${sql.as(identity, 'item.key')}`;
  return `${sql.isUser(1, identity)} AND ${isContent} AND row.${identity} IS NOT NULL`;
}
