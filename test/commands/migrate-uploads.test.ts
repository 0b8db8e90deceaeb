import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it, onTestFinished} from 'vitest';
import {runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

/** A table of the past in a file of its own. */
function past() {
  const cwd = tempFolder();
  const database = new DatabaseSync(join(cwd, 'assets.sqlite'));
  onTestFinished(() => database.close());
  database.exec(
    `CREATE TABLE assets (
       id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, sha256 TEXT UNIQUE, provider_id TEXT, provider_asset_id TEXT,
       provider_uploads TEXT
     );
     CREATE TABLE tags (asset INTEGER REFERENCES assets (id) ON DELETE CASCADE, tag TEXT);
     INSERT INTO assets (user_id, sha256) VALUES ('7', '${a}'), ('7', '${b}'), ('8', NULL);
     INSERT INTO tags VALUES (1, 'x'), (2, 'y')`,
  );
  const migrate = (...args: readonly string[]) =>
    runProgram(['migrate', 'uploads', '--target', 'assets.sqlite', ...args], {cwd});
  return {database, migrate, label: join(cwd, 'assets.sqlite')};
}

describe('headgate migrate uploads', () => {
  it('says what it does, does it, and has nothing to do then', async () => {
    const {database, migrate, label} = past();
    expect(await migrate()).toMatchObject({
      code: 0,
      err: '',
      out: [
        `${label}: in one transaction, headgate now`,
        '  makes assets anew without UNIQUE on sha256: 3 rows are copied twice within one transaction; it keeps what refers to it (tags)',
        '  makes the unique index idx_asset_user_sha256 on (user_id, sha256)',
        `${label}: done; the tables of uploads are changed`,
        '',
      ].join('\n'),
    });
    expect(database.prepare('SELECT count(*) AS tags FROM tags JOIN assets ON id = asset').get()).toEqual({
      tags: 2,
    });
    expect(await migrate()).toMatchObject({
      code: 0,
      out: `${label}: the tables of uploads are there; nothing was changed\n`,
    });
  });

  it('goes back, and is refused with the rows that are in its way', async () => {
    const {database, migrate} = past();
    await migrate();
    database.exec(`INSERT INTO assets (user_id, sha256) VALUES ('8', '${a}')`);
    const refused = await migrate('--back');
    expect(refused.code).not.toBe(0);
    expect(refused.err).toBe(
      [
        'headgate: 1 hash has several rows, which the old index would forbid; nothing was changed',
        `  ${a}: 2 rows: assets 1 of user 7, 4 of user 8`,
        'While two users share a file, there is no way back but to delete the row of one of them.',
        '',
      ].join('\n'),
    );
    database.exec('DELETE FROM assets WHERE id = 4');
    const back = await migrate('--back', '--json');
    expect(back.code).toBe(0);
    expect(JSON.parse(back.out)).toMatchObject({
      type: 'migrated',
      applied: [],
      changed: [
        'drops the unique index idx_asset_user_sha256 on (user_id, sha256)',
        'makes the unique index idx_asset_sha256 on (sha256)',
      ],
    });
    expect(() => database.exec(`INSERT INTO assets (user_id, sha256) VALUES ('8', '${a}')`)).toThrow(
      /UNIQUE/,
    );
  });

  it('says of another backfill that there is no way back', async () => {
    const refused = await runProgram(['migrate', 'asset-index', '--target', 'files.sqlite', '--back'], {
      cwd: tempFolder(),
    });
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringContaining('the tables of asset-index have no way back'),
    });
  });
});
