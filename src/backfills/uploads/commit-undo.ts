import type {Statement} from '../../core/sql.ts';
import {isAsInserted, isAsMerged, leftItem} from './as-left.ts';
import {type AssetSql, sqlOf} from './asset-sql.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts} from './facts.ts';
import {type ChangeGroup, groupsOf, isRowOfItem, itemsOf} from './identities.ts';

/**
 * Takes rows away that a run has made, and its provider out of the maps of rows that it found, each only while the row
 * is as the run left it. What was to be made and was found made by then is taken back the second way.
 */
export function undoUploads(changes: readonly UploadChange[], facts: AssetFacts): readonly Statement[] {
  const sql = sqlOf(facts);
  return groupsOf(changes, facts).flatMap(group => {
    const made = group.changes.filter(({before}) => before === null);
    return [
      ...(made.length === 0 ? [] : [deleteAssets({...group, changes: made}, facts, sql)]),
      unmergeUploads(group, facts, sql),
    ];
  });
}

function deleteAssets(group: ChangeGroup, facts: AssetFacts, sql: AssetSql): Statement {
  const {identity} = group;
  return {
    sql: `DELETE FROM assets
          WHERE id IN (
            SELECT row.id
            FROM ${sql.pairs(3, identity)}
            WHERE ${isRowOfItem(sql, identity)}
              AND ${isAsInserted(sql, facts, identity)}
          )
          RETURNING ${sql.fieldOf(3, identity, 'key')} AS key`,
    params: paramsOf(group, facts),
    counts: 'deleted',
  };
}

/** Where nothing but this was added to the map, it gets the very text back that it had. */
function unmergeUploads(group: ChangeGroup, facts: AssetFacts, sql: AssetSql): Statement {
  const {identity} = group;
  const {map} = sql;
  const [uploads, provider, object] = ['row.provider_uploads', sql.param(2), sql.field('object')];
  const former = sql.field('former');
  const {from, where} = sql.joined(3, identity, isRowOfItem(sql, identity));
  return {
    sql: `UPDATE assets AS row
          SET provider_uploads = CASE
            WHEN ${sql.field('made')} IS NULL AND ${map.isJust(uploads, former, provider, object)}
            THEN ${map.former(former)}
            ELSE ${map.without(uploads, provider)}
          END
          FROM ${from}
          WHERE ${where} AND ${isAsMerged(sql)}
          RETURNING ${sql.fieldOf(3, identity, 'key')} AS key`,
    params: paramsOf(group, facts),
    counts: 'updated',
  };
}

function paramsOf({user, provider, changes}: ChangeGroup, facts: AssetFacts): Statement['params'] {
  return [user, provider, itemsOf(changes, change => leftItem(change, facts))];
}
