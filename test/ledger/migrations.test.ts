import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it} from 'vitest';
import {readMigrations} from '../../src/databases/migrate.ts';
import {asAdmin, freshDatabase, postgresServer} from '../support/postgres.ts';
import {ledgerPath, openLedger} from './ledger-under-test.ts';

/** `table.column`, with what it takes. */
type Columns = Readonly<Record<string, string>>;

async function columnsInSqlite(): Promise<Columns> {
  const path = ledgerPath();
  await (await openLedger(path)).close();
  const db = new DatabaseSync(path, {readOnly: true});
  const rows = db
    .prepare(
      `SELECT tables.name || '.' || info.name AS name, info.type, info."notnull" OR info.pk > 0 AS filled
       FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS info
       WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'`,
    )
    .all();
  db.close();
  return Object.fromEntries(
    rows.map(({name, type, filled}) => [String(name), `${type}${filled === 1 ? ' NOT NULL' : ''}`]),
  );
}

const inSqlite: Readonly<Record<string, string>> = {
  text: 'TEXT',
  json: 'TEXT',
  bigint: 'INTEGER',
  bytea: 'BLOB',
};

async function columnsInPostgres(): Promise<Columns> {
  const url = await freshDatabase();
  await (await openLedger(url)).close();
  const rows = await asAdmin(
    `SELECT table_name || '.' || column_name AS name, data_type AS type, is_nullable FROM information_schema.columns
     WHERE table_schema = 'headgate' AND table_name NOT IN ('versions', 'writers')`,
    url,
  );
  return Object.fromEntries(
    rows.map(({name, type, is_nullable}) => [
      String(name),
      `${inSqlite[String(type)] ?? type}${is_nullable === 'NO' ? ' NOT NULL' : ''}`,
    ]),
  );
}

describe('the migrations of the ledger', () => {
  it('end with the same number for SQLite and for Postgres', async () => {
    const [sqlite, postgres] = await Promise.all([
      readMigrations('ledger'),
      readMigrations('ledger-postgres'),
    ]);
    expect(postgres.at(-1)?.number).toBe(sqlite.at(-1)?.number);
  });

  it.skipIf(postgresServer() === null)('make the same tables with the same columns in both', async () => {
    expect(await columnsInPostgres()).toEqual(await columnsInSqlite());
  });

  it.skipIf(postgresServer() === null)('order every key of Postgres by its bytes', async () => {
    const url = await freshDatabase();
    await (await openLedger(url)).close();
    const indexed = await asAdmin(
      `SELECT DISTINCT attribute.attrelid::regclass::text || '.' || attribute.attname AS name
       FROM pg_index AS index
       JOIN pg_attribute AS attribute ON attribute.attrelid = index.indrelid AND attribute.attnum = ANY (index.indkey)
       WHERE attribute.attrelid::regclass::text LIKE 'headgate.%' AND attribute.atttypid = 'text'::regtype
         AND attribute.attcollation <> 'pg_catalog."C"'::regcollation`,
      url,
    );
    expect(indexed).toEqual([]);
  });
});
