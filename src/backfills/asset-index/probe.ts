import {z} from 'zod';
import type {Finding, Probe} from '../../core/probe.ts';
import type {Reader} from '../../databases/database.ts';
import {type Column, describeTable, type TableSchema} from '../../databases/schema.ts';
import type {ObjectStore} from '../../stores/object-store.ts';

/** Which of the two known `files` tables it is, and what stands beside it. */
export interface FilesFacts {
  readonly layout: 'documented' | 'production' | 'unknown';
  readonly hasRevision: boolean;
  readonly rows: number;
  readonly withHash: number;
}

const unknownFacts: FilesFacts = {layout: 'unknown', hasRevision: false, rows: 0, withHash: 0};

/** Columns that both layouts have, and those that only one has. */
const sharedColumns = [
  'key',
  'size',
  'content_type',
  'content_hash',
  'uploaded_at',
  'created_at',
  'uploader_id',
  'finder_tag',
  'metadata',
];
const documentedColumns = ['id', ...sharedColumns];
/** A trigger or a NOT NULL column of the owner's that an insert of ours does not fill is refused by the database. */
const filled = new Set(['key', 'size', 'content_type', 'content_hash', 'uploaded_at', 'uploader_id']);

export async function hasFilesTable(target: Reader): Promise<boolean> {
  return (await describeTable(target, 'files')) !== null;
}

/** Reads the schema and counts; touches nothing. */
export async function probeFiles(source: ObjectStore | null, target: Reader): Promise<Probe<FilesFacts>> {
  const atSource = source === null ? [] : await source.check();
  const table = await describeTable(target, 'files');
  if (table === null) {
    return {
      findings: [
        ...atSource,
        {
          level: 'error',
          subject: 'target',
          message: 'there is no table files',
          remedy: 'Make the documented one with: headgate migrate asset-index --target TARGET',
        },
      ],
      schema: '',
      facts: unknownFacts,
    };
  }
  const meta = await describeTable(target, 'asset_index_meta');
  const layout = layoutOf(table);
  const differences = [
    ...missingColumns(table),
    ...extraColumns(table),
    ...keyDifferences(table),
    ...surroundings(table),
    ...metaDifferences(meta),
  ];
  const counts = differences.some(({level}) => level === 'error')
    ? {rows: 0, with_hash: 0}
    : await countRows(target);
  const found: Finding = {
    level: 'ok',
    subject: 'target',
    message: `files is the ${layout === 'documented' ? 'documented table' : 'table as found in production'}: ${counts.rows} rows, ${counts.with_hash} with a hash${meta === null ? '' : '; asset_index_meta is kept'}`,
  };
  return {
    findings: [
      ...atSource,
      ...(differences.some(({level}) => level === 'error') ? [] : [found]),
      ...differences,
    ],
    schema: [table.sql, ...table.triggers, meta?.sql ?? ''].join('\n'),
    facts: {layout, hasRevision: meta !== null, rows: counts.rows, withHash: counts.with_hash},
  };
}

async function countRows(target: Reader): Promise<{rows: number; with_hash: number}> {
  const [row] = await target.query('SELECT count(*) AS rows, count(content_hash) AS with_hash FROM files');
  return z.object({rows: z.number(), with_hash: z.number()}).parse(row);
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

function mustBeFilled({name, notNull, hasDefault, primaryKey}: Column): boolean {
  return notNull && !hasDefault && primaryKey === 0 && !filled.has(name);
}

function keyDifferences({columns, uniques, sql}: TableSchema): readonly Finding[] {
  const unfilled = columns.filter(column => sharedColumns.includes(column.name) && mustBeFilled(column));
  const isUnique = uniques.some(set => set.length === 1 && set[0] === 'key');
  return [
    ...(/\bkey\b[^,]*\bCOLLATE\s+(?!BINARY)/i.test(sql)
      ? [
          targetError(
            'files.key does not compare by bytes (it has a COLLATE clause)',
            'Make the table anew without COLLATE: keys that differ in case are different objects.',
          ),
        ]
      : []),
    ...(isUnique
      ? []
      : [
          targetError(
            'files.key is not unique',
            'Remove doubles, then: CREATE UNIQUE INDEX idx_files_key ON files (key);',
          ),
        ]),
    ...unfilled.map(({name}) =>
      targetError(
        `files.${name} is NOT NULL without a default, and the backfill does not know it`,
        `Give files.${name} a default.`,
      ),
    ),
  ];
}

function surroundings({triggers, foreignKeys}: TableSchema): readonly Finding[] {
  return [
    ...triggers.map(
      (name): Finding => ({
        level: 'warning',
        subject: 'target',
        message: `files has a trigger ${name}: it runs for every row that is written, and an undo does not undo what it does`,
      }),
    ),
    ...foreignKeys.map(
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

function targetError(message: string, remedy: string): Finding {
  return {level: 'error', subject: 'target', message, remedy};
}
