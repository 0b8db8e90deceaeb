import {createHash} from 'node:crypto';
import {quoted} from '../core/sql.ts';
import type {Reader} from '../databases/database.ts';

/** SHA-256 of every row of some tables, each value as SQL would write it: equal for equal contents. */
export async function digestOf(target: Reader, tables: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const table of tables) {
    const columns = await target.query('SELECT name FROM pragma_table_info(?)', [table]);
    const values = columns.map(({name}) => `quote(${quoted(String(name))})`).join(" || ', ' || ");
    for (const row of await target.query(`SELECT ${values} AS row FROM ${quoted(table)} ORDER BY 1`))
      hash.update(`${table} ${String(row['row'])}\n`);
  }
  return hash.digest('hex');
}
