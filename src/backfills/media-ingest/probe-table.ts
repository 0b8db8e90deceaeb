import type {Finding} from '../../core/probe.ts';
import type {Reader} from '../../databases/database.ts';
import {affinityOf, type Column, collating, hasRowid, type TableSchema} from '../../databases/schema.ts';
import type {MediaFacts} from './facts.ts';

/** What an insert fills. */
const written = ['media_uid', 'b2_key', 'b2_file_id', 'size', 'etag', 'ingested_at'];
/** Columns of ours that an ingest leaves alone, and an undo does not mind. */
const ours = ['last_seen_at'];
/** What keeps the table from being filled, and what makes that slow. */
export async function tableProblems(target: Reader, table: TableSchema): Promise<readonly Finding[]> {
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
    ...affinityProblems(table),
    ...otherUniques(table),
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

/** A key such as 001 would become a number in a column that makes numbers of what it can. */
function affinityProblems({columns}: TableSchema): readonly Finding[] {
  return columns
    .filter(column => written.includes(column.name))
    .filter(column => affinityOf(column) === (column.name === 'size' ? 'text' : 'number'))
    .map(({name, type}) =>
      targetError(
        `media_assets.${name} is declared as ${type}, which changes what is written to it`,
        `Make the table anew with ${name} ${name === 'size' ? 'INTEGER' : 'TEXT'}.`,
      ),
    );
}

/** What is unique besides may refuse one row of a run, and with it all others. */
function otherUniques({uniqueIndexes}: TableSchema): readonly Finding[] {
  return uniqueIndexes
    .filter(({columns, isPartial}) => isPartial || columns.length !== 1 || columns[0] !== 'media_uid')
    .map(({columns}) => ({
      level: 'warning',
      subject: 'target',
      message: `media_assets is unique by ${columns.map(name => name ?? 'an expression').join(' and ')} as well: another version of a known object may be refused by that, and with it all of a run`,
    }));
}

/** What else happens when a row is touched. */
export function surroundingsOf({triggers, refersTo}: TableSchema, touched: string): readonly Finding[] {
  return [
    ...triggers.map(
      ({name}): Finding => ({
        level: 'warning',
        subject: 'target',
        message: `media_assets has a trigger ${name}: it runs for every row that is ${touched}; an undo does not undo what it does, and leaves a row that it has changed`,
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

export function factsOfTable(
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
