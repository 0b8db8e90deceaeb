import {renameSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it} from 'vitest';
import {SqliteConnection} from '../../src/databases/sqlite-connection.ts';
import {tempFolder} from '../support/temp.ts';

const open = (path: string, pragmas: readonly string[] = []) =>
  SqliteConnection.open({path, readOnly: false, pragmas, busyTimeoutMs: 100});

function makeItems(name: string): string {
  const path = join(tempFolder(), `${name}.sqlite`);
  const db = new DatabaseSync(path);
  db.exec(`CREATE TABLE items (name TEXT); INSERT INTO items VALUES ('${name}')`);
  db.close();
  return path;
}

const itemsOf = (connection: SqliteConnection) => connection.query('SELECT name FROM items');

describe('a thread that a closed connection leaves to the next', () => {
  it('knows nothing of the database before', async () => {
    const before = makeItems('before');
    const first = await open(before, ['PRAGMA foreign_keys = 0']);
    expect(await itemsOf(first)).toEqual([{name: 'before'}]);
    await first.close();
    renameSync(before, `${before}.moved`);

    const second = await open(makeItems('after'));
    expect(await itemsOf(second)).toEqual([{name: 'after'}]);
    expect(await second.query('PRAGMA foreign_keys')).toEqual([{foreign_keys: 1}]);
    await second.transaction([{sql: "INSERT INTO items VALUES ('more')", params: []}]);
    expect(await itemsOf(second)).toEqual([{name: 'after'}, {name: 'more'}]);
    await second.close();
    await expect(itemsOf(first)).rejects.toThrow('the database is closed');
    await expect(itemsOf(second)).rejects.toThrow('the database is closed');
  });

  it('serves it after one that could not be opened, and lets go of that one', async () => {
    const path = makeItems('refused');
    await expect(open(path, ['BEGIN EXCLUSIVE', 'no pragma'])).rejects.toThrow(/syntax error/);
    const next = await open(path);
    await next.transaction([{sql: "INSERT INTO items VALUES ('more')", params: []}]);
    expect(await itemsOf(next)).toHaveLength(2);
    await next.close();
  });

  it('is closed behind everything that was asked before', async () => {
    const connection = await open(makeItems('busy'));
    const asked = [itemsOf(connection), itemsOf(connection)];
    await connection.close();
    expect(await Promise.all(asked)).toEqual([[{name: 'busy'}], [{name: 'busy'}]]);
  });

  it('is one of many: those that are open at once are served apart', async () => {
    for (let round = 0; round < 2; round++) {
      const names = Array.from({length: 8}, (_, index) => `database-${round}-${index}`);
      const connections = await Promise.all(names.map(name => open(makeItems(name))));
      expect(await Promise.all(connections.map(itemsOf))).toEqual(names.map(name => [{name}]));
      await Promise.all(connections.map(connection => connection.close()));
    }
  });
});
