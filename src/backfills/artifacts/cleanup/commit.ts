import type {Probe} from '../../../core/probe.ts';
import type {Statement} from '../../../core/sql.ts';
import {allOf, quoted} from '../../../core/sql.ts';
import {decoded} from '../../exact.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {groupKeySql} from '../group-key.ts';
import {isUnknown} from '../names.ts';
import type {GroupChange} from './change.ts';
import {joined} from './joined.ts';
import {changedRows, isAsRead, isSound, missing, otherCounts} from './sound.ts';
import {
  batchesOf,
  groupsTable,
  isMoveOf,
  isOf,
  itemKey,
  losersTable,
  movesName,
  movesTable,
  statement,
  type Table,
} from './tables.ts';

/**
 * The statements of a page, table by table: re-point what names a loser, then delete the losers that nothing names any
 * more. A group is done as a whole or not at all: it is left alone where one of its rows, or the number of them, is not as
 * it was read, and where something names a loser that the change does not know of. Whatever ran before within the
 * transaction, each statement comes to the same answer: what named a loser was all re-pointed, or none of it.
 */
export function commitGroups(
  changes: readonly GroupChange[],
  {facts}: Probe<ArtifactsFacts>,
): readonly Statement[] {
  return batchesOf(changes).flatMap(batch =>
    batch
      .flatMap(change => (change.deletes ? [] : movePart(change, facts)))
      .concat(batch.some(({deletes}) => deletes) ? cleanUp(batch, facts) : []),
  );
}

function cleanUp(changes: readonly GroupChange[], facts: ArtifactsFacts): readonly Statement[] {
  const {references} = facts;
  const tables = [
    groupsTable(changes),
    losersTable(changes, facts),
    ...references.map((reference, at) => movesTable(changes, reference, at)),
  ];
  return [
    ...(changes.some(({type}) => type !== null) ? [takeType(changes, tables, facts)] : []),
    ...references.flatMap((reference, at) => [
      ...(changes.some(({drops}) => drops.some(isOf(reference)))
        ? [dropDoubles(changes, tables, facts, at)]
        : []),
      ...(changes.some(({moves}) => moves.some(isOf(reference)))
        ? [repoint(changes, tables, facts, at)]
        : []),
    ]),
    deleteLosers(changes, tables, facts),
  ];
}

/** Rows of one table that name losers name the winner. */
function repoint(
  changes: readonly GroupChange[],
  tables: readonly Table[],
  facts: ArtifactsFacts,
  at: number,
): Statement {
  const reference = facts.references[at];
  if (reference === undefined) throw new RangeError(`no reference ${at}`);
  const [table, column, moves] = [quoted(reference.table), quoted(reference.column), movesName(at)];
  return statement(
    tables,
    `UPDATE ${table}
     SET ${column} = headgate_groups.winner
     FROM ${moves}
     JOIN headgate_groups ON headgate_groups.at = ${moves}.at
     WHERE ${isMoveOf(moves, table, reference, `${moves}.loser`)}
       AND ${table}.${column} IS ${moves}.loser
       AND ${moves}.drops = 0
       AND ${isSound(`${moves}.at`, facts, at, 'dropped')}
     RETURNING ${itemKey(changes, keyOf(`${table}.${column}`, facts))} AS key`,
    'updated',
  );
}

/** Rows that would be doubles of the winner's go, by the rule that says so. */
function dropDoubles(
  changes: readonly GroupChange[],
  tables: readonly Table[],
  facts: ArtifactsFacts,
  at: number,
): Statement {
  const reference = facts.references[at];
  if (reference === undefined || reference.rowid === null) throw new RangeError(`no reference ${at}`);
  const rowid = quoted(reference.rowid);
  const [table, moves] = [quoted(reference.table), movesName(at)];
  return statement(
    tables,
    `DELETE FROM ${table}
     WHERE ${rowid} IN (
       SELECT named.${rowid}
       FROM ${moves}
       CROSS JOIN ${table} AS named ON ${isMoveOf(moves, 'named', reference, `${moves}.loser`)}
       WHERE named.${quoted(reference.column)} IS ${moves}.loser
         AND ${moves}.drops = 1
         AND ${isSound(`${moves}.at`, facts, at)}
     )
     RETURNING ${itemKey(changes, keyOf(`${table}.${quoted(reference.column)}`, facts))} AS key`,
    'deleted',
  );
}

/** Losers that nothing names any more, of groups of which nothing names any, and all that did names the winner. */
function deleteLosers(
  changes: readonly GroupChange[],
  tables: readonly Table[],
  facts: ArtifactsFacts,
): Statement {
  const {references, bucket, key, id} = facts;
  const named = references.flatMap((reference, at) => [
    `headgate_losers.at NOT IN (SELECT headgate_losers.at FROM ${joined(reference, 'headgate_losers')})`,
    `headgate_losers.at NOT IN (${missing(reference, at, 'headgate_groups.winner', true)})`,
  ]);
  const isDone = allOf([
    `headgate_losers.at NOT IN (${otherCounts(facts)})`,
    isAsRead('headgate_losers.at', facts, references.length),
    ...named,
  ]);
  return statement(
    tables,
    `DELETE FROM artifacts
     WHERE ${quoted(id)} IN (
       SELECT headgate_losers.id
       FROM headgate_losers
       WHERE ${isDone}
     )
     RETURNING ${itemKey(changes, groupKeySql(quoted(bucket), quoted(key)))} AS key`,
    'deleted',
  );
}

/**
 * The winner takes over the type that a loser has, only where it says nothing itself. It comes first: afterwards nobody
 * could tell losers that this page deleted from those that somebody else has.
 */
function takeType(
  changes: readonly GroupChange[],
  tables: readonly Table[],
  facts: ArtifactsFacts,
): Statement {
  const [id, type] = [quoted(facts.id), quoted(facts.sourceType)];
  return statement(
    tables,
    `UPDATE artifacts
     SET ${type} = ${decoded('headgate_groups.new_type')}
     FROM headgate_groups
     WHERE artifacts.${id} = headgate_groups.winner
       AND headgate_groups.new_type IS NOT NULL
       AND ${isUnknown(`artifacts.${type}`)}
       AND ${isSound('headgate_groups.at', facts, 0)}
     RETURNING ${itemKey(changes, groupKeySql(`artifacts.${quoted(facts.bucket)}`, `artifacts.${quoted(facts.key)}`))} AS key`,
    'updated',
  );
}

/** A part of a group re-points its slice, while the group's rows are as they were read. */
function movePart(change: GroupChange, facts: ArtifactsFacts): readonly Statement[] {
  return facts.references.flatMap((reference, at) => {
    if (!change.moves.some(isOf(reference))) return [];
    const [table, column, moves] = [quoted(reference.table), quoted(reference.column), movesName(at)];
    return [
      statement(
        [groupsTable([change]), losersTable([change], facts), movesTable([change], reference, at)],
        `UPDATE ${table}
         SET ${column} = headgate_groups.winner
         FROM ${moves}
         JOIN headgate_groups ON headgate_groups.at = ${moves}.at
         WHERE ${isMoveOf(moves, table, reference, `${moves}.loser`)}
           AND ${table}.${column} IS ${moves}.loser
           AND ${moves}.at NOT IN (${otherCounts(facts)})
           AND ${moves}.at NOT IN (${changedRows(facts)})
           AND ${moves}.at NOT IN (${missing(reference, at, `${moves}.loser`, false)})
         RETURNING (SELECT headgate_groups.item FROM headgate_groups) AS key`,
        'updated',
      ),
    ];
  });
}

/** The key of the group that an artifact is of. */
function keyOf(artifact: string, {id, bucket, key}: ArtifactsFacts): string {
  return `(SELECT ${groupKeySql(`row.${quoted(bucket)}`, `row.${quoted(key)}`)} FROM artifacts AS row WHERE row.${quoted(id)} = ${artifact})`;
}
