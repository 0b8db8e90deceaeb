import {z} from 'zod';
import type {Finding, Probe} from '../../core/probe.ts';
import {counted, number} from '../../core/words.ts';
import type {Reader} from '../../databases/database.ts';
import {type Column, describeTable, type TableSchema} from '../../databases/schema.ts';
import type {ObjectStore} from '../../stores/object-store.ts';
import {documentedColumns, filled, sharedColumns} from './columns.ts';
import {defaultsOf} from './defaults.ts';

/** Which of the two known `files` tables it is, and what stands beside it. */
export interface FilesFacts {
  readonly layout: 'documented' | 'production' | 'unknown';
  readonly hasRevision: boolean;
  readonly rows: number;
  readonly withHash: number;
  /** created_at is CURRENT_TIMESTAMP by default, so a row that is inserted is dated so. */
  readonly datesRows: boolean;
  /** Columns that an insert leaves to their default, and the default as SQL; those that compute theirs are not listed. */
  readonly leftAlone: readonly {readonly column: string; readonly is: string}[];
  /** Columns of every index of files; null is an expression. */
  readonly indexes: readonly (readonly (string | null)[])[];
}

const unknownFacts: FilesFacts = {
  layout: 'unknown',
  hasRevision: false,
  rows: 0,
  withHash: 0,
  datesRows: false,
  leftAlone: [],
  indexes: [],
};

export async function hasFilesTable(target: Reader): Promise<boolean> {
  return (await describeTable(target, 'files')) !== null;
}

/** Reads the schema and counts; touches nothing. */
export async function probeFiles(source: ObjectStore | null, target: Reader): Promise<Probe<FilesFacts>> {
  const [atSource, table, meta] = await Promise.all([
    source === null ? [] : source.check(),
    describeTable(target, 'files'),
    describeTable(target, 'asset_index_meta'),
  ]);
  if (table === null) {
    return {
      findings: [
        ...atSource,
        {
          level: 'error',
          subject: 'target',
          message: 'there is no table files',
          remedy: 'headgate migrate asset-index --target TARGET makes the documented one.',
        },
      ],
      schema: '',
      facts: unknownFacts,
    };
  }
  const layout = layoutOf(table);
  const inSchema = [
    ...missingColumns(table),
    ...extraColumns(table),
    ...keyDifferences(table),
    ...surroundings(table),
    ...metaDifferences(meta),
  ];
  const [revision, counts] = await Promise.all([
    missingRevision(target, meta),
    inSchema.some(({level}) => level === 'error') ? {rows: 0, with_hash: 0} : countRows(target),
  ]);
  const differences = [...inSchema, ...revision];
  const found: Finding = {
    level: 'ok',
    subject: 'target',
    message: `files is the ${layout === 'documented' ? 'documented table' : 'table as found in production'}: ${rowsText(counts)}${meta === null ? '' : '; asset_index_meta is kept'}`,
  };
  return {
    findings: [
      ...atSource,
      ...(differences.some(({level}) => level === 'error') ? [] : [found]),
      ...differences,
    ],
    schema: [table.sql, ...table.triggers.map(({name}) => name), meta?.sql ?? ''].join('\n'),
    facts: {
      layout,
      hasRevision: meta !== null,
      rows: counts.rows,
      withHash: counts.with_hash,
      ...defaultsOf(table),
      indexes: table.indexes,
    },
  };
}

/** Up to so many rows are counted: a probe is made often, and on D1 every row that is read is paid for. */
export const countedRows = 200_000;

async function countRows(target: Reader): Promise<{rows: number; with_hash: number}> {
  const [row] = await target.query(
    `SELECT count(*) AS rows, count(content_hash) AS with_hash
     FROM (SELECT content_hash FROM files LIMIT ${countedRows + 1})`,
  );
  return z.object({rows: z.number(), with_hash: z.number()}).parse(row);
}

function rowsText({rows, with_hash}: {readonly rows: number; readonly with_hash: number}): string {
  return rows > countedRows
    ? `more than ${number(countedRows)} rows`
    : `${counted(rows, 'row')}, ${number(with_hash)} with a hash`;
}

function layoutOf({columns}: TableSchema): FilesFacts['layout'] {
  return columns.some(({name}) => name === 'id') ? 'documented' : 'production';
}

function missingColumns({columns}: TableSchema): readonly Finding[] {
  const present = new Set(columns.map(({name}) => name));
  return sharedColumns
    .filter(name => !present.has(name))
    .map(name =>
      targetError(
        `files has no column ${name}`,
        `Add it: ALTER TABLE files ADD COLUMN ${name} ${columnType(name)};`,
      ),
    );
}

function columnType(name: string): string {
  return name === 'size' || name === 'uploaded_at' ? 'INTEGER' : 'TEXT';
}

/** A column that we don't know is left as its default says, unless it has to be filled. */
function extraColumns({columns}: TableSchema): readonly Finding[] {
  return columns
    .filter(({name}) => !documentedColumns.includes(name))
    .map(column =>
      mustBeFilled(column)
        ? targetError(
            `files has a column ${column.name} that must be filled, and headgate does not know with what`,
            `Give it a default, or allow NULL.`,
          )
        : {
            level: 'warning',
            subject: 'target',
            message: `files has a column ${column.name} that is not documented: inserted rows get its default`,
          },
    );
}

function mustBeFilled({name, notNull, defaultSql, primaryKey}: Column): boolean {
  return notNull && defaultSql === null && primaryKey === 0 && !filled.has(name);
}

function keyDifferences(table: TableSchema): readonly Finding[] {
  const unfilled = table.columns.filter(
    column => sharedColumns.includes(column.name) && mustBeFilled(column),
  );
  return [
    ...keyProblem(table),
    ...unfilled.map(({name}) =>
      targetError(
        `files.${name} is NOT NULL without a default, and the backfill does not know it`,
        `Give files.${name} a default.`,
      ),
    ),
  ];
}

/** A key is unique by its bytes, or rows of different objects would be taken for one. */
function keyProblem({uniques, sql}: TableSchema): readonly Finding[] {
  if (/\bkey\b[^,]*\bCOLLATE\s+(?!BINARY)/i.test(sql))
    return [
      targetError(
        'files.key does not compare by bytes (it has a COLLATE clause)',
        'Make the table anew without COLLATE: keys that differ in case are different objects.',
      ),
    ];
  if (uniques.some(set => set.length === 1 && set[0] === 'key')) return [];
  return [
    targetError(
      'files.key is not unique',
      'Remove doubles, then: CREATE UNIQUE INDEX idx_files_key ON files (key);',
    ),
  ];
}

function surroundings({triggers, referredBy, refersTo}: TableSchema): readonly Finding[] {
  return [
    ...triggers.map(
      ({name}): Finding => ({
        level: 'warning',
        subject: 'target',
        message: `files has a trigger ${name}: it runs for every row that is written, and an undo does not undo what it does`,
      }),
    ),
    ...refersTo.map(
      ({table, column}): Finding => ({
        level: 'warning',
        subject: 'target',
        message: `files.${column} refers to ${table}: an inserted row is refused where its value is missing there`,
      }),
    ),
    ...referredBy.map(
      (name): Finding => ({
        level: 'warning',
        subject: 'target',
        message: `table ${name} refers to files: an undo that deletes inserted rows obeys its foreign key`,
      }),
    ),
  ];
}

function metaDifferences(meta: TableSchema | null): readonly Finding[] {
  if (meta === null) return [];
  const present = new Set(meta.columns.map(({name}) => name));
  return ['id', 'revision', 'updated_at']
    .filter(name => !present.has(name))
    .map(name =>
      targetError(
        `asset_index_meta has no column ${name}`,
        'Add it, or rename the table: headgate bumps its revision after a change.',
      ),
    );
}

/** The revision is a row that the table's owner makes: without it there is nothing to bump. */
async function missingRevision(target: Reader, meta: TableSchema | null): Promise<readonly Finding[]> {
  if (meta === null || metaDifferences(meta).length > 0) return [];
  const rows = await target.query('SELECT 1 FROM asset_index_meta WHERE id = 1');
  if (rows.length > 0) return [];
  return [
    {
      level: 'warning',
      subject: 'target',
      message: 'asset_index_meta has no row with id 1: there is no revision to bump',
      remedy: 'INSERT INTO asset_index_meta (id, revision, updated_at) VALUES (1, 0, 0);',
    },
  ];
}

function targetError(message: string, remedy: string): Finding {
  return {level: 'error', subject: 'target', message, remedy};
}
