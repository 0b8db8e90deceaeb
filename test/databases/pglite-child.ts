/** Writes to a PGlite folder until it is killed: pairs of rows, and a line for each pair that was committed. */
import {pgliteTarget} from '../../src/databases/pglite.ts';

const [folder = ''] = process.argv.slice(2);
const database = await (await pgliteTarget({folder})).openDatabase();
await database.transaction([
  {sql: 'CREATE TABLE IF NOT EXISTS pairs (pair bigint, half text, filling text)', params: []},
]);
const [row] = await database.query('SELECT coalesce(max(pair), 0) AS last FROM pairs');
process.stdout.write('open\n');
for (let pair = Number(row?.['last']) + 1; ; pair++) {
  const half = (name: string) => ({
    sql: 'INSERT INTO pairs VALUES ($1, $2, $3)',
    params: [pair, name, name.repeat(3_000)],
  });
  await database.transaction([half('left'), half('right')]);
  process.stdout.write(`${pair}\n`);
}
