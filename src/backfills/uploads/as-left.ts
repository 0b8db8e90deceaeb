import {allOf, quoted} from '../../core/sql.ts';
import type {AssetSql} from './asset-sql.ts';
import type {UploadChange} from './change.ts';
import {type AssetFacts, dateAs, hasColumn, type RowIdentity} from './facts.ts';

/** What of a change an undo has to know to recognise its row. */
export function leftItem(
  {key, object, before, at}: UploadChange,
  {dates}: AssetFacts,
): Readonly<Record<string, string | number | null>> {
  return {
    key,
    object,
    at: dateAs(dates, at),
    ...(before === null ? {made: 1} : {id: before.id, former: before.providerUploads}),
  };
}

/**
 * SQL that is true while a row is as the run that made it left it: nothing was added to its map, nobody has filled other
 * columns, and no row of another table refers to it. `row` and `item` are in scope, parameter 2 is the provider.
 */
export function isAsInserted(sql: AssetSql, facts: AssetFacts, identity: RowIdentity): string {
  const provider = sql.param(2);
  const object = sql.field('object');
  return allOf([
    `${sql.field('made')} IS NOT NULL`,
    ...(identity === 'sha256' ? [] : ['row.sha256 IS NULL']),
    sql.same('row.provider_asset_id', object),
    sql.map.saysOnly('row.provider_uploads', provider, object),
    isOfRun(sql, facts),
    ...facts.leftAlone.map(({column, is}) =>
      sql.same(sql.text(`row.${quoted(column)}`), sql.text(`(${is})`)),
    ),
    ...facts.references.map(
      ({table, columns}) =>
        `NOT EXISTS (SELECT 1 FROM ${table} AS naming
                     WHERE ${columns.map(({from, to}) => `naming.${quoted(from)} = row.${quoted(to)}`).join(' AND ')})`,
    ),
  ]);
}

/**
 * SQL that is true of a row that the run has made, whatever has become of it, as far as that can be told by who had its
 * object first, and when. `row` and `item` are in scope, parameter 2 is the provider.
 */
export function isOfRun(sql: AssetSql, facts: AssetFacts): string {
  const isProvider = sql.same('row.provider_id', sql.param(2));
  if (!hasColumn(facts, 'created_at')) return isProvider;
  return `${isProvider} AND ${sql.same('row.created_at', sql.as('created_at', sql.field('at')))}`;
}

/**
 * SQL that is true while the map of a row that the run found there says of the provider what the run put into it. The
 * row is another's: who made it with this provider needs no map to say so.
 */
export function isAsMerged(sql: AssetSql): string {
  const provider = sql.param(2);
  return allOf([
    `(${sql.field('id')} IS NULL OR row.id = ${sql.as('id', sql.field('id'))})`,
    `NOT (${sql.same('row.provider_id', provider)})`,
    sql.map.says('row.provider_uploads', provider, sql.field('object')),
  ]);
}
