import type {Probe} from '../../../core/probe.ts';
import type {Statement} from '../../../core/sql.ts';
import {quoted} from '../../../core/sql.ts';
import type {UndoObstacle} from '../../backfill.ts';
import {decoded, encoded} from '../../exact.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import {groupKeySql} from '../group-key.ts';
import type {GroupChange} from './change.ts';
import {
  batchesOf,
  droppedColumns,
  dropsTable,
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

/** What a unique index forbids can't be put back while it is there. */
export function indexObstacle({facts}: Probe<ArtifactsFacts>): UndoObstacle | null {
  const {uniqueIndex} = facts;
  if (uniqueIndex === null) return null;
  return {
    message: `${uniqueIndex.name} keeps an object from having several rows, as it had before the clean-up`,
    backfill: 'artifacts-index',
    key: uniqueIndex.name,
    remedy:
      uniqueIndex.sql === null
        ? 'It is a constraint of the table itself: the rows can not be put back.'
        : `If it is to go, drop it by hand: DROP INDEX ${quoted(uniqueIndex.name)};`,
  };
}

/**
 * The statements that put groups back: first the losers, so that nothing ever names what is not there; then what named
 * them; then what was deleted beside. Groups come before parts, which find their losers there.
 */
export function undoGroups(
  changes: readonly GroupChange[],
  {facts}: Probe<ArtifactsFacts>,
): readonly Statement[] {
  // The last part of a group has all its losers.
  const ordered = changes.toSorted((a, b) => Number(b.deletes) - Number(a.deletes));
  return batchesOf(ordered).flatMap(batch => putBack(batch, facts));
}

function putBack(changes: readonly GroupChange[], facts: ArtifactsFacts): readonly Statement[] {
  const {references} = facts;
  const all = references.map((reference, at) => movesTable(changes, reference, at));
  const tables = [groupsTable(changes), losersTable(changes, facts), ...all];
  return [
    insertLosers(changes, tables, facts),
    ...references.flatMap((reference, at) => [
      ...(changes.some(({moves}) => moves.some(isOf(reference)))
        ? [pointBack(changes, tables, facts, at)]
        : []),
      ...(changes.some(({drops}) => drops.some(isOf(reference)))
        ? [insertDrops(changes, facts, reference)]
        : []),
    ]),
    ...(changes.some(({type}) => type !== null) ? [typeBack(changes, facts)] : []),
  ];
}

function insertLosers(
  changes: readonly GroupChange[],
  tables: readonly Table[],
  facts: ArtifactsFacts,
): Statement {
  const columns = changes[0]?.columns ?? facts.columns;
  const values = columns.map((_, index) => decoded(`headgate_losers.row->>${index + 2}`));
  const id = quoted(facts.id);
  return statement(
    tables,
    `INSERT INTO artifacts (${columns.map(quoted).join(', ')})
     SELECT ${values.join(', ')}
     FROM headgate_losers
     WHERE NOT EXISTS (SELECT 1 FROM artifacts AS row WHERE row.${id} = headgate_losers.id)
       AND headgate_losers.at NOT IN (${withoutWinner(facts)})
       ${facts.references.map((reference, at) => `AND headgate_losers.at NOT IN (${otherwise(reference, at)})`).join('\n')}
     RETURNING ${itemKey(changes, groupKeySql(quoted(facts.bucket), quoted(facts.key)))} AS key`,
    'inserted',
  );
}

function pointBack(
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
     SET ${column} = ${moves}.loser
     FROM ${moves}
     JOIN headgate_groups ON headgate_groups.at = ${moves}.at
     WHERE ${isMoveOf(moves, table, reference, 'headgate_groups.winner')}
       AND ${table}.${column} IS headgate_groups.winner
       AND ${moves}.drops = 0
       AND ${moves}.at NOT IN (${incomplete(facts, changes[0]?.columns ?? facts.columns)})
     RETURNING ${itemKey(changes, groupOf(`${table}.${column}`, facts))} AS key`,
    'updated',
  );
}

/** The key of the group that an artifact is of, which is there again. */
function groupOf(artifact: string, {id, bucket, key}: ArtifactsFacts): string {
  return `(SELECT ${groupKeySql(`row.${quoted(bucket)}`, `row.${quoted(key)}`)} FROM artifacts AS row WHERE row.${quoted(id)} = ${artifact})`;
}

function insertDrops(
  changes: readonly GroupChange[],
  facts: ArtifactsFacts,
  reference: Reference,
): Statement {
  const [first] = changes.flatMap(({drops}) => drops.filter(isOf(reference)));
  const columns = first === undefined ? reference.columns : droppedColumns(first);
  const values = columns.map((_, index) => decoded(`headgate_drops.row->>${index + 1}`));
  return statement(
    [groupsTable(changes), losersTable(changes, facts), dropsTable(changes, reference)],
    `INSERT INTO ${quoted(reference.table)} (${columns.map(quoted).join(', ')})
     SELECT ${values.join(', ')}
     FROM headgate_drops
     WHERE headgate_drops.at NOT IN (${incomplete(facts, changes[0]?.columns ?? facts.columns)})
     RETURNING ${itemKey(changes, groupOf(`${quoted(reference.table)}.${quoted(reference.column)}`, facts))} AS key`,
    'inserted',
  );
}

function typeBack(changes: readonly GroupChange[], facts: ArtifactsFacts): Statement {
  const [id, type] = [quoted(facts.id), quoted(facts.sourceType)];
  return statement(
    [groupsTable(changes), losersTable(changes, facts)],
    `UPDATE artifacts
     SET ${type} = ${decoded('headgate_groups.type')}
     FROM headgate_groups
     WHERE artifacts.${id} = headgate_groups.winner
       AND headgate_groups.new_type IS NOT NULL
       AND ${encoded(`artifacts.${type}`)} IS headgate_groups.new_type
       AND headgate_groups.at NOT IN (${incomplete(facts, changes[0]?.columns ?? facts.columns)})
     RETURNING ${itemKey(changes, groupKeySql(`artifacts.${quoted(facts.bucket)}`, `artifacts.${quoted(facts.key)}`))} AS key`,
    'updated',
  );
}

/** Groups whose winner is gone, or has another type than before the run and after it. */
function withoutWinner({id, sourceType}: ArtifactsFacts): string {
  const type = encoded(`row.${quoted(sourceType)}`);
  return `SELECT headgate_groups.at FROM headgate_groups
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = headgate_groups.winner
          WHERE row.${quoted(id)} IS NULL
            OR (headgate_groups.new_type IS NOT NULL AND ${type} IS NOT headgate_groups.new_type AND ${type} IS NOT headgate_groups.type)`;
}

/** Groups of which a row that was re-pointed names neither winner nor loser, or is gone. */
function otherwise(reference: Reference, at: number): string {
  const moves = movesName(at);
  const column = `named.${quoted(reference.column)}`;
  return `SELECT ${moves}.at FROM ${moves}
          CROSS JOIN headgate_groups ON headgate_groups.at = ${moves}.at
          LEFT JOIN ${quoted(reference.table)} AS named ON ${isMoveOf(moves, 'named', reference, 'headgate_groups.winner', `${moves}.loser`)}
          WHERE ${moves}.drops = 0 AND (${column} IS NULL OR (${column} IS NOT headgate_groups.winner AND ${column} IS NOT ${moves}.loser))`;
}

/** Groups of which a loser is not there as it was. */
function incomplete({id}: ArtifactsFacts, columns: readonly string[]): string {
  return `SELECT headgate_losers.at FROM headgate_losers
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = headgate_losers.id
          WHERE row.${quoted(id)} IS NULL OR NOT (${isLoser('row', columns, encoded)})`;
}
