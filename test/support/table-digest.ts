import type {HostedTarget} from './target-host.ts';

type Sql = HostedTarget['sql'];

/** Every row of the tables, and every index and trigger that is neither headgate's nor a guard of the tests, as text. */
export async function digestOf(sql: Sql, tables: readonly string[]): Promise<string> {
  const indexes = await sql(
    "SELECT name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND tbl_name NOT GLOB 'headgate_*' AND name NOT GLOB 'guard_*' ORDER BY name",
  );
  const rows: unknown[] = [];
  for (const table of tables) rows.push(await quotedRows(sql, table));
  return JSON.stringify([indexes, ...rows]);
}

/** Whole rows as SQL would write them, in an order of their own: nothing is rounded. */
async function quotedRows(sql: Sql, table: string): Promise<readonly string[]> {
  const columns = await sql(
    `SELECT name FROM pragma_table_info('${table.replace(/^"|"$/g, '').replaceAll('""', '"')}')`,
  );
  const values = columns.map(({name}, at) => `quote("${String(name).replaceAll('"', '""')}") AS c${at}`);
  const rows = await sql(`SELECT ${values.join(', ')} FROM ${table}`);
  return rows.map(row => columns.map((_, at) => String(row[`c${at}`])).join(', ')).sort();
}
