import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs, {existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {PGlite} from '@electric-sql/pglite';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {Statement} from '../../src/core/sql.ts';
import {pgliteTarget} from '../../src/databases/pglite.ts';
import {DurableFiles, durableParams} from '../../src/databases/pglite-files.ts';
import {copiedPglite} from '../support/pglite.ts';
import {tempFolder} from '../support/temp.ts';

const copy = copiedPglite();
const childScript = new URL('./pglite-child.ts', import.meta.url).pathname;

async function opened(folder: string) {
  const database = await (await pgliteTarget({folder})).openDatabase();
  onTestFinished(() => database.close());
  return database;
}

const makeItems: Statement = {sql: 'CREATE TABLE items (n integer)', params: []};
const insert = (n: number): Statement => ({sql: 'INSERT INTO items VALUES ($1)', params: [n]});
const endless: Statement = {
  sql: "CREATE FUNCTION endless(i int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN endless(i + 1); END'",
  params: [],
};

/** A process that writes to the folder, and what it says that it committed. */
async function writer(folder: string): Promise<{
  readonly child: ChildProcess;
  readonly committed: readonly number[];
  readonly reached: (pairs: number) => Promise<void>;
}> {
  const child = spawn(process.execPath, [childScript, folder], {stdio: ['ignore', 'pipe', 'inherit']});
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const committed: number[] = [];
  const lines = createInterface({input: child.stdout});
  // Several may come at once, the first among them.
  lines.on('line', line => line !== 'open' && committed.push(Number(line)));
  await once(lines, 'line');
  const reached = async (pairs: number) => {
    while (committed.length < pairs) await once(lines, 'line');
  };
  return {child, committed, reached};
}

describe('a PGlite folder as a target', () => {
  it('is called by its base name, unless the config has a name for it', async () => {
    const folder = join(tempFolder(), 'index');
    expect(await pgliteTarget({folder})).toMatchObject({
      name: 'index',
      label: `pglite:${folder}`,
      id: `pglite:${folder}`,
      dialect: 'postgres',
      service: 'local',
      environment: null,
      marks: true,
    });
    expect(await pgliteTarget({folder, name: 'main', environment: 'production', marks: false})).toMatchObject(
      {name: 'main', environment: 'production', marks: false},
    );
  });

  it('is the same target through a link, and before it exists', async () => {
    const folder = tempFolder();
    const missing = await pgliteTarget({folder: join(folder, 'index')});
    mkdirSync(join(folder, 'index'));
    symlinkSync('index', join(folder, 'link'));
    for (const name of ['index', 'link', './index/../link/'])
      expect((await pgliteTarget({folder: `${folder}/${name}`})).id).toBe(missing.id);
  });

  it('knows how much space is left there', async () => {
    const target = await pgliteTarget({folder: tempFolder()});
    expect(await target.freeBytes()).toBeGreaterThan(0);
  });

  it('is made where it is asked for, and not by naming or reading it', {timeout: 120_000}, async () => {
    const folder = join(tempFolder(), 'deep', 'index');
    const target = await pgliteTarget({folder});
    const missing = {code: 'usage', message: expect.stringMatching(/no such folder/)};
    await expect(target.openReader()).rejects.toMatchObject(missing);
    await expect(target.openDatabase()).rejects.toMatchObject(missing);
    expect(existsSync(folder)).toBe(false);
    const database = await target.openDatabase({create: true});
    onTestFinished(() => database.close());
    await database.transaction([makeItems, insert(1)]);
    expect(await database.query('SELECT n FROM items')).toEqual([{n: 1}]);
    expect(existsSync(join(folder, 'PG_VERSION'))).toBe(true);
  });

  it.each<[string, (folder: string) => void, RegExp]>([
    ['is no folder', folder => writeFileSync(folder, ''), /this is not a folder/],
    ['is empty', folder => mkdirSync(folder), /not a PGlite database/],
    [
      'was not made to its end',
      folder => {
        mkdirSync(folder);
        writeFileSync(join(folder, 'PG_VERSION'), '18\n');
        writeFileSync(join(folder, 'headgate.unfinished'), '');
      },
      /not made to its end/,
    ],
    [
      'is of another version',
      folder => {
        mkdirSync(folder);
        writeFileSync(join(folder, 'PG_VERSION'), '9\n');
      },
      /can't open it/,
    ],
  ])('that %s is refused with what to do', async (_, make, message) => {
    const folder = join(tempFolder(), 'index');
    make(folder);
    const target = await pgliteTarget({folder});
    for (const open of [() => target.openReader(), () => target.openDatabase()])
      await expect(open()).rejects.toMatchObject({
        name: 'OperatorError',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(/\S{3}/),
      });
  });

  it('is not made among the files of somebody else, which stay as they are', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'photo.jpg'), 'x');
    const target = await pgliteTarget({folder});
    await expect(target.openDatabase({create: true})).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/other files in it \(photo\.jpg\)/),
    });
    expect(readdirSync(folder)).toContain('photo.jpg');
  });

  it('that was not made to its end is made anew', {timeout: 120_000}, async () => {
    const folder = copy();
    writeFileSync(join(folder, 'headgate.unfinished'), '');
    writeFileSync(join(folder, 'PG_VERSION'), '');
    const database = await (await pgliteTarget({folder})).openDatabase({create: true});
    onTestFinished(() => database.close());
    expect(await database.query('SELECT 1 AS one')).toEqual([{one: 1}]);
    expect(existsSync(join(folder, 'headgate.unfinished'))).toBe(false);
  });
});

describe('one PGlite for all who have a folder open', () => {
  it('goes on until the last of them has closed it, and can be opened again', async () => {
    const folder = copy();
    const target = await pgliteTarget({folder});
    const [first, reader] = await Promise.all([target.openDatabase(), target.openReader()]);
    const second = await (await pgliteTarget({folder: `${folder}/`})).openDatabase();
    await first.transaction([makeItems, insert(1)]);
    await first.close();
    await second.transaction([insert(2)]);
    expect(await reader.query('SELECT n FROM items')).toEqual([{n: 1}, {n: 2}]);
    await Promise.all([second.close(), reader.close()]);
    const again = await opened(folder);
    expect(await again.query('SELECT count(*) AS n FROM items')).toEqual([{n: 2}]);
  });

  it('lets everything else go on during a long statement, and whoever gives it up', async () => {
    const database = await opened(copy());
    const giveUp = new AbortController();
    const reason = new Error('paused');
    let turns = 0;
    const turn = () => {
      if (++turns === 100) giveUp.abort(reason);
      if (turns < 100) setImmediate(turn);
    };
    setImmediate(turn);
    const slow = database.query('SELECT count(*) AS n FROM generate_series(1, 3000000)', [], {
      signal: giveUp.signal,
    });
    await expect(slow).rejects.toBe(reason);
    expect(await database.query('SELECT 1 AS one')).toEqual([{one: 1}]);
  });

  it('that breaks down is a settled failure, and opened anew for the next', async () => {
    const database = await opened(copy());
    await database.transaction([makeItems, insert(1), endless]);
    const broken = database.transaction([insert(2), {sql: 'SELECT endless(1)', params: []}]);
    await expect(broken).rejects.toMatchObject({
      kind: 'connection',
      isUnsettled: false,
      message: expect.stringMatching(/PGlite has stopped/),
    });
    await database.transaction([insert(3)]);
    expect(await database.query('SELECT n FROM items ORDER BY n')).toEqual([{n: 1}, {n: 3}]);
  });
});

describe('two processes', () => {
  it('can not open a folder at once; the second is told who has it', {timeout: 120_000}, async () => {
    const folder = copy();
    const {child} = await writer(folder);
    const target = await pgliteTarget({folder});
    for (const open of [() => target.openReader(), () => target.openDatabase({create: true})])
      await expect(open()).rejects.toMatchObject({
        name: 'OperatorError',
        message: expect.stringMatching(new RegExp(`process ${child.pid} on \\S+, since .* UTC, has it open`)),
        hint: expect.stringMatching(/End that process/),
      });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await target.openReader()).close();
  });

  it('can not open a folder at once, also where the first has just made it', {timeout: 120_000}, async () => {
    const folder = join(tempFolder(), 'index');
    const database = await (await pgliteTarget({folder})).openDatabase({create: true});
    onTestFinished(() => database.close());
    const child = spawn(process.execPath, [childScript, folder], {stdio: ['ignore', 'ignore', 'pipe']});
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const said: Buffer[] = [];
    child.stderr.on('data', chunk => said.push(chunk));
    await once(child, 'close');
    expect(Buffer.concat(said).toString()).toMatch(new RegExp(`process ${process.pid} on \\S+, since`));
  });

  it('of which the first is killed while it writes lose nothing that was committed', {
    timeout: 240_000,
  }, async () => {
    const folder = copy();
    const all: number[] = [];
    for (const pairs of [3, 40, 150]) {
      const {child, committed, reached} = await writer(folder);
      await reached(pairs);
      child.kill('SIGKILL');
      await once(child, 'close');
      all.push(...committed);
      const database = await (await pgliteTarget({folder})).openDatabase();
      const rows = await database.query(
        'SELECT pair, count(*) AS halves, sum(length(filling)) AS bytes FROM pairs GROUP BY pair ORDER BY pair',
      );
      await database.close();
      // One more may have been committed before it could be said.
      expect(rows.slice(0, all.length).map(({pair}) => pair)).toEqual(all);
      expect(rows.length).toBeLessThanOrEqual(all.length + 1);
      for (const row of rows) expect(row).toMatchObject({halves: 2, bytes: 27_000});
      const [last] = rows.slice(all.length);
      if (last !== undefined) all.push(Number(last['pair']));
    }
  });
});

it('a commit of PGlite is on the disk before it is answered', {timeout: 60_000}, async () => {
  const original = fs.fsyncSync;
  let synced = 0;
  fs.fsyncSync = file => {
    synced++;
    original(file);
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    fs.fsyncSync = original;
    syncBuiltinESMExports();
  });
  const folder = copy();
  writeFileSync(join(folder, 'headgate.lock'), '');
  const pglite = await PGlite.create({
    fs: new DurableFiles(folder, 'headgate.'),
    startParams: durableParams,
  });
  onTestFinished(() => pglite.close());
  await pglite.exec('CREATE TABLE items (n integer)');
  for (let n = 0; n < 5; n++) {
    const before = synced;
    await pglite.query('INSERT INTO items VALUES ($1)', [n]);
    expect(synced).toBe(before + 1);
  }
  const {rows} = await pglite.query("SELECT name FROM pg_ls_dir('.') AS name WHERE name LIKE 'headgate%'");
  expect(rows).toEqual([]);
});
