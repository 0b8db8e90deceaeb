import type {Finding} from '../../core/probe.ts';
import type {Reader} from '../../databases/database.ts';
import {
  type Column,
  describeTable,
  type ForeignKey,
  foreignKeysTo,
  type TableSchema,
} from '../../databases/schema.ts';
import type {NamedBy, Reference} from './facts.ts';
import {referenceOf} from './reference.ts';
import {
  differences,
  isComputed,
  notThere,
  notTold,
  notUnderstood,
  ofItself,
  unsaid,
} from './reference-findings.ts';

export interface Found {
  readonly references: readonly Reference[];
  readonly namedBy: readonly NamedBy[];
  readonly tables: readonly TableSchema[];
  readonly findings: readonly Finding[];
}

/** What the config says of columns without a foreign key. */
export type Choices = Readonly<Record<string, 'repoint' | 'leave'>>;

/** The document's own table, which D1 databases often leave undeclared. */
const documented: Choices = {'datapoints.artifact_id': 'repoint'};

/** A column that is to be re-pointed, as whoever named it spells it. */
interface Wanted {
  readonly table: string;
  readonly column: string;
  /** Of its foreign key; null where it has none. */
  readonly onDelete: string | null;
}

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
  const {wanted, others, findings} = sorted(declared, named, {artifacts, id, chosen});
  const described = await describeTables(target, wanted);
  const references: Reference[] = [];
  const namedBy = [...others];
  for (const {table, column, onDelete} of wanted) {
    const schema = described.get(table);
    const found = schema?.columns.find(({name}) => isSame(name, column));
    const computed = schema?.computed.find(name => isSame(name, column));
    const from = found?.name ?? computed;
    if (from === undefined) findings.push(notThere(`${table}.${column}`));
    else namedBy.push({table, columns: [{from, to: id.name}]});
    if (computed !== undefined) findings.push(isComputed(`${table}.${computed}`));
    if (schema === undefined || found === undefined) continue;
    const besides = schema.columns
      .map(({name}) => name)
      .filter(
        name => name !== found.name && wanted.some(each => each.table === table && isSame(each.column, name)),
      );
    const reference = referenceOf(schema, {column: found, onDelete, besides}, id);
    if (reference === null) findings.push(notTold(table, found.name));
    else {
      references.push(reference);
      findings.push(...differences(reference, schema, besides, id));
    }
  }
  return {references, namedBy, tables: [...described.values()], findings};
}

interface Sorted {
  /** Each once. */
  readonly wanted: readonly Wanted[];
  /** What names artifacts, or may, and is not re-pointed. */
  readonly others: readonly NamedBy[];
  readonly findings: Finding[];
}

function sorted(
  declared: readonly ForeignKey[],
  named: readonly Pick<Wanted, 'table' | 'column'>[],
  {artifacts, id, chosen}: {readonly artifacts: TableSchema; readonly id: Column; readonly chosen: Choices},
): Sorted {
  const wanted = new Map<string, Wanted>();
  const others: NamedBy[] = [];
  const findings: Finding[] = [];
  const placeOf = (table: string, column: string) => `${table}.${column}`.toLowerCase();
  const add = (found: Wanted) => {
    const place = placeOf(found.table, found.column);
    if (!wanted.has(place)) wanted.set(place, found);
  };
  for (const {table, columns, onDelete} of declared) {
    const [only, second] = columns;
    const isOfId = only !== undefined && second === undefined && isId(only.to, id);
    if (isOfId && table !== artifacts.name) add({table, column: only.from, onDelete});
    else {
      const own = columns.map(({from}) => from);
      findings.push(isOfId ? ofItself(only.from) : notUnderstood(table, own));
      others.push({
        table,
        columns: columns.map(({from, to}, at) => ({from, to: to ?? keyAt(artifacts, at)})),
      });
    }
  }
  const choices = {...documented, ...lowerCased(chosen)};
  for (const {table, column} of named) {
    const place = placeOf(table, column);
    if (table === artifacts.name || wanted.has(place)) continue;
    const choice = choices[place];
    if (choice === 'repoint') add({table, column, onDelete: null});
    if (choice !== undefined) continue;
    findings.push(unsaid(`${table}.${column}`));
    others.push({table, columns: [{from: column, to: id.name}]});
  }
  for (const [place, choice] of Object.entries(chosen)) {
    const [table = '', column = ''] = place.split('.');
    if (choice === 'repoint') add({table, column, onDelete: null});
  }
  return {wanted: [...wanted.values()], others, findings};
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A foreign key without columns refers to the primary key. */
function keyAt({columns}: TableSchema, at: number): string {
  return columns.find(({primaryKey}) => primaryKey === at + 1)?.name ?? '';
}

async function describeTables(
  target: Reader,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, TableSchema>> {
  const described = new Map<string, TableSchema>();
  for (const table of new Set(wanted.map(each => each.table))) {
    const schema = await describeTable(target, table);
    if (schema !== null) described.set(table, schema);
  }
  return described;
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
     JOIN pragma_table_xinfo(tables.name) AS columns
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
