/** Opens an SQLite file as a user who may not do everything, and writes where it can. Prints what came of it as JSON. */
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {becomeNobody} from '../support/nobody.ts';

const [path = '', as = ''] = process.argv.slice(2);
becomeNobody();
const target = await sqliteTarget({path});
process.stdout.write(JSON.stringify(await (as === 'reader' ? read() : write()).catch(describe)));

async function read() {
  const reader = await target.openReader();
  return {rows: await reader.query('SELECT * FROM items')};
}

async function write() {
  const database = await target.openDatabase();
  await database.transaction([{sql: "INSERT INTO items (name) VALUES ('nobody')", params: []}]);
  return {wrote: true};
}

function describe(error: unknown) {
  return error instanceof Error ? {...error, name: error.name, message: error.message} : {error};
}
