import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import {quoted} from '../../../core/sql.ts';
import {encoded} from '../../exact.ts';
import type {Io} from '../../shape.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import type {Drops, GroupChange, Moves} from './change.ts';
import type {ArtifactsCleanup} from './cleanup.ts';
import {
  groupsTable,
  isLoser,
  isMoveOf,
  losersTable,
  movesName,
  movesTable,
  statement,
  type Table,
} from './tables.ts';

/** A group is put back as a whole: where all its losers are gone, and all that named one still names the winner. */
export async function decideUndo(
  changes: readonly GroupChange[],
  {target}: Pick<Io<ArtifactsCleanup>, 'target'>,
  {facts}: Probe<ArtifactsFacts>,
): Promise<readonly Decision<GroupChange>[]> {
  const [first] = changes;
  if (first === undefined) return [];
  const lost = lostColumns(changes, facts);
  if (lost !== null) return changes.map(() => ({action: 'conflict', reason: `${lost} since the run`}));
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
      unknown: [...change.moves, ...change.drops].some(of => !facts.references.some(isReference(of))),
    }),
  );
}

/** Told apart as at the time of the run: what was kept of its rows is of use for nothing else. */
function isReference({table, column, identity}: Moves | Drops): (reference: Reference) => boolean {
  return reference =>
    reference.table === table &&
    reference.column === column &&
    reference.identity.join('\n') === identity.join('\n');
}

/** Of artifacts, or of a table whose rows come back. */
function lostColumns([first, ...others]: readonly GroupChange[], facts: ArtifactsFacts): string | null {
  if (first === undefined) return null;
  const ofArtifacts = {table: 'artifacts', lost: first.columns.filter(name => !facts.columns.includes(name))};
  const ofDrops = [first, ...others].flatMap(({drops}) =>
    drops.map(({table, columns}) => {
      const now = facts.references.find(reference => reference.table === table)?.columns ?? columns;
      return {table, lost: columns.filter(name => !now.includes(name))};
    }),
  );
  const found = [ofArtifacts, ...ofDrops].find(({lost}) => lost.length > 0);
  return found === undefined ? null : `${found.table} has lost the column ${found.lost.join(', ')}`;
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
  if (unknown)
    return {action: 'conflict', reason: 'a table that named its rows is gone since the run, or another'};
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
  return `SELECT headgate_groups.at AS at, count(row.${quoted(id)}) AS rows,
            sum(row.${quoted(id)} IS NOT NULL AND (headgate_groups.new_type IS NULL OR ${type} IS headgate_groups.type)) AS before,
            sum(row.${quoted(id)} IS NOT NULL AND (headgate_groups.new_type IS NULL OR ${type} IS headgate_groups.new_type)) AS after
          FROM headgate_groups
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = headgate_groups.winner
          GROUP BY headgate_groups.at`;
}

/** Losers that are there as they were, and those that are gone. */
function losersSql({id}: ArtifactsFacts, columns: readonly string[]): string {
  return `SELECT headgate_losers.at AS at, count(*) AS rows,
            sum(row.${quoted(id)} IS NOT NULL AND ${isLoser('row', columns, encoded)}) AS before,
            sum(row.${quoted(id)} IS NULL) AS after
          FROM headgate_losers
          LEFT JOIN artifacts AS row ON row.${quoted(id)} = headgate_losers.id
          GROUP BY headgate_losers.at`;
}

/** Rows that name the loser again, and those that name the winner; of those that were deleted, whether they are there. */
function movesSql(reference: Reference, at: number): string {
  const moves = movesName(at);
  const column = `named.${quoted(reference.column)}`;
  // What was deleted beside the winner's row is not that row.
  const artifacts = [
    `${moves}.loser`,
    `CASE ${moves}.drops WHEN 1 THEN ${moves}.loser ELSE headgate_groups.winner END`,
  ];
  const told = isMoveOf(moves, 'named', reference, ...artifacts);
  return `SELECT ${moves}.at AS at, count(*) AS rows,
            sum(${column} IS NOT NULL AND ${column} IS ${moves}.loser) AS before,
            sum(CASE ${moves}.drops WHEN 1 THEN ${column} IS NULL ELSE ${column} IS headgate_groups.winner END) AS after
          FROM ${moves}
          CROSS JOIN headgate_groups ON headgate_groups.at = ${moves}.at
          LEFT JOIN ${quoted(reference.table)} AS named ON ${told}
          GROUP BY ${moves}.at`;
}
