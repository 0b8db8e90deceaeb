import {z} from 'zod';
import {OperatorError} from '../../../core/operator-error.ts';
import {quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import {describeTable, hasRowid, type TableSchema} from '../../../databases/schema.ts';
import {type Parent, readParent} from './parent.ts';
import {withoutUnique} from './without-unique.ts';

export interface Rebuilding {
  /** Indexes that are not made again. */
  readonly dropped: ReadonlySet<string>;
  /** A column that was added before, in the same transaction. */
  readonly addsMap: string | null;
}

const copy = 'headgate_assets_copy';
const sequence = 'headgate_assets_sequence';
const counts = 'headgate_assets_counts';

/**
 * Makes the table anew, with all that it has but one UNIQUE: rows, indexes, triggers, its counter, and what refers to it.
 * Foreign keys can't be switched off within a transaction, and not at all on D1, and a table that is dropped deletes its
 * rows first, with everything that follows from it in other tables. So the old rows are given other ids before, which
 * nothing refers to, and the new ones have their ids again; meanwhile the keys are checked at the end. In the end nothing
 * may be missing, here or in a table that refers to this one, or all is undone.
 */
export async function rebuilt(
  target: Reader,
  {dropped, addsMap}: Rebuilding,
): Promise<{readonly sql: readonly string[]; readonly keeps: string}> {
  const [table, parent, besides] = await Promise.all([
    describeTable(target, 'assets'),
    readParent(target),
    readBesides(target, dropped),
  ]);
  if (table === null) throw new OperatorError('gate', 'there is no table assets any more');
  const create = withoutUnique(table.sql, 'sha256');
  if (create === null) throw notUnderstood;
  requireStill(parent);
  const {indexes, triggers} = besides;
  return {
    sql: [
      'PRAGMA defer_foreign_keys = ON',
      ...parent.unindexed.map(
        ({table: child, columns}, at) =>
          `CREATE INDEX headgate_assets_by_${at} ON ${quoted(child)} (${columns.map(quoted).join(', ')})`,
      ),
      ...countBefore(parent),
      ...copied(table, addsMap),
      ...triggers.map(({name}) => `DROP TRIGGER ${quoted(name)}`),
      ...movedAway(parent),
      'DROP TABLE assets',
      create,
      ...(addsMap === null ? [] : [`ALTER TABLE assets ADD COLUMN ${addsMap} TEXT`]),
      ...copiedBack(table, addsMap),
      ...indexes.map(({sql}) => sql),
      ...triggers.map(({sql}) => sql),
      ...countAfter(parent),
      ...[copy, counts, ...(isCounting(table) ? [sequence] : [])].map(name => `DROP TABLE ${name}`),
      ...parent.unindexed.map((_, at) => `DROP INDEX headgate_assets_by_${at}`),
    ],
    keeps: keptText(indexes.length, triggers.length, parent),
  };
}

function keptText(indexes: number, triggers: number, {children}: Parent): string {
  const kept = [
    ...(indexes > 0 ? [`${indexes} of its indexes`] : []),
    ...(triggers > 0 ? [`${triggers} of its triggers`] : []),
    ...(children.length > 0 ? [`what refers to it (${children.map(({table}) => table).join(', ')})`] : []),
  ];
  return kept.length === 0 ? '' : `; it keeps ${kept.join(', ')}`;
}

const notUnderstood = new OperatorError(
  'gate',
  'assets says that sha256 is unique in a way that headgate does not understand (a primary key?); nothing was changed',
  'Make the table anew without it, by hand, and run this again.',
);

/** A key that follows its row would follow it to an id that is dropped. */
function requireStill({children}: Parent): void {
  const following = children.filter(({onUpdate}) => onUpdate !== 'NO ACTION' && onUpdate !== 'RESTRICT');
  const refusing = children.filter(({onUpdate}) => onUpdate === 'RESTRICT');
  const [first] = [...following, ...refusing];
  if (first === undefined) return;
  throw new OperatorError(
    'gate',
    `${first.table} refers to assets with ON UPDATE ${first.onUpdate}, so the table can't be made anew without touching its rows; nothing was changed`,
    `Make ${first.table} anew without ON UPDATE, and run this again.`,
  );
}

/** In the order of rowids, and with them, where the table has them. Its columns have no type: values stay what they are. */
function copied(table: TableSchema, addsMap: string | null): readonly string[] {
  const columns = columnsOf(table, addsMap);
  return [
    `CREATE TABLE ${copy} (${columns.map((_, at) => `c${at}`).join(', ')})`,
    `INSERT INTO ${copy} SELECT ${columns.join(', ')} FROM assets`,
    ...(isCounting(table)
      ? [
          `CREATE TABLE ${sequence} (seq)`,
          `INSERT INTO ${sequence} SELECT seq FROM sqlite_sequence WHERE name = 'assets'`,
        ]
      : []),
  ];
}

function copiedBack(table: TableSchema, addsMap: string | null): readonly string[] {
  const columns = columnsOf(table, addsMap);
  return [
    `INSERT INTO assets (${columns.join(', ')}) SELECT ${columns.map((_, at) => `c${at}`).join(', ')} FROM ${copy}`,
    // The number after the last row that ever was, also where that row is gone.
    ...(isCounting(table)
      ? [
          `DELETE FROM sqlite_sequence WHERE name = 'assets'`,
          `INSERT INTO sqlite_sequence (name, seq) SELECT 'assets', seq FROM ${sequence}`,
        ]
      : []),
  ];
}

function columnsOf({columns, sql}: TableSchema, addsMap: string | null): readonly string[] {
  const isAlias = columns.some(({type, primaryKey}) => type === 'INTEGER' && primaryKey === 1);
  return [
    ...(hasRowid(sql) && !isAlias ? ['_rowid_'] : []),
    ...columns.map(({name}) => quoted(name)),
    ...(addsMap === null ? [] : [addsMap]),
  ];
}

function isCounting({sql}: TableSchema): boolean {
  return /\bAUTOINCREMENT\b/i.test(sql);
}

/** Numbers go where no number is, texts get an end that none has; what is neither stays, and is found missing. */
function movedAway({referred}: Parent): readonly string[] {
  if (referred.length === 0) return [];
  const moved = referred.map(name => {
    const value = quoted(name);
    return `${value} = CASE typeof(${value})
              WHEN 'integer' THEN ${value} - 4611686018427387904
              WHEN 'text' THEN ${value} || ' (moved away by headgate)'
              ELSE ${value}
            END`;
  });
  return [`UPDATE assets SET ${moved.join(', ')}`];
}

/** What is wrong in the end is refused by a constraint of this table: that undoes the whole transaction. */
function countBefore({children}: Parent): readonly string[] {
  const count = (of: string, counted: string, table: string) =>
    `INSERT INTO ${counts} (of, before) SELECT '${of}', ${counted} FROM ${table}`;
  return [
    `CREATE TABLE ${counts} (
       of TEXT, before, now, uniques INTEGER,
       CONSTRAINT no_row_is_lost CHECK (now IS NULL OR now = before),
       CONSTRAINT sha256_is_not_unique_any_more CHECK (uniques IS NULL OR uniques = 0)
     )`,
    count('assets', 'count(*)', 'assets'),
    ...children.map((child, at) => count(`child ${at}`, countOf(child), quoted(child.table))),
  ];
}

function countAfter({children}: Parent): readonly string[] {
  const count = (of: string, counted: string, table: string) =>
    `UPDATE ${counts} SET now = (SELECT ${counted} FROM ${table}) WHERE of = '${of}'`;
  return [
    count('assets', 'count(*)', 'assets'),
    ...children.map((child, at) => count(`child ${at}`, countOf(child), quoted(child.table))),
    `UPDATE ${counts} SET uniques = (
       SELECT count(*) FROM pragma_index_list('assets') AS list
       WHERE list."unique" = 1 AND list.origin <> 'c'
         AND (SELECT json_group_array(info.name) FROM pragma_index_info(list.name) AS info) = '["sha256"]'
     )`,
  ];
}

/** Rows, and those that name one of assets. */
function countOf({columns}: Parent['children'][number]): string {
  return `count(*) || ' ' || ${columns.map(({from}) => `count(${quoted(from)})`).join(" || ' ' || ")}`;
}

const besideRow = z.object({type: z.enum(['index', 'trigger']), name: z.string(), sql: z.string()});

async function readBesides(target: Reader, dropped: ReadonlySet<string>) {
  const rows = await target.query(
    `SELECT type, name, sql FROM sqlite_schema
     WHERE type IN ('index', 'trigger') AND tbl_name = 'assets' COLLATE NOCASE AND sql IS NOT NULL
     ORDER BY rowid`,
  );
  const all = rows.map(row => besideRow.parse(row)).filter(({name}) => !dropped.has(name));
  return {
    indexes: all.filter(({type}) => type === 'index'),
    triggers: all.filter(({type}) => type === 'trigger'),
  };
}
