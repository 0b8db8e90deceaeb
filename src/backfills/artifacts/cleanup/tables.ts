import type {Statement} from '../../../core/sql.ts';
import {allOf, quoted} from '../../../core/sql.ts';
import {decoded} from '../../exact.ts';
import type {ArtifactsFacts, Reference} from '../facts.ts';
import {groupKey} from '../group-key.ts';
import type {Drops, GroupChange, Moves} from './change.ts';
import {withKnown} from './joined.ts';

/**
 * The changes of a page as tables that SQL can join: each is made of one JSON parameter, and a group is named by its place
 * in the page, `at`. A statement is its tables and what it does with them.
 */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly unknown[];
  /** What is made of the table beyond its own columns. */
  readonly wrapped?: (sql: string) => string;
}

export function statement(
  tables: readonly Table[],
  body: string,
  counts: NonNullable<Statement['counts']>,
): Statement {
  const made = tables.map(
    ({name, columns, wrapped = sql => sql}, index) =>
      `${name} AS MATERIALIZED (${wrapped(`SELECT ${columns.join(', ')} FROM json_each(?${index + 1})`)})`,
  );
  return {
    sql: `WITH ${made.join(',\n')}\n${body}`,
    params: tables.map(({rows}) => JSON.stringify(rows)),
    counts,
  };
}

/** Changes that share statements: groups as a whole together, and each part by itself, because its key is its own. */
export function batchesOf(changes: readonly GroupChange[]): readonly (readonly GroupChange[])[] {
  const whole = changes.filter(change => !isPart(change));
  return [...(whole.length === 0 ? [] : [whole]), ...changes.filter(isPart).map(part => [part])];
}

function isPart({key, bucket, objectKey}: GroupChange): boolean {
  return key !== groupKey({bucket, key: objectKey});
}

/** SQL of the item's key in what a statement returns: that of the part, or that of the group that a row is of. */
export function itemKey(changes: readonly GroupChange[], ofGroup: string): string {
  return changes.some(isPart) ? '(SELECT headgate_groups.item FROM headgate_groups)' : ofGroup;
}

export function groupsTable(changes: readonly GroupChange[]): Table {
  return {
    name: 'headgate_groups',
    columns: [
      'value->>0 AS at',
      // With an affinity, so that SQLite can search them for the values of columns.
      'CAST(value->>1 AS TEXT) AS bucket',
      'CAST(value->>2 AS TEXT) AS key',
      `${decoded('value->>3')} AS winner`,
      'value->>4 AS fetched_at',
      'value->>5 AS type',
      'value->>6 AS rows',
      'value->>7 AS new_type',
      'value->>8 AS item',
    ],
    rows: changes.map(({bucket, objectKey, winner, losers, type, key}, at) => [
      at,
      bucket,
      objectKey,
      winner.id,
      winner.fetchedAt,
      winner.type,
      losers.length + 1,
      type,
      key,
    ]),
  };
}

/** Each loser, with its row as it is encoded: `row->>2` is the first column. */
export function losersTable(changes: readonly GroupChange[], facts: ArtifactsFacts): Table {
  return {
    name: 'headgate_losers',
    columns: ['value->>0 AS at', `${decoded('value->>1')} AS id`, 'value AS row'],
    wrapped: sql => withKnown(sql, facts),
    rows: changes.flatMap(({losers}, at) => losers.map(({id, row}) => [at, id, ...row])),
  };
}

/** SQL that is 1 where a row of artifacts is the loser's as it was read. */
export function isLoser(row: string, columns: readonly string[], encode: (value: string) => string): string {
  return allOf(
    columns.map((name, index) => `${encode(`${row}.${quoted(name)}`)} IS headgate_losers.row->>${index + 2}`),
  );
}

/** Rows of a reference's table that name a loser, each with what tells it apart; one that `drops` goes, the others move. */
export function movesTable(changes: readonly GroupChange[], reference: Reference, at: number): Table {
  const {identity} = reference;
  return {
    name: movesName(at),
    columns: [
      'value->>0 AS at',
      `${decoded('value->>1')} AS loser`,
      'value->>2 AS drops',
      ...identity.map((_, index) => `${decoded(`value->>${index + 3}`)} AS i${index}`),
    ],
    rows: changes.flatMap((change, place) => [
      ...change.moves
        .filter(isOf(reference))
        .flatMap(({rows}) =>
          rows.map(([loser, ...told]) => [place, change.losers[loser]?.id ?? null, 0, ...told]),
        ),
      ...change.drops
        .filter(isOf(reference))
        .flatMap(({rows}) =>
          rows.map(({loser, told}) => [place, change.losers[loser]?.id ?? null, 1, ...told]),
        ),
    ]),
  };
}

export function movesName(at: number): string {
  return `headgate_moves_${at}`;
}

/** Rows of a reference's table that a change deleted, whole: the first of `droppedColumns` is `row->>1`. */
export function dropsTable(changes: readonly GroupChange[], reference: Reference): Table {
  return {
    name: 'headgate_drops',
    columns: ['value->>0 AS at', 'value AS row'],
    rows: changes.flatMap(({drops}, at) =>
      drops.filter(isOf(reference)).flatMap(({identity, columns, rows}) => {
        const isBeside = identity.map(name => !columns.includes(name));
        return rows.map(({row, told}) => [at, ...row, ...told.filter((_, place) => isBeside[place])]);
      }),
    ),
  };
}

/** What tells rows apart and is no column is their rowid: they come back under the one that they had. */
export function droppedColumns({identity, columns}: Drops): readonly string[] {
  return [...columns, ...identity.filter(name => !columns.includes(name))];
}

/**
 * SQL that is 1 where a row is the one that a move is of. Where the reference is part of its key, the row is told only
 * together with the artifact that it names: one of those given.
 */
export function isMoveOf(
  moves: string,
  row: string,
  {identity, column, isInKey}: Reference,
  ...artifacts: readonly string[]
): string {
  return allOf([
    ...(isInKey ? [`${row}.${quoted(column)} IN (${artifacts.join(', ')})`] : []),
    ...identity.map((name, index) => `${row}.${quoted(name)} IS ${moves}.i${index}`),
  ]);
}

export function isOf({table, column}: Reference): (of: Moves | Drops) => boolean {
  return of => of.table === table && of.column === column;
}
