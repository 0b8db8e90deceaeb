import {z} from 'zod';
import type {Finding, Probe} from '../../core/probe.ts';
import type {Reader} from '../../databases/database.ts';
import {describeTable, type TableSchema} from '../../databases/schema.ts';
import type {ObjectStore} from '../../stores/object-store.ts';
import {countedRows, type MediaFacts} from './facts.ts';
import type {MediaOptions} from './options.ts';
import {lookAtNames, namesFindings} from './probe-names.ts';
import {factsOfTable, surroundingsOf, tableProblems} from './probe-table.ts';
import {mostUsed} from './survey-rows.ts';

export interface ProbeIo {
  readonly source: ObjectStore | null;
  readonly target: Reader;
  readonly options: MediaOptions;
  readonly signal: AbortSignal;
}

export async function hasMediaAssets(target: Reader): Promise<boolean> {
  return (await describeTable(target, 'media_assets')) !== null;
}

/** Reads the schema, counts, and looks at rows from both ends of the table for how they are named; touches nothing. */
export async function probeMedia(
  io: ProbeIo,
  touched: 'inserted' | 'updated' | 'deleted' | 'read' = 'inserted',
): Promise<Probe<MediaFacts>> {
  const {source, target, options} = io;
  const [atSource, misnamed, table, doubles, staged] = await Promise.all([
    source === null ? [] : source.check(),
    misnamedIn(target),
    describeTable(target, 'media_assets'),
    describeTable(target, 'media_duplicates'),
    describeTable(target, 'headgate_staged'),
  ]);
  if (misnamed.length > 0) return {findings: [...atSource, ...misnamed], schema: '', facts: unknownFacts};
  if (table === null) return {findings: [...atSource, noTable], schema: '', facts: unknownFacts};
  const problems = [
    ...notOurs(doubles, ['media_uid', 'duplicate_of']),
    ...notOurs(staged, ['b2_key', 'run', 'is_new']),
    ...(await tableProblems(target, table)),
    ...(touched === 'read' ? [] : surroundingsOf(table, touched)),
  ];
  const schema = [table.sql, ...table.triggers.map(({name}) => name), doubles?.sql ?? ''].join('\n');
  const facts = {...unknownFacts, ...factsOfTable(table), hasDoubles: doubles !== null};
  if (problems.some(({level}) => level === 'error'))
    return {findings: [...atSource, ...problems], schema, facts};
  const [rows, looked] = await Promise.all([countRows(target), lookAtNames(io, facts)]);
  const family = options.family === 'auto' ? (mostUsed(looked) ?? 'version') : options.family;
  return {
    findings: [
      ...atSource,
      ...namesFindings(rows, looked, family, options),
      ...problems,
      ...(staged === null ? [] : [leftOver]),
    ],
    schema,
    facts: {...facts, rows, looked, family},
  };
}

const noTable: Finding = {
  level: 'error',
  subject: 'target',
  message: 'there is no table media_assets',
  remedy: 'headgate migrate media-ingest --target TARGET makes the documented one.',
};

const leftOver: Finding = {
  level: 'ok',
  subject: 'target',
  message: 'headgate_staged is there from a run that was stopped: the next live run makes it anew',
};

const tables = ['media_assets', 'media_duplicates', 'headgate_staged'] as const;
const namedObject = z.object({name: z.string(), type: z.string()});

/** A view, or a table whose name is written otherwise: SQL finds it, and a migration can not make another. */
async function misnamedIn(target: Reader): Promise<readonly Finding[]> {
  const rows = await target.query(
    "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND lower(name) IN (SELECT value FROM json_each(?))",
    [JSON.stringify(tables)],
  );
  return rows
    .map(row => namedObject.parse(row))
    .filter(({name, type}) => type !== 'table' || name !== name.toLowerCase())
    .map(({name, type}) => ({
      level: 'error',
      subject: 'target',
      message:
        type === 'view'
          ? `${name} is a view, and not a table`
          : `the table is called ${name}, and not ${name.toLowerCase()}`,
      remedy: `Rename it: headgate looks for a table ${name.toLowerCase()}.`,
    }));
}

/** A table of the name of one of ours that is somebody else's. */
function notOurs(table: TableSchema | null, columns: readonly string[]): readonly Finding[] {
  if (table === null || columns.every(name => table.columns.some(column => column.name === name))) return [];
  return [
    {
      level: 'error',
      subject: 'target',
      message: `there is a table ${table.name} that is not headgate's: it has no ${columns.join(', ')}`,
      remedy: 'Rename it: headgate needs that name for a table of its own.',
    },
  ];
}

const unknownFacts: MediaFacts = {
  rows: 0,
  family: 'version',
  looked: {version: 0, etag: 0, quoted: 0, unknown: 0},
  id: 'rowid',
  hasKeyIndex: false,
  leftAlone: [],
  indexes: [],
  hasDoubles: false,
  hasLastSeen: false,
  referredBy: [],
  columns: [],
};

async function countRows(target: Reader): Promise<number> {
  const [row] = await target.query(
    `SELECT count(*) AS rows FROM (SELECT 1 FROM media_assets LIMIT ${countedRows + 1})`,
  );
  return z.object({rows: z.number()}).parse(row).rows;
}
