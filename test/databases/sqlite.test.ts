import {existsSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it, onTestFinished} from 'vitest';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {databaseConformance} from '../conformance/database.ts';
import {sqliteForms} from '../conformance/sql-forms.ts';
import {tempFolder} from '../support/temp.ts';

databaseConformance({
  name: 'an SQLite file',
  sql: sqliteForms,
  make: async () => {
    const path = join(tempFolder(), 'index.sqlite');
    writeFileSync(path, '');
    return sqliteTarget({path});
  },
  lock: async target => {
    const other = new DatabaseSync(target.label);
    other.exec('BEGIN IMMEDIATE');
    return async () => other.close();
  },
  unbindable: {},
});

describe('an SQLite file as a target', () => {
  it('is called by its base name, unless the config has a name for it', async () => {
    expect(await sqliteTarget({path: 'some/index.sqlite'})).toMatchObject({
      name: 'index.sqlite',
      label: 'some/index.sqlite',
      environment: null,
      marks: true,
    });
    expect(
      await sqliteTarget({path: 'index.sqlite', name: 'main', environment: 'production', marks: false}),
    ).toMatchObject({name: 'main', environment: 'production', marks: false});
  });

  it('is the same target through a link, and before it exists', async () => {
    const folder = tempFolder();
    const missing = await sqliteTarget({path: join(folder, 'index.sqlite')});
    writeFileSync(join(folder, 'index.sqlite'), '');
    symlinkSync('index.sqlite', join(folder, 'link.sqlite'));
    symlinkSync('.', join(folder, 'folder'));
    const others = ['index.sqlite', 'link.sqlite', 'folder/index.sqlite', './folder/../index.sqlite'];
    for (const name of others) expect((await sqliteTarget({path: `${folder}/${name}`})).id).toBe(missing.id);
  });

  it('is not made by naming it, but where it is asked for', async () => {
    const path = join(tempFolder(), 'new.sqlite');
    const target = await sqliteTarget({path});
    await expect(target.openReader()).rejects.toThrow(/no such file/);
    await expect(target.openDatabase()).rejects.toThrow(/no such file/);
    expect(existsSync(path)).toBe(false);
    const database = await target.openDatabase({create: true});
    onTestFinished(() => database.close());
    await database.transaction([{sql: 'CREATE TABLE items (id INTEGER)', params: []}]);
    expect(existsSync(path)).toBe(true);
  });

  it('knows how much space is left beside it', async () => {
    const target = await sqliteTarget({path: join(tempFolder(), 'index.sqlite')});
    expect(await target.freeBytes()).toBeGreaterThan(0);
    const nowhere = await sqliteTarget({path: join(tempFolder(), 'missing', 'index.sqlite')});
    expect(await nowhere.freeBytes()).toBeNull();
  });

  it('lets everything else go on during a long statement', async () => {
    const path = join(tempFolder(), 'index.sqlite');
    writeFileSync(path, '');
    const reader = await (await sqliteTarget({path})).openReader();
    onTestFinished(() => reader.close());
    let turns = 0;
    let counting = true;
    const turn = () => {
      turns++;
      if (counting) setImmediate(turn);
    };
    setImmediate(turn);
    const [row] = await reader.query(
      `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3000000)
       SELECT count(*) AS total FROM numbers`,
    );
    counting = false;
    expect(row).toEqual({total: 3_000_000});
    expect(turns).toBeGreaterThan(100);
  });
});
