import {errorsOf, type Finding, type Probe} from '../../core/probe.ts';
import {quoted} from '../../core/sql.ts';
import {counted, number} from '../../core/words.ts';
import type {Reader} from '../../databases/database.ts';
import {type AssetColumn, type AssetFacts, assetColumns} from './facts.ts';
import {type FoundTable, findTable} from './found-table.ts';
import type {UploadOptions} from './options.ts';
import {countedRows, countRows} from './probe-counts.ts';
import {differences, missingTable, surroundings} from './probe-findings.ts';
import {formOf, usersOf} from './types.ts';
import {uniquenessOf} from './uniqueness.ts';

export async function hasAssetsTable(target: Reader): Promise<boolean> {
  return (await findTable(target)) !== null;
}

/** Reads the schema of assets and of what refers to it, and counts; touches nothing. */
export async function probeAssets(
  target: Reader,
  {duplicatesAreLegal}: Pick<UploadOptions, 'duplicatesAreLegal'> = {duplicatesAreLegal: false},
): Promise<Probe<AssetFacts>> {
  const table = await findTable(target);
  if (table === null) return {findings: [missingTable], schema: '', facts: noFacts(target)};
  const unsized = {...factsOf(target, table), duplicatesAreLegal};
  const findings = differences(table, unsized);
  const isBroken = errorsOf({findings}).length > 0;
  const counts = isBroken ? {rows: 0, withHash: 0, dates: unsized.dates} : await countRows(target, unsized);
  const facts: AssetFacts = {...unsized, rows: counts.rows, dates: counts.dates};
  return {
    findings: [...(isBroken ? [] : [foundText(facts, counts.withHash)]), ...findings, ...surroundings(table)],
    schema: table.schema,
    facts,
  };
}

function factsOf({dialect}: Reader, table: FoundTable): AssetFacts {
  const columns = new Map(table.columns.map(column => [column.name, column]));
  const types: Partial<Record<AssetColumn, string>> = {};
  for (const name of assetColumns) {
    const type = columns.get(name)?.type;
    if (type !== undefined) types[name] = type;
  }
  const id = columns.get('id');
  const created = columns.get('created_at');
  const isFilled = (name: 'created_at' | 'last_accessed_at') =>
    columns.get(name)?.notNull === true && columns.get(name)?.defaultSql === null;
  return {
    dialect,
    types,
    users: usersOf(dialect, types.user_id ?? 'text') ?? 'text',
    newId: id === undefined || id.countsByItself || id.defaultSql !== null ? 'database' : 'uuid',
    hasLooks: types.phash64 !== undefined,
    dates: formOf(dialect, created),
    fills: (['created_at', 'last_accessed_at'] as const).filter(isFilled),
    unique: uniquenessOf(table),
    lookups: table.lookups,
    duplicatesAreLegal: false,
    leftAlone: leftAlone(table),
    references: table.referredBy.map(({table: from, columns: own}) => ({
      table: dialect === 'postgres' ? from : quoted(from),
      columns: own.map(({from: column, to}) => ({from: column, to: to ?? 'id'})),
    })),
    rows: 0,
    indexes: table.indexes,
  };
}

/** A literal, with or without its type: text, number, truth, NULL. Whatever computes gives something else every time. */
const literal =
  /^(?:NULL|true|false|\(*'?[+-]?\d+(?:\.\d+)?'?\)*|'(?:[^']|'')*')(?:::[a-z][a-z0-9_ ]*(?:\(\d+\))?)?$/i;

function leftAlone({columns}: FoundTable): AssetFacts['leftAlone'] {
  const known: ReadonlySet<string> = new Set(assetColumns);
  return columns
    .filter(({name}) => !known.has(name))
    .map(({name, defaultSql}) => ({column: name, is: defaultSql ?? 'NULL'}))
    .filter(({is}) => literal.test(is));
}

function foundText({rows, unique}: AssetFacts, withHash: number): Finding {
  const many =
    rows > countedRows
      ? `more than ${number(countedRows)} rows`
      : `${counted(rows, 'row')}, ${number(withHash)} with a hash`;
  const kept =
    unique === 'user' ? 'each hash once for each user' : 'nothing keeps a hash from being there twice';
  return {level: 'ok', subject: 'target', message: `assets: ${many}; ${kept}`};
}

function noFacts(target: Reader): AssetFacts {
  return {
    dialect: target.dialect,
    types: {},
    users: 'text',
    newId: 'database',
    hasLooks: false,
    dates: 'iso',
    fills: [],
    unique: 'nothing',
    lookups: [],
    duplicatesAreLegal: false,
    leftAlone: [],
    references: [],
    rows: 0,
    indexes: 0,
  };
}
