import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, it, onTestFinished} from 'vitest';
import {Ledger} from '../../src/ledger/ledger.ts';
import {upkeepOf} from '../../src/ledger/postgres-upkeep.ts';
import {
  asAdmin,
  freshDatabase,
  postgresServer,
  postgresVariables,
  withPassword,
} from '../support/postgres.ts';
import {tempFolder} from '../support/temp.ts';
import {entry, openLedger, order, range} from './ledger-under-test.ts';

function refusal(place: string, variables = postgresVariables()): Promise<unknown> {
  return Ledger.open(place, variables).then(
    () => 'opened',
    (error: unknown) => error,
  );
}

/** A role that may connect to the database, and nothing besides; gone when the test has ended. */
async function makeRole(url: string): Promise<{readonly role: string; readonly place: string}> {
  const role = `role_${Math.random().toString(36).slice(2)}`;
  await asAdmin(`CREATE ROLE ${role} LOGIN PASSWORD 'a secret'`);
  onTestFinished(async () => {
    await asAdmin(`DROP OWNED BY ${role} CASCADE`, url);
    await asAdmin(`DROP ROLE ${role}`);
  });
  const place = new URL(url);
  place.username = role;
  place.password = encodeURIComponent('a secret');
  return {role, place: place.href};
}

describe.skipIf(postgresServer() === null)('a ledger in a Postgres database', () => {
  it('lives beside whatever else is in it, in a schema of its own', async () => {
    const url = await freshDatabase();
    await asAdmin('CREATE TABLE runs (miles REAL); INSERT INTO runs VALUES (26.2)', url);
    const ledger = await openLedger(url);
    await ledger.runs.create(order('r'));
    expect((await ledger.runs.get('r')).id).toBe('r');
    expect(await asAdmin('SELECT miles FROM public.runs', url)).toEqual([{miles: 26.2}]);
    expect(await asAdmin("SELECT 1 FROM pg_tables WHERE schemaname = 'public'", url)).toHaveLength(1);
  });

  it('orders keys by their bytes, whatever the database orders texts by', async () => {
    const ledger = await openLedger(await freshDatabase());
    await ledger.runs.create(order('r'));
    const ids = ['_', 'B', 'a', 'é', '中', '🚢'];
    await ledger.partitions.add(
      'r',
      ids.toReversed().map(id => range(id, id)),
    );
    expect((await ledger.partitions.list('r')).map(({id}) => id)).toEqual(['B', '_', 'a', 'é', '中', '🚢']);
  });

  it('is shown without its password, and knows no free space', async () => {
    const url = await freshDatabase();
    const ledger = await openLedger(url);
    const {password} = new URL(url);
    expect(ledger.path).toMatch(/^postgres:\/\/postgres@127\.0\.0\.1:\d+\/headgate_test_/);
    for (const shown of [ledger.path, ledger.upkeep]) expect(shown).not.toContain(password);
    expect(await ledger.freeBytes()).toBeNull();
  });

  it('is refused in a schema of somebody else’s, which is left as it is', async () => {
    const url = await freshDatabase();
    await asAdmin('CREATE SCHEMA headgate; CREATE TABLE headgate.turbines (id INTEGER)', url);
    expect(await refusal(url)).toMatchObject({
      name: 'OperatorError',
      code: 'usage',
      message: expect.stringMatching(/schema headgate is not a ledger, and has a table turbines/),
      hint: expect.stringMatching(/--ledger/),
    });
    expect(
      await asAdmin("SELECT 1 FROM pg_class WHERE relnamespace = 'headgate'::regnamespace", url),
    ).toHaveLength(1);
  });

  it('is refused where texts are not UTF-8', async () => {
    const name = `headgate_test_${Math.random().toString(36).slice(2)}`;
    await asAdmin(
      `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
    );
    onTestFinished(() => asAdmin(`DROP DATABASE ${name} WITH (FORCE)`).then(() => undefined));
    const url = new URL(postgresServer() ?? '');
    url.pathname = `/${name}`;
    expect(await refusal(url.href)).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^ledger .*not UTF-8/),
      hint: expect.stringMatching(/ENCODING 'UTF8'/),
    });
  });

  it('needs no right to make schemas where its own was made for it', async () => {
    const url = await freshDatabase();
    const {role, place} = await makeRole(url);
    const denied = await refusal(place, {});
    expect(denied).toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/^ledger .*may not make it.*permission denied/),
      hint: expect.stringContaining(`CREATE SCHEMA headgate AUTHORIZATION "${role}"`),
    });
    expect(JSON.stringify(denied)).not.toContain('secret');
    await asAdmin(`CREATE SCHEMA headgate AUTHORIZATION "${role}"`, url);
    const ledger = await Ledger.open(place, {});
    await ledger.runs.create(order('r'));
    await ledger.close();
  });

  it.each<[string, (url: URL) => void, 'auth' | 'usage' | 'failed', RegExp]>([
    [
      'whose password is wrong',
      url => Object.assign(url, {password: 'wrong'}),
      'auth',
      /refused the password/,
    ],
    [
      'that is not there',
      url => Object.assign(url, {pathname: '/nowhere'}),
      'usage',
      /no database "nowhere"/,
    ],
    ['that nothing answers at', url => Object.assign(url, {port: '1'}), 'failed', /nothing answers/],
    ['with a parameter that is none', url => url.searchParams.set('color', 'red'), 'usage', /it says color/],
  ])('%s is refused as a ledger', async (_, change, code, message) => {
    const url = new URL(await freshDatabase());
    const {password} = url;
    change(url);
    const error = await refusal(url.href);
    expect(error).toMatchObject({
      name: 'OperatorError',
      code,
      message: expect.stringMatching(new RegExp(`^ledger postgres://postgres@.*${message.source}`)),
    });
    expect(JSON.stringify(error)).not.toContain(password);
    expect(JSON.stringify(error)).not.toMatch(/its target/);
  });
});

describe.skipIf(postgresServer() === null)('the keeping of a ledger in Postgres', () => {
  const shell = (command: string) =>
    promisify(execFile)('sh', ['-c', command], {env: {...process.env, ...postgresVariables()}});

  it('is Postgres’ own: what is shown for it copies it, puts it back and shrinks it', async () => {
    const ledger = await openLedger(await freshDatabase());
    const {copy, restore, shrink} = upkeepOf(ledger.path);
    const file = join(tempFolder(), "a ledger's copy");
    await ledger.runs.create(order('r'));
    await ledger.partitions.add('r', [range('p')]);
    await ledger.pages.intend('r', 'p', 1, [entry('a')]);
    await expect(ledger.backup(file)).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining(copy(file)),
    });
    await expect(ledger.vacuum()).rejects.toMatchObject({hint: expect.stringContaining(shrink)});
    await shell(copy(file));
    await ledger.runs.create(order('later'));
    await ledger.close();
    await shell(shrink);
    await shell(restore(file));
    const restored = await openLedger(withPassword(ledger.path));
    expect((await restored.runs.list(10)).map(({id}) => id)).toEqual(['r']);
    expect(await restored.pages.intents('r')).toMatchObject([{entries: [{key: 'a'}]}]);
    await restored.pages.intend('r', 'p', 2, [entry('b')]);
    expect(await restored.pages.intents('r')).toMatchObject([{page: 2}]);
  });
});
