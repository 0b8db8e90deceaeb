import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {SqliteConnection} from '../../src/databases/sqlite-connection.ts';
import {tempFolder} from '../support/temp.ts';
import {expectEachWhole, insert, names} from '../support/together.ts';

async function opened(pragmas: readonly string[] = []): Promise<SqliteConnection> {
  const path = join(tempFolder(), 'index.sqlite');
  const connection = await SqliteConnection.open({path, readOnly: false, pragmas, busyTimeoutMs: 100});
  onTestFinished(() => connection.close());
  await connection.transaction([
    {sql: 'CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)', params: []},
  ]);
  return connection;
}

describe('transactions that wait for their turn together', () => {
  it('are each all or nothing, whatever becomes of the others', async () => {
    await expectEachWhole(await opened(), 50);
  });

  it('are seen by the query that is asked behind them, and not by the one before', async () => {
    const connection = await opened();
    const before = names(connection);
    const made = ['a', 'b', 'c'].map(name => connection.transaction([insert(name)]));
    const after = names(connection);
    const later = connection.transaction([insert('d')]);
    await Promise.all([...made, later]);
    expect(await before).toEqual([]);
    expect(await after).toEqual(['a', 'b', 'c']);
  });

  it('are each tried by themselves where one takes all the others with it', async () => {
    // A page more than the table has: a large row is a full disk, which rolls everything back.
    const connection = await opened(['PRAGMA max_page_count = 8']);
    const answers = await Promise.allSettled([
      connection.transaction([insert('before')]),
      connection.transaction([insert('x'.repeat(100_000))]),
      connection.transaction([insert('behind')]),
    ]);
    expect(answers.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({
      reason: {kind: 'server-error', message: expect.stringMatching(/full/)},
    });
    expect(await names(connection)).toEqual(['before', 'behind']);
  });

  it('are each tried by themselves where the end of all is refused for one', async () => {
    const connection = await opened();
    await connection.transaction([
      {sql: 'CREATE TABLE parts (item INTEGER REFERENCES items DEFERRABLE INITIALLY DEFERRED)', params: []},
    ]);
    const answers = await Promise.allSettled([
      connection.transaction([insert('before')]),
      connection.transaction([{sql: 'INSERT INTO parts (item) VALUES (7)', params: []}]),
      connection.transaction([insert('behind')]),
    ]);
    expect(answers.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({reason: {kind: 'refused'}});
    expect(await names(connection)).toEqual(['before', 'behind']);
  });
});
