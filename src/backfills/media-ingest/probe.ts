import {z} from 'zod';
import type {Finding, Probe} from '../../core/probe.ts';
import {counted, number} from '../../core/words.ts';
import type {Reader} from '../../databases/database.ts';
import {type Column, collating, describeTable, hasRowid, type TableSchema} from '../../databases/schema.ts';
import type {ObjectStore} from '../../stores/object-store.ts';
import {countedRows, type MediaFacts} from './facts.ts';
import {type Family, families, familyOf} from './identity.ts';
import type {MediaOptions} from './options.ts';
import {type MediaRow, rowsById} from './read-rows.ts';
import {mostUsed} from './survey-rows.ts';

/** What an insert fills. */
const written = ['media_uid', 'b2_key', 'b2_file_id', 'size', 'etag', 'ingested_at'];
/** Columns of ours that an ingest leaves alone, and an undo does not mind. */
const ours = ['last_seen_at'];
/** Rows that are looked at from either end: the first program and the last have named them. */
const lookedAtEachEnd = 5_000;

interface ProbeIo {
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
    ...(await problemsOf(target, table)),
    ...(touched === 'read' ? [] : surroundings(table, touched)),
  ];
  const schema = [table.sql, ...table.triggers.map(({name}) => name), doubles?.sql ?? ''].join('\n');
  const facts = {...unknownFacts, ...factsOf(table), hasDoubles: doubles !== null};
  if (problems.some(({level}) => level === 'error'))
    return {findings: [...atSource, ...problems], schema, facts};
  const [rows, looked] = await Promise.all([countRows(target), lookAt(io, facts)]);
  const family = options.family === 'auto' ? (mostUsed(looked) ?? 'version') : options.family;
  return {
    findings: [
      ...atSource,
      ...familyFindings(rows, looked, family, options),
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

/** The families of the first and of the last rows. */
async function lookAt({target, signal}: ProbeIo, facts: MediaFacts): Promise<MediaFacts['looked']> {
  const [first, last] = await Promise.all([
    firstOf(rowsById(target, facts, signal, {perRead: lookedAtEachEnd})),
    firstOf(rowsById(target, facts, signal, {perRead: lookedAtEachEnd, descending: true})),
  ]);
  const looked: Record<Family | 'unknown', number> = {version: 0, etag: 0, quoted: 0, unknown: 0};
  for (const row of new Map([...first, ...last].map(each => [each.id, each])).values())
    looked[familyOf(row) ?? 'unknown']++;
  return looked;
}

async function firstOf(pages: AsyncIterable<readonly MediaRow[]>): Promise<readonly MediaRow[]> {
  for await (const page of pages) return page;
  return [];
}

const familyNames: Readonly<Record<Family, string>> = {
  version: 'file ids',
  etag: 'ETags without quotes',
  quoted: 'ETags with their quotes',
};

function familyFindings(
  rows: number,
  looked: MediaFacts['looked'],
  family: Family,
  options: MediaOptions,
): readonly Finding[] {
  const there = rows > countedRows ? `more than ${number(countedRows)} rows` : counted(rows, 'row');
  const found = families.filter(each => looked[each] > 0);
  const sum = found.reduce((all, each) => all + looked[each], looked.unknown);
  const of = sum < rows ? `of ${number(sum)} rows looked at, ` : '';
  const parts = found.map(each => `${number(looked[each])} go by ${familyNames[each]}`).join(', ');
  const named =
    found.length === 0
      ? ''
      : found.length === 1 && looked.unknown === 0
        ? `, which go by ${familyNames[family]}`
        : `; ${of}${parts}`;
  return [
    {level: 'ok', subject: 'target', message: `media_assets has ${there}${named}`},
    ...(found.length < 2
      ? []
      : [
          {
            level: 'warning',
            subject: 'target',
            message: `two programs have named its rows in ${found.length} ways; an object that is known under any of them is left as it is, and new rows go by ${familyNames[family]}`,
            remedy: 'headgate run media-doubles marks what is there twice.',
          } as const,
        ]),
    ...(looked.unknown === 0
      ? []
      : [
          {
            level: 'warning',
            subject: 'target',
            message: `the media_uid of ${counted(looked.unknown, 'row')} follows from nothing that the row says`,
          } as const,
        ]),
    ...(options.family === 'auto' || mostUsed(looked) === null || mostUsed(looked) === options.family
      ? []
      : [
          {
            level: 'warning',
            subject: 'target',
            message: `the config names new rows by ${familyNames[options.family]}, and the rows that are there go by ${familyNames[mostUsed(looked) ?? family]}`,
          } as const,
        ]),
  ];
}

async function problemsOf(target: Reader, table: TableSchema): Promise<readonly Finding[]> {
  const present = new Set(table.columns.map(({name}) => name));
  const missing = written.filter(name => !present.has(name));
  if (missing.length > 0)
    return missing.map(name =>
      targetError(
        `media_assets has no column ${name}`,
        `Add it: ALTER TABLE media_assets ADD COLUMN ${name} ${name === 'size' ? 'INTEGER' : 'TEXT'};`,
      ),
    );
  const byOther = await collating(target, 'media_assets', ['media_uid', 'b2_key']);
  return [
    ...(hasRowid(table.sql)
      ? []
      : [targetError('media_assets has no rowid', 'Make it anew without WITHOUT ROWID.')]),
    ...(table.uniques.some(set => set.length === 1 && set[0] === 'media_uid')
      ? []
      : [
          targetError(
            'media_assets.media_uid is not unique',
            'Remove doubles, then: CREATE UNIQUE INDEX idx_media_assets_media_uid ON media_assets (media_uid);',
          ),
        ]),
    ...byOther.map(name =>
      targetError(
        `media_assets.${name} does not compare by bytes (it has a collation)`,
        'Make the table anew without COLLATE: keys that differ in case are different objects.',
      ),
    ),
    ...table.columns
      .filter(column => mustBeFilled(column) && !written.includes(column.name))
      .map(({name}) =>
        targetError(
          `media_assets has a column ${name} that must be filled, and headgate does not know with what`,
          'Give it a default, or allow NULL.',
        ),
      ),
    ...(hasKeyIndex(table)
      ? []
      : [
          {
            level: 'warning',
            subject: 'target',
            message: 'no index leads from b2_key to its rows: every check passes over the whole table',
            remedy: 'CREATE INDEX idx_media_assets_b2_key ON media_assets (b2_key);',
          } as const,
        ]),
  ];
}

function surroundings({triggers, refersTo}: TableSchema, touched: string): readonly Finding[] {
  return [
    ...triggers.map(
      ({name}): Finding => ({
        level: 'warning',
        subject: 'target',
        message: `media_assets has a trigger ${name}: it runs for every row that is ${touched}, and an undo does not undo what it does`,
      }),
    ),
    ...refersTo.map(
      ({table, column}): Finding => ({
        level: 'warning',
        subject: 'target',
        message: `media_assets.${column} refers to ${table}: where its value is missing there, the whole run is refused`,
      }),
    ),
  ];
}

function mustBeFilled({notNull, defaultSql, primaryKey}: Column): boolean {
  return notNull && defaultSql === null && primaryKey === 0;
}

function hasKeyIndex({indexes}: TableSchema): boolean {
  return indexes.some(([first]) => first === 'b2_key');
}

/** A literal: text, number, NULL. Expressions give something else every time. */
const literal = /^(NULL|'(?:[^']|'')*'|[+-]?\d+(?:\.\d+)?)$/i;

function factsOf(
  table: TableSchema,
): Pick<
  MediaFacts,
  'id' | 'hasKeyIndex' | 'leftAlone' | 'indexes' | 'hasLastSeen' | 'referredBy' | 'columns'
> {
  const {columns, indexes, referredBy} = table;
  const known = [...written, ...ours];
  const [key, second] = columns.filter(({primaryKey}) => primaryKey > 0);
  const id = key !== undefined && second === undefined && key.type === 'INTEGER' ? key.name : 'rowid';
  return {
    id,
    hasKeyIndex: hasKeyIndex(table),
    indexes,
    referredBy,
    columns: columns.map(({name}) => name),
    hasLastSeen: columns.some(({name}) => name === 'last_seen_at'),
    leftAlone: columns
      .filter(({name}) => !known.includes(name) && name !== id)
      .map(({name, defaultSql}) => ({column: name, is: defaultSql ?? 'NULL'}))
      .filter(({is}) => literal.test(is)),
  };
}

function targetError(message: string, remedy: string): Finding {
  return {level: 'error', subject: 'target', message, remedy};
}
