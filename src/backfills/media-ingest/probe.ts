import {z} from 'zod';
import type {Finding, Probe} from '../../core/probe.ts';
import type {Reader} from '../../databases/database.ts';
import {describeTable} from '../../databases/schema.ts';
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
  const [atSource, table, doubles, staged] = await Promise.all([
    source === null ? [] : source.check(),
    describeTable(target, 'media_assets'),
    describeTable(target, 'media_duplicates'),
    describeTable(target, 'headgate_staged'),
  ]);
  if (table === null) return {findings: [...atSource, noTable], schema: '', facts: unknownFacts};
  const problems = [
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
