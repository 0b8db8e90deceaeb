import type {Statement} from '../../core/sql.ts';
import {type AssetSql, isAtProvider, sqlOf} from './asset-sql.ts';
import type {UploadChange} from './change.ts';
import {type AssetColumn, type AssetFacts, dateAs, hasColumn, type RowIdentity} from './facts.ts';
import {type ChangeGroup, groupsOf, isRowOfItem, itemsOf} from './identities.ts';

/**
 * The statements of a page: one that makes rows, and one that puts the provider into the map of rows that are there, for
 * each way to find a row. Both go by what is in the table when they run: a row that somebody else has made since the
 * decision gets the provider too, and one that has the provider already is never touched.
 */
export function commitUploads(changes: readonly UploadChange[], facts: AssetFacts): readonly Statement[] {
  const [restored, recorded] = [changes.filter(isRestored), changes.filter(change => !isRestored(change))];
  return [
    ...groupsOf(recorded, facts).flatMap(group => {
      const inserts = group.changes.filter(({before}) => before === null);
      return [
        ...(inserts.length === 0 ? [] : [insertAssets({...group, changes: inserts}, facts)]),
        mergeUploads(group, facts),
      ];
    }),
    ...groupsOf(restored, facts).map(group => confirmUploads(group, facts)),
  ];
}

function isRestored({restores}: UploadChange): boolean {
  return restores === true;
}

function insertAssets({user, provider, identity, changes}: ChangeGroup, facts: AssetFacts): Statement {
  const sql = sqlOf(facts);
  const values = insertedValues(facts, sql, identity);
  const columns = Object.keys(values);
  const {unique} = facts;
  return {
    sql: `INSERT INTO assets (${columns.join(', ')})
          SELECT ${Object.values(values).join(', ')}
          FROM ${sql.items(3)}
          WHERE item.key NOT IN (
            SELECT item.key
            FROM ${sql.pairs(3, identity)}
            WHERE ${isRowOfItem(sql, identity)}
          )
          ${unique === 'user' ? 'ON CONFLICT (user_id, sha256) WHERE sha256 IS NOT NULL DO NOTHING' : ''}
          RETURNING ${sql.fieldOf(3, identity, 'key')} AS key`,
    params: [user, provider, itemsOf(changes, change => insertedItem(change, facts))],
    counts: 'inserted',
  };
}

function insertedItem(change: UploadChange, facts: AssetFacts) {
  const {key, object, phash64, kind, mime, size, at} = change;
  return {
    key,
    object,
    ...(phash64 === null ? {} : {phash64: looksAs(facts, phash64)}),
    kind,
    mime,
    size,
    at: dateAs(facts.dates, at),
  };
}

/** SQL of the value of each column that an insert names. */
function insertedValues(
  facts: AssetFacts,
  sql: AssetSql,
  identity: RowIdentity,
): Readonly<Partial<Record<AssetColumn, string>>> {
  const provider = sql.param(2);
  const field = (column: AssetColumn, name: string = column) =>
    hasColumn(facts, column) ? {[column]: sql.as(column, sql.field(name))} : {};
  return {
    ...(facts.newId === 'uuid' ? {id: sql.as('id', sql.newId)} : {}),
    user_id: sql.as('user_id', sql.param(1)),
    ...(identity === 'sha256' ? {sha256: sql.as('sha256', 'item.key')} : {}),
    ...field('phash64'),
    provider_id: sql.as('provider_id', provider),
    ...field('provider_asset_id', 'object'),
    provider_uploads: sql.map.only(provider, sql.field('object')),
    ...field('kind'),
    ...field('mime'),
    ...field('size'),
    ...field('created_at', 'at'),
    ...(facts.fills.includes('last_accessed_at') ? field('last_accessed_at', 'at') : {}),
  };
}

/** Hex, or the same 64 bits as a number with a sign, in text: JSON would round it. */
function looksAs({types}: AssetFacts, phash64: string): string {
  return /int/i.test(types.phash64 ?? '') ? String(BigInt.asIntN(64, BigInt(`0x${phash64}`))) : phash64;
}

/** Finds the rows that still say what was restored by now, by their ids. Nothing in them is another afterwards. */
function confirmUploads({provider, changes}: ChangeGroup, facts: AssetFacts): Statement {
  const sql = sqlOf(facts);
  const items = changes.flatMap(({key, before}) => (before === null ? [] : [[before.id, {key}] as const]));
  return {
    sql: `UPDATE assets AS row
          SET provider_id = row.provider_id
          FROM ${sql.items(2)}
          WHERE row.id = ${sql.as('id', 'item.key')}
            AND (${isAtProvider(sql, 1)})
          RETURNING ${sql.fieldOf(2, sql.text('id'), 'key')} AS key`,
    params: [provider, JSON.stringify(Object.fromEntries(items))],
    counts: 'updated',
  };
}

/**
 * Puts a provider into the map of rows that don't have it, by one statement that reads and writes the map in the
 * database: what others put into it at the same time stays.
 */
export function mergeUploads({user, provider, identity, changes}: ChangeGroup, facts: AssetFacts): Statement {
  const sql = sqlOf(facts);
  const {map} = sql;
  const [uploads, id] = ['row.provider_uploads', 'row.provider_id'];
  const {from, where} = sql.joined(3, identity, isRowOfItem(sql, identity));
  return {
    sql: `UPDATE assets AS row
          SET provider_uploads = ${map.with(uploads, sql.param(2), sql.field('object'))}
          FROM ${from}
          WHERE ${where}
            AND (${sql.field('id')} IS NULL OR row.id = ${sql.as('id', sql.field('id'))})
            AND NOT (${sql.same(id, sql.param(2))})
            AND (${map.takes(uploads)})
            AND NOT (${map.has(uploads, sql.param(2))})
          RETURNING ${sql.fieldOf(3, identity, 'key')} AS key`,
    params: [
      user,
      provider,
      itemsOf(changes, ({key, object, before}) => ({
        key,
        object,
        ...(before === null ? {} : {id: before.id}),
      })),
    ],
    counts: 'updated',
  };
}
