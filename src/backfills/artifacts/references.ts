import type {Finding} from '../../core/probe.ts';
import type {Reader} from '../../databases/database.ts';
import {type Column, describeTable, foreignKeysTo, type TableSchema} from '../../databases/schema.ts';
import type {Reference, UniqueWith} from './facts.ts';
import {quoted} from './names.ts';

export interface Found {
  readonly references: readonly Reference[];
  readonly tables: readonly TableSchema[];
  readonly findings: readonly Finding[];
}

/** What the config says of columns without a foreign key. */
export type Choices = Readonly<Record<string, 'repoint' | 'leave'>>;

/** The document's own table, which D1 databases often leave undeclared. */
const documented: Choices = {'datapoints.artifact_id': 'repoint'};

/**
 * Everything that names rows of artifacts: columns with a foreign key, datapoints.artifact_id, and what the config says.
 * A column of that name in any other table may be one, or a log of what is gone: who cleans up has to say which.
 */
export async function findReferences(
  target: Reader,
  artifacts: TableSchema,
  id: Column,
  chosen: Choices,
): Promise<Found> {
  const [declared, named] = await Promise.all([
    foreignKeysTo(target, artifacts.name),
    columnsNamed(target, 'artifact_id'),
  ]);
  const findings: Finding[] = [];
  const wanted = new Map<
    string,
    {readonly table: string; readonly column: string; readonly onDelete: string | null}
  >();
  const add = (table: string, column: string, onDelete: string | null) => {
    const place = `${table.toLowerCase()}\n${column.toLowerCase()}`;
    if (!wanted.has(place)) wanted.set(place, {table, column, onDelete});
  };
  for (const {table, columns, onDelete} of declared) {
    const [only, second] = columns;
    const isOfId = only !== undefined && second === undefined && isId(only.to, id);
    if (!isOfId)
      findings.push(
        notUnderstood(
          table,
          columns.map(({from}) => from),
        ),
      );
    else if (table === artifacts.name) findings.push(ofItself(only.from));
    else add(table, only.from, onDelete);
  }
  const choices = {...documented, ...lowerCased(chosen)};
  for (const {table, column} of named) {
    const place = `${table}.${column}`;
    const choice = choices[place.toLowerCase()];
    const isDeclared = wanted.has(`${table.toLowerCase()}\n${column.toLowerCase()}`);
    if (table === artifacts.name || isDeclared) continue;
    if (choice === undefined) findings.push(unsaid(place));
    if (choice === 'repoint') add(table, column, null);
  }
  for (const [place, choice] of Object.entries(chosen)) {
    const [table = '', column = ''] = place.split('.');
    if (choice === 'repoint') add(table, column, null);
  }
  const tables = new Map<string, TableSchema>();
  const references: Reference[] = [];
  for (const {table, column, onDelete} of wanted.values()) {
    const schema = tables.get(table) ?? (await describeTable(target, table));
    const found = schema?.columns.find(({name}) => name.toLowerCase() === column.toLowerCase());
    if (schema === null || found === undefined) {
      findings.push(notThere(`${table}.${column}`));
      continue;
    }
    tables.set(table, schema);
    const reference = referenceOf(schema, found.name, onDelete);
    references.push(reference);
    findings.push(...differences(reference, schema));
  }
  return {references, tables: [...tables.values()], findings};
}

function lowerCased(choices: Choices): Choices {
  return Object.fromEntries(Object.entries(choices).map(([place, choice]) => [place.toLowerCase(), choice]));
}

async function columnsNamed(target: Reader, name: string) {
  const rows = await target.query(
    `WITH tables AS MATERIALIZED (
       SELECT name FROM sqlite_schema
       WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' AND sql NOT LIKE 'CREATE VIRTUAL%'
     )
     SELECT tables.name AS "table", columns.name AS column
     FROM tables
     JOIN pragma_table_info(tables.name) AS columns
     WHERE columns.name = ? COLLATE NOCASE
     ORDER BY tables.name`,
    [name],
  );
  return rows.map(row => ({table: String(row['table']), column: String(row['column'])}));
}

/** A key without a column refers to the primary key. */
function isId(to: string | null, {name, primaryKey}: Column): boolean {
  return to === null ? primaryKey > 0 : to.toLowerCase() === name.toLowerCase();
}

/** By its CREATE TABLE. */
export function hasRowid(sql: string): boolean {
  return !/\bWITHOUT\s+ROWID\b[\s,\w]*$/i.test(sql);
}

function referenceOf(schema: TableSchema, column: string, onDelete: string | null): Reference {
  const keys = schema.columns.filter(({primaryKey}) => primaryKey > 0);
  const others = keys.map(({name}) => name).filter(name => name !== column);
  const isWithRowid = hasRowid(schema.sql);
  const [only, second] = others;
  const isSingle = only !== undefined && second === undefined;
  return {
    table: schema.name,
    column,
    isDeclared: onDelete !== null,
    onDelete: onDelete ?? 'NO ACTION',
    identity: keys.length === 0 ? ['rowid'] : others,
    isInKey: others.length < keys.length,
    order: isSingle && keys.length === 1 ? only : isWithRowid ? 'rowid' : null,
    isIndexed:
      schema.indexes.some(([first]) => first === column) || (keys.length === 1 && others.length === 0),
    uniques: [
      // It is the rowid itself, and no index beside the rows.
      ...(others.length === 0 && keys.length === 1 ? [{index: 'its primary key', others: []}] : []),
      ...schema.uniqueIndexes.flatMap(index => uniqueWith(index, column)),
    ],
    columns: schema.columns.map(({name}) => name),
    hasRowid: isWithRowid,
    isNamed: schema.referredBy.length > 0,
  };
}

/** Partial and expression indexes are left to the database: what they refuse is a failure of that group alone. */
function uniqueWith(
  {name, columns, collations, isPartial}: TableSchema['uniqueIndexes'][number],
  column: string,
): readonly UniqueWith[] {
  if (isPartial || !columns.includes(column) || columns.includes(null)) return [];
  const others = columns.flatMap((other, index) =>
    other === null || other === column ? [] : [{column: other, collation: collations[index] ?? 'BINARY'}],
  );
  return [{index: name, others}];
}

function differences(
  {table, column, isDeclared, isIndexed, onDelete}: Reference,
  schema: TableSchema,
): readonly Finding[] {
  const warn = (message: string, remedy?: string): Finding => ({
    level: 'warning',
    subject: 'target',
    message,
    ...(remedy === undefined ? {} : {remedy}),
  });
  const index = `CREATE INDEX ${plain(`idx_${table}_${column}`)} ON ${plain(table)} (${plain(column)});`;
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
    ...(isIndexed
      ? []
      : [
          warn(
            isDeclared
              ? `${table}.${column} has no index: the database reads all of ${table} for every artifact that is deleted`
              : `${table}.${column} has no index: every page reads all of ${table}`,
            index,
          ),
        ]),
    ...(schema.columns.every(({primaryKey}) => primaryKey === 0)
      ? [warn(`${table} has no primary key: its rows are told apart by rowid, which VACUUM may change`)]
      : []),
  ];
}

/** A name as one would write it oneself. */
function plain(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : quoted(name);
}

function notUnderstood(table: string, columns: readonly string[]): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `${table} (${columns.join(', ')}) refers to artifacts by something else than its id: it can't be re-pointed`,
    remedy: 'Let it refer to the id alone.',
  };
}

function unsaid(place: string): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `${place} may name artifacts, and has no foreign key that says so`,
    remedy: `Say in the config whether it is to be re-pointed: options: {artifacts: {references: {'${place}': 'repoint'}}}, or 'leave'.`,
  };
}

function notThere(place: string): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `the config names ${place} as a reference to artifacts, and there is no such column`,
    remedy: 'Mend options.artifacts.references.',
  };
}

function ofItself(column: string): Finding {
  return {
    level: 'error',
    subject: 'target',
    message: `artifacts.${column} refers to artifacts itself: rows that name each other can't be cleaned up yet`,
    remedy: `Clear ${column}, or move it into a table of its own.`,
  };
}
