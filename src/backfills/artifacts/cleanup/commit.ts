import type {Probe} from '../../../core/probe.ts';
import type {Statement} from '../../../core/sql.ts';
import {decoded, encoded} from '../exact.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import {groupKeySql} from '../group-key.ts';
import {isUnknown, quoted} from '../names.ts';
import type {GroupChange} from './change.ts';
import {joined} from './list.ts';
import {
  batchesOf,
  groupsTable,
  isLoser,
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
     SET ${column} = groups.winner
     FROM ${moves}
     JOIN groups ON groups.at = ${moves}.at
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
  if (reference === undefined) throw new RangeError(`no reference ${at}`);
  const [table, moves] = [quoted(reference.table), movesName(at)];
  return statement(
    tables,
    `DELETE FROM ${table}
     WHERE rowid IN (
       SELECT named.rowid
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
    `AND losers.at NOT IN (SELECT losers.at FROM ${joined(reference, 'losers')})`,
    `AND losers.at NOT IN (${missing(reference, at, 'groups.winner', true)})`,
  ]);
  return statement(
    tables,
    `DELETE FROM artifacts
     WHERE ${quoted(id)} IN (
       SELECT losers.id
       FROM losers
       WHERE losers.at NOT IN (${otherCounts(facts)})
         AND ${isAsRead('losers.at', facts, references.length)}
         ${named.join('\n')}
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
     SET ${type} = ${decoded('groups.new_type')}
     FROM groups
     WHERE artifacts.${id} = groups.winner
       AND groups.new_type IS NOT NULL
       AND ${isUnknown(`artifacts.${type}`)}
       AND ${isSound('groups.at', facts, 0)}
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
         SET ${column} = groups.winner
         FROM ${moves}
         JOIN groups ON groups.at = ${moves}.at
         WHERE ${isMoveOf(moves, table, reference, `${moves}.loser`)}
           AND ${table}.${column} IS ${moves}.loser
           AND ${moves}.at NOT IN (${otherCounts(facts)})
           AND ${moves}.at NOT IN (${changedRows(facts)})
           AND ${moves}.at NOT IN (${missing(reference, at, `${moves}.loser`, false)})
         RETURNING (SELECT groups.item FROM groups) AS key`,
        'updated',
      ),
    ];
  });
}

/**
 * SQL that holds for a group that may still be changed, where the tables before this reference have been worked through:
 * of those all rows name the winner by now, and none a loser; of the others exactly those name a loser that did when the
 * change was decided. `dropped`: of this reference's own, what goes is gone.
 */
function isSound(at: string, facts: ArtifactsFacts, reference: number, dropped?: 'dropped'): string {
  const named = facts.references.flatMap((each, index) =>
    index < reference
      ? [`SELECT losers.at FROM ${joined(each, 'losers')}`, missing(each, index, 'groups.winner', true)]
      : [
          unnamed(each, index),
          missing(each, index, `${movesName(index)}.loser`, index === reference && dropped !== undefined),
        ],
  );
  return [
    `${at} NOT IN (${otherCounts(facts)})`,
    isAsRead(at, facts, reference),
    ...named.map(bad => `${at} NOT IN (${bad})`),
  ].join('\n  AND ');
}

/**
 * SQL that holds for a group whose rows are as they were read. Re-pointing may have set off a trigger of the target that
 * wrote to them: where there are any, a group of which a row was re-pointed by now was as it was read before.
 */
function isAsRead(at: string, facts: ArtifactsFacts, reference: number): string {
  const begun = facts.isTriggered
    ? facts.references.slice(0, reference).map((each, index) => ` OR ${at} IN (${begunBy(each, index)})`)
    : [];
  return `(${at} NOT IN (${changedRows(facts)})${begun.join('')})`;
}

/** Groups of which a row names the winner that named a loser when it was read. */
function begunBy(reference: Reference, at: number): string {
  const moves = movesName(at);
  return `SELECT ${moves}.at
          FROM ${moves}
          CROSS JOIN groups ON groups.at = ${moves}.at
          CROSS JOIN ${quoted(reference.table)} AS moved ON ${isMoveOf(moves, 'moved', reference, 'groups.winner')}
          WHERE moved.${quoted(reference.column)} IS groups.winner`;
}

/** Groups of which a row is gone, or not as it was read. */
function changedRows(facts: ArtifactsFacts): string {
  const {id, fetchedAt, sourceType, bucket, key} = facts;
  const type = encoded(`row.${quoted(sourceType)}`);
  return `SELECT losers.at FROM losers
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = losers.id
          WHERE row.${quoted(id)} IS NULL OR NOT (${isLoser('row', facts.columns, encoded)})
          UNION ALL
          SELECT groups.at FROM groups
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = groups.winner
          WHERE row.${quoted(id)} IS NULL
            OR ${encoded(`row.${quoted(fetchedAt)}`)} IS NOT groups.fetched_at
            OR (${type} IS NOT groups.type AND (groups.new_type IS NULL OR ${type} IS NOT groups.new_type))
            OR row.${quoted(bucket)} IS NOT groups.bucket
            OR row.${quoted(key)} IS NOT groups.key`;
}

/** Groups that have another number of rows than was read. */
function otherCounts({bucket, key, hasKeyIndex}: ArtifactsFacts): string {
  const condition = `row.${quoted(bucket)} = groups.bucket AND row.${quoted(key)} = groups.key`;
  const from = hasKeyIndex
    ? `groups CROSS JOIN artifacts AS row ON ${condition}`
    : `artifacts AS row CROSS JOIN groups ON ${condition}`;
  return `SELECT groups.at FROM ${from} GROUP BY groups.at HAVING count(*) <> groups.rows`;
}

/** Groups with a row that names a loser and that the change does not know of. */
function unnamed(reference: Reference, at: number): string {
  const moves = movesName(at);
  return `SELECT losers.at FROM ${joined(reference, 'losers')}
          LEFT JOIN ${moves} ON ${moves}.at = losers.at AND ${moves}.loser IS losers.id
            AND ${isMoveOf(moves, 'named', reference, 'losers.id')}
          WHERE ${moves}.at IS NULL`;
}

/** Groups of which a row that is to move does not name this artifact: it is gone, or somebody has re-pointed it. */
function missing(reference: Reference, at: number, artifact: string, movesAlone: boolean): string {
  const moves = movesName(at);
  const column = `named.${quoted(reference.column)}`;
  return `SELECT ${moves}.at FROM ${moves}
          CROSS JOIN groups ON groups.at = ${moves}.at
          LEFT JOIN ${quoted(reference.table)} AS named
            ON ${isMoveOf(moves, 'named', reference, artifact)} AND ${column} IS ${artifact}
          WHERE ${column} IS NULL${movesAlone ? ` AND ${moves}.drops = 0` : ''}`;
}

/** The key of the group that an artifact is of. */
function keyOf(artifact: string, {id, bucket, key}: ArtifactsFacts): string {
  return `(SELECT ${groupKeySql(`row.${quoted(bucket)}`, `row.${quoted(key)}`)} FROM artifacts AS row WHERE row.${quoted(id)} = ${artifact})`;
}
