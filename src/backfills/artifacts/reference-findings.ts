import type {Finding} from '../../core/probe.ts';
import {quoted} from '../../core/sql.ts';
import {affinityOf, type Column, type TableSchema} from '../../databases/schema.ts';
import type {Reference} from './facts.ts';

/** What a probe says of the columns that name artifacts. */

/** `besides`: columns of the same table that name artifacts too. */
export function differences(
  {table, column, isDeclared, isIndexed, onDelete, identity, rowid, uniques}: Reference,
  schema: TableSchema,
  besides: readonly string[],
  id: Column,
): readonly Finding[] {
  const warn = (message: string, remedy?: string): Finding => ({
    level: 'warning',
    subject: 'target',
    message,
    ...(remedy === undefined ? {} : {remedy}),
  });
  const both = uniques.filter(({others}) => others.some(other => besides.includes(other.column)));
  return [
    ...(isDeclared
      ? []
      : [warn(`${table}.${column} is taken to name artifacts by its name: it has no foreign key`)]),
    ...(onDelete === 'CASCADE'
      ? [
          warn(
            `${table}.${column} cascades: its rows are re-pointed before anything is deleted, so none goes along`,
          ),
        ]
      : []),
    ...(isIndexed ? [] : [warn(...slowly({table, column, isDeclared}, schema, id))]),
    ...(rowid !== null && identity.includes(rowid)
      ? [
          warn(
            schema.columns.every(({primaryKey}) => primaryKey === 0)
              ? `${table} has no primary key: its rows are told apart by rowid, which VACUUM may change`
              : `the primary key of ${table} does not tell its rows apart (it may be NULL, or names artifacts itself): rowid does, which VACUUM may change`,
          ),
        ]
      : []),
    ...both.map(({index: name}) =>
      warn(
        `${name} of ${table} spans ${column} and ${besides.join(', ')}, which both name artifacts: what collides only once both are re-pointed fails with its group, and nothing of it is written`,
      ),
    ),
  ];
}

/** What a column without a usable index costs, and the remedy. */
function slowly(
  {table, column, isDeclared}: Pick<Reference, 'table' | 'column' | 'isDeclared'>,
  {columns}: TableSchema,
  id: Column,
): readonly [message: string, remedy: string] {
  const own = columns.find(({name}) => name === column);
  const reads = isDeclared
    ? `the database reads all of ${table} for every artifact that is deleted`
    : `every page reads all of ${table}`;
  if (own !== undefined && affinityOf(own) !== affinityOf(id))
    return [
      `${table}.${column} is of type ${own.type || 'any'} and artifacts.${id.name} of ${id.type || 'any'}, so no index leads from one to the other: ${reads}`,
      `Declare ${table}.${column} as ${id.type || 'a column without a type'}.`,
    ];
  return [
    `${table}.${column} has no index: ${reads}`,
    `CREATE INDEX ${plain(`idx_${table}_${column}`)} ON ${plain(table)} (${plain(column)});`,
  ];
}

/** A name as one would write it oneself. */
function plain(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : quoted(name);
}

export function notUnderstood(table: string, columns: readonly string[]): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `${table} (${columns.join(', ')}) refers to artifacts by something else than its id: it can't be re-pointed`,
    remedy: 'Let it refer to the id alone.',
  };
}

export function unsaid(place: string): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `${place} may name artifacts, and has no foreign key that says so`,
    remedy: `Say in the config whether it is to be re-pointed: options: {artifacts: {references: {'${place}': 'repoint'}}}, or 'leave'.`,
  };
}

export function notThere(place: string): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `the config names ${place} as a reference to artifacts, and there is no such column`,
    remedy: 'Mend options.artifacts.references.',
  };
}

export function ofItself(column: string): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `artifacts.${column} refers to artifacts itself: rows that name each other can't be cleaned up yet`,
    remedy: `Clear ${column}, or move it into a table of its own.`,
  };
}

export function isComputed(place: string): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `${place} names artifacts and is computed from other columns: it can't be re-pointed`,
    remedy: 'Make it a column of its own, or re-point what it is computed from by hand.',
  };
}

export function notTold(table: string, column: string): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `several columns of the primary key of ${table} name artifacts, and it has no rowid: while ${column} is re-pointed nothing tells its rows apart`,
    remedy: `Give ${table} a key of its own, such as INTEGER PRIMARY KEY.`,
  };
}
