import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {postgresTarget} from '../../src/databases/postgres.ts';
import {asAdmin, freshDatabase, postgresServer} from '../support/postgres.ts';
import {runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/** Everything that the program has left in its folder. */
function filesIn(folder: string): string {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .map(name => join(folder, name))
    .filter(path => statSync(path).isFile())
    .map(path => readFileSync(path, 'latin1'))
    .join('\n');
}

describe.skipIf(postgresServer() === null)('a Postgres target on the command line', () => {
  it('is made ready with the password in its address, which is shown and kept nowhere', async () => {
    const url = await freshDatabase();
    const {password} = new URL(url);
    const {label} = postgresTarget({url});
    const cwd = tempFolder();
    const made = await runProgram(['migrate', 'records', '--target', url], {cwd});
    expect(made).toMatchObject({code: 0, out: expect.stringContaining(`${label}: made by`)});
    const again = await runProgram(['migrate', 'records', '--target', url], {cwd});
    expect(again.out).toMatch(/nothing was changed/);
    expect(await asAdmin("SELECT to_regclass('records') IS NOT NULL AS made", url)).toEqual([{made: true}]);
    const refusals = await Promise.all(
      [
        ['run', 'asset-index', '--source', '.', '--target', url],
        ['run', 'records', '--target', url.replace(/\/headgate_test_\w+$/, '/missing')],
        ['verify', 'records', '--target', `${url}?sslmode=maybe`],
        ['explain', 'key', '--backfill', 'records', '--target', url.replace(/:\d+\//, ':1/')],
      ].map(args => runProgram(args, {cwd})),
    );
    expect(refusals.map(({err}) => err)).toEqual([
      expect.stringMatching(/this is a Postgres database, and asset-index works on an SQLite file or a D1/),
      expect.stringMatching(/no database "missing"/),
      expect.stringMatching(/sslmode is maybe/),
      expect.any(String),
    ]);
    for (const {out, err} of [made, again, ...refusals]) expect(out + err).not.toContain(password);
    expect(filesIn(cwd)).not.toContain(password);
  });

  it('asks for the password by exit code and hint, and takes it from PGPASSWORD', async () => {
    const url = await freshDatabase();
    const {password} = new URL(url);
    const {label} = postgresTarget({url});
    const cwd = tempFolder();
    const without = await runProgram(['marks', 'remove', '--target', label], {cwd});
    expect(without).toMatchObject({
      code: 4,
      err: expect.stringMatching(/asks for the password[\s\S]*PGPASSWORD/),
    });
    const with_ = await runProgram(['marks', 'remove', '--target', label], {
      cwd,
      env: {PGPASSWORD: password},
    });
    expect(with_).toMatchObject({code: 0, out: expect.stringMatching(/has no tables of headgate/)});
  });

  it('of the config is looked at by doctor, beside one of PGlite', async () => {
    const url = new URL(await freshDatabase());
    const {password} = url;
    url.password = '';
    const cwd = tempFolder();
    const targets = {
      main: {postgres: url.href, password: {env: 'MAIN_PASSWORD'}, environment: 'production'},
      local: {pglite: 'local'},
      wrong: {postgres: url.href},
    };
    writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({targets}));
    const made = await runProgram(['migrate', 'records', '--target', 'local'], {cwd});
    expect(made).toMatchObject({code: 0, out: expect.stringMatching(/^local: made by 0001_records/)});
    const {out} = await runProgram(['doctor'], {cwd, env: {MAIN_PASSWORD: password}});
    expect(out).toMatch(/✔ target main: Postgres postgres:\/\/.*, production \(postgres:.*\) can be read/);
    expect(out).toMatch(
      /! target main: the tables of records are not there\n.*headgate migrate records --target main/,
    );
    expect(out).toMatch(/✔ target local: PGlite \/.*\/local \(pglite:.*\) can be read/);
    expect(out).toMatch(/✖ target wrong: .*asks for the password of postgres/);
    expect(out).not.toMatch(/asset-index/);
    expect(out).not.toContain(password);
  });
});

it('a PGlite target is made where a backfill works on it, and nowhere else', {timeout: 120_000}, async () => {
  const cwd = tempFolder();
  const refused = await runProgram(['migrate', 'asset-index', '--target', 'pglite:shop'], {cwd});
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /pglite:shop: this is a PGlite folder, and asset-index works on an SQLite file/,
    ),
  });
  expect(readdirSync(cwd)).not.toContain('shop');
  const missing = await runProgram(['run', 'records', '--target', 'pglite:shop'], {cwd});
  expect(missing).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no such folder[\s\S]*headgate migrate records --target pglite:shop/),
  });
  const made = await runProgram(['migrate', 'records', '--target', 'pglite:shop'], {cwd});
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^pglite:\/.*\/shop: made by 0001_records/),
  });
});
