import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Statement} from '../../../core/sql.ts';
import type {Io, UndoObstacle} from '../../backfill.ts';
import {decoded, encoded} from '../exact.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import {groupKeySql} from '../group-key.ts';
import {quoted} from '../names.ts';
import type {GroupChange} from './change.ts';
import type {ArtifactsCleanup} from './cleanup.ts';
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

/** A group is put back as a whole: where all its losers are gone, and all that named one still names the winner. */
export async function decideUndo(
  changes: readonly GroupChange[],
  {target}: Pick<Io<ArtifactsCleanup>, 'target'>,
  {facts}: Probe<ArtifactsFacts>,
): Promise<readonly Decision<GroupChange>[]> {
  const [first] = changes;
  if (first === undefined) return [];
  const lost = first.columns.filter(name => !facts.columns.includes(name));
  if (lost.length > 0)
    return changes.map(() => ({
      action: 'conflict',
      reason: `artifacts has lost the column ${lost.join(', ')} since the run`,
    }));
  const [groups, losers, ...moves] = await Promise.all([
    ask(target, [groupsTable(changes)], winnersSql(facts)),
    ask(target, [losersTable(changes, facts)], losersSql(facts, first.columns)),
    ...facts.references.map((reference, at) =>
      ask(target, [groupsTable(changes), movesTable(changes, reference, at)], movesSql(reference, at)),
    ),
  ]);
  const standing = (rows: readonly Standing[] | undefined, at: number) =>
    rows?.find(row => row.at === at) ?? {at, rows: 0, before: 0, after: 0};
  return changes.map((change, at) =>
    undoOf(change, {
      winner: standing(groups, at),
      losers: standing(losers, at),
      moves: moves.map(rows => standing(rows, at)),
      unknown: change.moves.some(({table, column}) => !facts.references.some(isReference(table, column))),
    }),
  );
}

function isReference(table: string, column: string): (reference: Reference) => boolean {
  return reference => reference.table === table && reference.column === column;
}

const standingRow = z.object({at: z.number(), rows: z.number(), before: z.number(), after: z.number()});
/** How many rows of a group are as before the run, and as after it. */
type Standing = z.infer<typeof standingRow>;

async function ask(
  target: Io<ArtifactsCleanup>['target'],
  tables: readonly Table[],
  body: string,
): Promise<readonly Standing[]> {
  const {sql, params} = statement(tables, body, 'updated');
  return (await target.query(sql, params)).map(row => standingRow.parse(row));
}

interface Standings {
  readonly winner: Standing;
  readonly losers: Standing;
  readonly moves: readonly Standing[];
  /** A table that was re-pointed is gone, or names artifacts no longer. */
  readonly unknown: boolean;
}

function undoOf(change: GroupChange, {winner, losers, moves, unknown}: Standings): Decision<GroupChange> {
  const {rows} = losers;
  const isBack = moves.every(each => each.before === each.rows);
  if (losers.before === rows && isBack && winner.before === 1) return {action: 'unchanged'};
  if (unknown) return {action: 'conflict', reason: 'a table that named its rows is gone since the run'};
  if (winner.rows === 0) return {action: 'conflict', reason: 'the row that stayed was deleted after the run'};
  if (losers.before + losers.after !== rows)
    return {action: 'conflict', reason: 'a row that the run deleted is there again, and another'};
  if (moves.some(each => each.before + each.after !== each.rows))
    return {
      action: 'conflict',
      reason: 'a row that was re-pointed names something else since the run, or is gone',
    };
  if (winner.after + winner.before === 0)
    return {action: 'conflict', reason: 'the type of the row that stayed was changed after the run'};
  return {action: losers.before === rows ? 'update' : 'insert', change};
}

/** The winner is there, of the type that it had before, or has since the run. */
function winnersSql({id, sourceType}: ArtifactsFacts): string {
  const type = encoded(`row.${quoted(sourceType)}`);
  return `SELECT groups.at AS at, count(row.${quoted(id)}) AS rows,
            sum(row.${quoted(id)} IS NOT NULL AND (groups.new_type IS NULL OR ${type} IS groups.type)) AS before,
            sum(row.${quoted(id)} IS NOT NULL AND (groups.new_type IS NULL OR ${type} IS groups.new_type)) AS after
          FROM groups
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = groups.winner
          GROUP BY groups.at`;
}

/** Losers that are there as they were, and those that are gone. */
function losersSql({id}: ArtifactsFacts, columns: readonly string[]): string {
  return `SELECT losers.at AS at, count(*) AS rows,
            sum(row.${quoted(id)} IS NOT NULL AND ${isLoser('row', columns, encoded)}) AS before,
            sum(row.${quoted(id)} IS NULL) AS after
          FROM losers
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = losers.id
          GROUP BY losers.at`;
}

/** Rows that name the loser again, and those that name the winner; of those that were deleted, whether they are there. */
function movesSql(reference: Reference, at: number): string {
  const moves = movesName(at);
  const column = `named.${quoted(reference.column)}`;
  // What was deleted beside the winner's row is not that row.
  const artifacts = [
    `${moves}.loser`,
    `CASE ${moves}.drops WHEN 1 THEN ${moves}.loser ELSE groups.winner END`,
  ];
  const told = isMoveOf(moves, 'named', reference, ...artifacts);
  return `SELECT ${moves}.at AS at, count(*) AS rows,
            sum(${column} IS NOT NULL AND ${column} IS ${moves}.loser) AS before,
            sum(CASE ${moves}.drops WHEN 1 THEN ${column} IS NULL ELSE ${column} IS groups.winner END) AS after
          FROM ${moves}
          CROSS JOIN groups ON groups.at = ${moves}.at
          LEFT JOIN ${quoted(reference.table)} AS named ON ${told}
          GROUP BY ${moves}.at`;
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
  const values = columns.map((_, index) => decoded(`losers.row->>${index + 2}`));
  const id = quoted(facts.id);
  return statement(
    tables,
    `INSERT INTO artifacts (${columns.map(quoted).join(', ')})
     SELECT ${values.join(', ')}
     FROM losers
     WHERE NOT EXISTS (SELECT 1 FROM artifacts AS row WHERE row.${id} = losers.id)
       AND losers.at NOT IN (${withoutWinner(facts)})
       ${facts.references.map((reference, at) => `AND losers.at NOT IN (${otherwise(reference, at)})`).join('\n')}
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
     JOIN groups ON groups.at = ${moves}.at
     WHERE ${isMoveOf(moves, table, reference, 'groups.winner')}
       AND ${table}.${column} IS groups.winner
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
  const values = columns.map((_, index) => decoded(`drops.row->>${index + 1}`));
  return statement(
    [groupsTable(changes), losersTable(changes, facts), dropsTable(changes, reference)],
    `INSERT INTO ${quoted(reference.table)} (${columns.map(quoted).join(', ')})
     SELECT ${values.join(', ')}
     FROM drops
     WHERE drops.at NOT IN (${incomplete(facts, changes[0]?.columns ?? facts.columns)})
     RETURNING ${itemKey(changes, groupOf(`${quoted(reference.table)}.${quoted(reference.column)}`, facts))} AS key`,
    'inserted',
  );
}

function typeBack(changes: readonly GroupChange[], facts: ArtifactsFacts): Statement {
  const [id, type] = [quoted(facts.id), quoted(facts.sourceType)];
  return statement(
    [groupsTable(changes), losersTable(changes, facts)],
    `UPDATE artifacts
     SET ${type} = ${decoded('groups.type')}
     FROM groups
     WHERE artifacts.${id} = groups.winner
       AND groups.new_type IS NOT NULL
       AND ${encoded(`artifacts.${type}`)} IS groups.new_type
       AND groups.at NOT IN (${incomplete(facts, changes[0]?.columns ?? facts.columns)})
     RETURNING ${itemKey(changes, groupKeySql(`artifacts.${quoted(facts.bucket)}`, `artifacts.${quoted(facts.key)}`))} AS key`,
    'updated',
  );
}

/** Groups whose winner is gone. */
function withoutWinner({id}: ArtifactsFacts): string {
  return `SELECT groups.at FROM groups
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = groups.winner
          WHERE row.${quoted(id)} IS NULL`;
}

/** Groups of which a row that was re-pointed names neither winner nor loser, or is gone. */
function otherwise(reference: Reference, at: number): string {
  const moves = movesName(at);
  const column = `named.${quoted(reference.column)}`;
  return `SELECT ${moves}.at FROM ${moves}
          CROSS JOIN groups ON groups.at = ${moves}.at
          LEFT JOIN ${quoted(reference.table)} AS named ON ${isMoveOf(moves, 'named', reference, 'groups.winner', `${moves}.loser`)}
          WHERE ${moves}.drops = 0 AND (${column} IS NULL OR (${column} IS NOT groups.winner AND ${column} IS NOT ${moves}.loser))`;
}

/** Groups of which a loser is not there as it was. */
function incomplete({id}: ArtifactsFacts, columns: readonly string[]): string {
  return `SELECT losers.at FROM losers
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = losers.id
          WHERE row.${quoted(id)} IS NULL OR NOT (${isLoser('row', columns, encoded)})`;
}
