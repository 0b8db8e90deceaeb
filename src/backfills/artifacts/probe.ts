import {z} from 'zod';
import {errorsOf, type Finding, type Probe} from '../../core/probe.ts';
import {counted, number} from '../../core/words.ts';
import type {Reader} from '../../databases/database.ts';
import {type Column, collating, describeTable, hasRowid, type TableSchema} from '../../databases/schema.ts';
import type {ArtifactsFacts} from './facts.ts';
import type {ArtifactsOptions} from './options.ts';
import {countedRows, countNaming, countRows} from './probe-counts.ts';
import {uniqueOn} from './probe-index.ts';
import {findReferences} from './references.ts';

export const table = 'artifacts';

export async function hasArtifacts(target: Reader): Promise<boolean> {
  return (await describeTable(target, table)) !== null;
}

/** Which part of the schema a plan depends on: a change of anything else leaves it as it is. */
export type Depends = 'rows' | 'references';

const required: readonly string[] = ['source_type', 'fetched_at', 'r2_bucket', 'r2_key'];

/** Reads the schema of artifacts and of all that names its rows, and counts; touches nothing. */
export async function probeArtifacts(
  target: Reader,
  depends: Depends,
  options: Pick<ArtifactsOptions, 'references'>,
): Promise<Probe<ArtifactsFacts>> {
  const found = await describeTable(target, table);
  if (found === null) return missingTable;
  const names = namesIn(found);
  const id = idOf(found);
  const missing = required.filter(name => names(name) === null);
  const findings: Finding[] = [
    ...missing.map(name => targetError(`artifacts has no column ${name}`, 'Add it, or rename yours to it.')),
    ...(id === null
      ? [
          targetError(
            'artifacts has no column that tells its rows apart',
            'Give it a primary key of one column, such as artifact_id.',
          ),
        ]
      : []),
  ];
  if (id === null || missing.length > 0) return {findings, schema: '', facts: emptyFacts};
  const column = (name: string) => names(name) ?? name;
  const [bucket, key] = [column('r2_bucket'), column('r2_key')];
  findings.push(...collations(await collating(target, table, [id.name, bucket, key])));
  const {
    references,
    namedBy,
    tables,
    findings: ofReferences,
  } = await findReferences(target, found, id, options.references);
  const columns = found.columns.map(({name}) => name);
  const [fetchedAt, sourceType] = [column('fetched_at'), column('source_type')];
  const counts = await countRows(target, {bucket, key, fetchedAt, sourceType});
  const url = found.columns.find(({name}) => name.toLowerCase() === 'source_url');
  const facts: ArtifactsFacts = {
    id: id.name,
    newId: newIdOf(found, id),
    columns,
    sourceType,
    fetchedAt,
    bucket,
    key,
    sourceUrl: url?.name ?? null,
    needsUrl: url?.notNull === true && url.defaultSql === null,
    leftAlone: leftAlone(found, id.name),
    references,
    namedBy,
    isTriggered: tables.some(({triggers}) => triggers.length > 0),
    hasKeyIndex: found.indexes.some(
      ([first, second]) => first === key || (first === bucket && second === key),
    ),
    uniqueIndex: uniqueOn(found, [bucket, key]),
    taken: await namesTaken(target),
    dates: counts.dates,
    indexes: found.indexes,
    rows: counts.rows,
    namingRows: await countNaming(target, references),
  };
  // Only what re-points rows minds what can't be re-pointed.
  const minded = [...ofReferences, ...ignoringTriggers([found, ...tables])].filter(
    ({level}) => depends === 'references' || level !== 'error',
  );
  const warnings = [...minded, ...keysThatAreNoText(counts.noText), ...triggerFindings([found, ...tables])];
  const isBroken = errorsOf({findings: [...findings, ...warnings]}).length > 0;
  return {
    findings: [...(isBroken ? [] : [summary(facts, counts.unknown)]), ...findings, ...warnings],
    schema: schemaText(depends === 'rows' ? [found] : [found, ...tables], depends),
    facts,
  };
}

function summary({rows, uniqueIndex, id, references}: ArtifactsFacts, unknown: number): Finding {
  const many = rows > countedRows ? `more than ${number(countedRows)} rows` : counted(rows, 'row');
  const index = uniqueIndex === null ? 'no unique index on bucket and key' : `unique by ${uniqueIndex.name}`;
  const named = references.map(({table: name, column}) => `${name}.${column}`).join(', ');
  return {
    level: 'ok',
    subject: 'target',
    message: `artifacts, told apart by ${id}: ${many}, ${number(unknown)} of unknown type; ${index}; ${named === '' ? 'nothing refers to it' : `named by ${named}`}`,
  };
}

function schemaText(tables: readonly TableSchema[], depends: Depends): string {
  return tables
    .flatMap(({sql, triggers, uniqueIndexes}) => [
      sql,
      ...triggers.map(trigger => trigger.sql),
      ...(depends === 'rows' ? [] : uniqueIndexes.map(({name, sql: made}) => made ?? name)),
    ])
    .join('\n');
}

/** A column as the table spells it; SQL does not care about capitals. */
function namesIn({columns}: TableSchema): (name: string) => string | null {
  return wanted => columns.find(({name}) => name.toLowerCase() === wanted)?.name ?? null;
}

function idOf({columns, uniques}: TableSchema) {
  const keys = columns.filter(({primaryKey}) => primaryKey > 0);
  const [only, second] = keys;
  if (only !== undefined && second === undefined) return only;
  const isUnique = (name: string) => uniques.some(set => set.length === 1 && set[0] === name);
  return columns.find(({name}) => /^(?:artifact_)?id$/i.test(name) && isUnique(name)) ?? null;
}

/** A number that the database does not give could only be guessed. */
function newIdOf({sql}: TableSchema, {type, primaryKey}: Column): ArtifactsFacts['newId'] {
  if (type === 'INTEGER' && primaryKey > 0 && hasRowid(sql)) return 'database';
  return /INT|REAL|FLOA|DOUB|NUM|DEC|BLOB/.test(type) ? null : 'text';
}

/** Keys and ids are told apart by their bytes, or rows of different objects would be taken for doubles. */
function collations(columns: readonly string[]): readonly Finding[] {
  return columns.map(name =>
    targetError(
      `artifacts.${name} does not compare by bytes (it has a COLLATE clause)`,
      'Make the table anew without COLLATE: what differs in case is different.',
    ),
  );
}

function keysThatAreNoText(count: number): readonly Finding[] {
  return count === 0
    ? []
    : [
        {
          level: 'warning',
          subject: 'target',
          message: `${counted(count, 'row')} of artifacts ${count === 1 ? 'has a bucket or key that is' : 'have a bucket or key that is'} no text: they are left as they are`,
        },
      ];
}

function triggerFindings(tables: readonly TableSchema[]): readonly Finding[] {
  return tables.flatMap(({name, triggers}) =>
    triggers.map(
      (trigger): Finding => ({
        level: 'warning',
        subject: 'target',
        message: `${name} has a trigger ${trigger.name}: it runs for every row that is written, and an undo does not undo what it does`,
      }),
    ),
  );
}

/** A row that a trigger keeps as it is, without a word, would be left of a group that counts as done. */
function ignoringTriggers(tables: readonly TableSchema[]): readonly Finding[] {
  return tables.flatMap(({name, triggers}) =>
    triggers
      .filter(({sql}) => /\bRAISE\s*\(\s*IGNORE\s*\)/i.test(sql))
      .map(trigger =>
        targetError(
          `the trigger ${trigger.name} of ${name} ignores writes (RAISE(IGNORE)): an object would be cleaned up in part`,
          'Drop it for the clean-up, or let it RAISE(ABORT): what it refuses is then left as it is, as a whole.',
        ),
      ),
  );
}

/** A literal: text, number, NULL. CURRENT_TIMESTAMP and expressions give something else every time. */
const literal = /^(NULL|'(?:[^']|'')*'|[+-]?\d+(?:\.\d+)?)$/i;
const written = new Set([...required, 'source_url']);

function leftAlone({columns}: TableSchema, id: string): ArtifactsFacts['leftAlone'] {
  return columns
    .filter(({name}) => name !== id && !written.has(name.toLowerCase()))
    .map(({name, defaultSql}) => ({column: name, is: defaultSql ?? 'NULL'}))
    .filter(({is}) => literal.test(is));
}

async function namesTaken(target: Reader): Promise<readonly string[]> {
  const rows = await target.query("SELECT name FROM sqlite_schema WHERE name GLOB 'idx_artifacts_*'");
  return rows.map(row => z.string().parse(row['name']));
}

export function targetError(message: string, remedy: string): Finding {
  return {level: 'error', subject: 'target', message, remedy};
}

const emptyFacts: ArtifactsFacts = {
  id: 'artifact_id',
  newId: 'database',
  columns: [],
  sourceType: 'source_type',
  fetchedAt: 'fetched_at',
  bucket: 'r2_bucket',
  key: 'r2_key',
  sourceUrl: null,
  needsUrl: false,
  leftAlone: [],
  references: [],
  namedBy: [],
  isTriggered: false,
  hasKeyIndex: false,
  uniqueIndex: null,
  taken: [],
  dates: 'iso',
  indexes: [],
  rows: 0,
  namingRows: 0,
};

const missingTable: Probe<ArtifactsFacts> = {
  findings: [
    targetError(
      'there is no table artifacts',
      'headgate migrate artifacts --target TARGET makes the documented one.',
    ),
  ],
  schema: '',
  facts: emptyFacts,
};
