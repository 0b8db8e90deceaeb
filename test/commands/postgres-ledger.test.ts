import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {freshDatabase, postgresServer, postgresVariables} from '../support/postgres.ts';
import {type Ended, runProgram, summaryOf} from '../support/program.ts';
import {ends, makeCommandWorld} from './world.ts';

/** A folder whose config names a ledger in Postgres, and the program in it, once with its password and once without. */
async function makeWorld() {
  const url = new URL(await freshDatabase());
  const {password} = url;
  const address = new URL(url);
  address.password = '';
  const {cwd} = makeCommandWorld();
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({ledger: address.href}));
  const env = postgresVariables();
  return {
    cwd,
    password,
    url: url.href,
    address: address.href,
    headgate: (...args: readonly string[]) => runProgram(args, {cwd, env}),
    withoutEnvironment: (...args: readonly string[]) => runProgram(args, {cwd}),
  };
}

const told = ({out, err}: Ended) => `${out}${err}`;

it('the address of another kind of database is no file to be made, and its password is not shown', async () => {
  const {cwd} = makeCommandWorld();
  const before = readdirSync(cwd);
  const status = await runProgram(['status', '--ledger', 'postgresql+asyncpg://me:secret@db/shop'], {cwd});
  expect(status.code, told(status)).toBe(2);
  expect(status.err).toContain(
    'ledger "postgresql+asyncpg://…@db/shop": this is neither a file nor the address of a Postgres database',
  );
  expect(told(status)).not.toContain('secret');
  expect(readdirSync(cwd)).toEqual(before);
});

describe.skipIf(postgresServer() === null)('a ledger in Postgres', () => {
  it('is named by the config or a flag, and holds the same runs', async () => {
    const {headgate, withoutEnvironment, url, password} = await makeWorld();
    const dry = await withoutEnvironment('run', 'asset-index', ...ends, '--ledger', url);
    expect(dry.code).toBe(0);
    expect(dry.out).toMatch(/headgate live \S+ --confirm index\.sqlite --ledger postgres:\/\/postgres@/);
    expect(told(dry)).not.toContain(password);
    const live = await headgate('live', 'last', '--confirm', 'index.sqlite', '--json');
    expect(summaryOf(live)).toMatchObject({status: 'completed', mode: 'live'});
    const status = await headgate('status');
    expect(status.out).toMatch(/live +completed/);
    expect(status.out).toMatch(/dry run +completed/);
  });

  it('asks for its password where that is not known, and says so of the ledger', async () => {
    const {withoutEnvironment} = await makeWorld();
    const {code, err} = await withoutEnvironment('status');
    expect(code).toBe(4);
    expect(err).toMatch(
      /ledger postgres:\/\/.*asks for the password of postgres, and none is known\n.*PGPASSWORD/,
    );
  });

  it('is told by doctor, with the command that copies it', async () => {
    const {headgate, address, password} = await makeWorld();
    const doctor = await headgate('doctor');
    expect(doctor.code).toBe(0);
    expect(doctor.out).toContain(`✔ ledger: ${address}\n`);
    expect(doctor.out).toContain(`pg_dump --format=custom --schema=headgate --file=FILE ${address}`);
    expect(told(doctor)).not.toContain(password);
  });

  it.each([
    ['backup', ['copy'], /pg_dump .*--file=\S+\/copy postgres:/],
    ['restore', ['copy'], /pg_restore .*--dbname=postgres:\S+ \S+\/copy/],
    ['vacuum', [], /psql postgres:\S+ --command='VACUUM FULL /],
  ] as const)('is left to Postgres by ledger %s, which says how', async (command, args, shown) => {
    const {headgate, url, password} = await makeWorld();
    for (const flags of [[], ['--ledger', url]]) {
      const ended = await headgate('ledger', command, ...args, ...flags);
      expect(ended.code).toBe(2);
      expect(ended.err).toMatch(shown);
      expect(told(ended)).not.toContain(password);
    }
  });
});
