import {Client} from 'pg';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Statement} from '../../src/core/sql.ts';
import type {Database} from '../../src/databases/database.ts';
import {postgresTarget} from '../../src/databases/postgres.ts';
import type {Timeouts} from '../../src/databases/postgres-session.ts';
import {asAdmin, freshDatabase, postgresServer} from '../support/postgres.ts';
import {relayTo} from '../support/relay.ts';

const insert = (name: string): Statement => ({
  sql: 'INSERT INTO items (name) VALUES ($1) RETURNING name',
  params: [name],
});

async function opened(url: string, timeouts: Partial<Timeouts> = {}): Promise<Database> {
  const database = await postgresTarget({url, timeouts}).openDatabase();
  onTestFinished(() => database.close());
  return database;
}

async function withItems(): Promise<string> {
  const url = await freshDatabase();
  await asAdmin('CREATE TABLE items (name TEXT PRIMARY KEY, n INTEGER)', url);
  return url;
}

/** As statements stand in what is sent: BEGIN names READ COMMITTED. */
const commit = '\0COMMIT\0';

const names = (url: string) =>
  asAdmin('SELECT name FROM items ORDER BY name', url).then(rows => rows.map(({name}) => name));

/** Ends what headgate writes with there, as an administrator or a crash of one server process would. */
function terminate(url: string, where = 'true'): Promise<unknown> {
  return asAdmin(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'headgate' AND ${where}`,
    url,
  );
}

/** Something of headgate's is in the state that a condition on pg_stat_activity tells. */
function comesTo(url: string, condition: string, count = 1): Promise<unknown> {
  return seen(
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'headgate' AND ${condition}`,
    url,
    count,
  );
}

/** A query comes to have so many rows. */
function seen(sql: string, url: string, count: number): Promise<unknown> {
  return vi.waitFor(async () => expect(await asAdmin(sql, url)).toHaveLength(count), {timeout: 30_000});
}

describe.skipIf(postgresServer() === null)('a connection that is lost', () => {
  it('between two transactions is replaced for the next', async () => {
    const url = await withItems();
    const database = await opened(url);
    await database.transaction([insert('before')]);
    await terminate(url);
    await comesTo(url, 'true', 0);
    await database.transaction([insert('behind')]);
    expect(await names(url)).toEqual(['before', 'behind']);
  });

  it('while statements are made is a settled failure, and nothing of them is there', async () => {
    const url = await withItems();
    const database = await opened(url);
    const written = database.transaction([insert('a'), {sql: 'SELECT pg_sleep(60)', params: []}]);
    const failed = expect(written).rejects.toMatchObject({kind: 'connection', isUnsettled: false});
    await comesTo(url, "wait_event = 'PgSleep'");
    await terminate(url);
    await failed;
    await database.transaction([insert('b')]);
    expect(await names(url)).toEqual(['b']);
  });

  it('before COMMIT was sent is a settled failure', async () => {
    const url = await withItems();
    const relay = await relayTo(`${url}?sslmode=disable`);
    const database = await opened(relay.url);
    relay.judge = sent => (sent.includes('INSERT') ? 'cut' : 'pass');
    await expect(database.transaction([insert('a')])).rejects.toMatchObject({
      kind: 'connection',
      isUnsettled: false,
    });
    relay.judge = () => 'pass';
    await database.transaction([insert('b')]);
    expect(await names(url)).toEqual(['b']);
  });

  it.each([
    ['and was carried out', 'cut-the-answer', ['a', 'b']],
    ['and never arrived', 'cut', ['b']],
  ] as const)('when COMMIT was sent %s leaves open what became of it', async (_, passing, kept) => {
    const url = await withItems();
    const relay = await relayTo(`${url}?sslmode=disable`);
    const database = await opened(relay.url);
    relay.judge = sent => (sent.includes(commit) ? passing : 'pass');
    await expect(database.transaction([insert('a')])).rejects.toMatchObject({
      kind: 'connection',
      isUnsettled: true,
    });
    relay.judge = () => 'pass';
    await database.transaction([insert('b')]);
    expect(await names(url)).toEqual(kept);
  });

  it('by the server in the middle of COMMIT leaves open what became of it', async () => {
    const url = await withItems();
    await asAdmin(
      `CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
       CREATE CONSTRAINT TRIGGER late AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION dawdle()`,
      url,
    );
    const database = await opened(url);
    const failed = expect(database.transaction([insert('a')])).rejects.toMatchObject({
      kind: 'connection',
      isUnsettled: true,
    });
    await comesTo(url, "query = 'COMMIT' AND wait_event = 'PgSleep'");
    await terminate(url);
    await failed;
    expect(await names(url)).toEqual([]);
  });

  it('because nothing comes any more is a failure of kind timeout, unsettled behind COMMIT alone', async () => {
    const url = await withItems();
    const relay = await relayTo(`${url}?sslmode=disable`);
    for (const [word, isUnsettled] of [
      ['INSERT', false],
      [commit, true],
    ] as const) {
      relay.judge = () => 'pass';
      const database = await opened(relay.url, {statementMs: 100, graceMs: 100});
      relay.judge = sent => (sent.includes(word) ? 'go-silent' : 'pass');
      await expect(database.transaction([insert('a')])).rejects.toMatchObject({
        kind: 'timeout',
        isUnsettled,
        message: expect.stringMatching(/no answer within 0\.2 s/),
      });
    }
    expect(await names(url)).toEqual([]);
  });

  it('under a query is a failure of that query alone', async () => {
    const url = await withItems();
    const reader = await postgresTarget({url}).openReader();
    onTestFinished(() => reader.close());
    const failed = expect(reader.query('SELECT pg_sleep(60)')).rejects.toMatchObject({kind: 'connection'});
    const other = reader.query('SELECT 1 AS one');
    await comesTo(url, "wait_event = 'PgSleep'");
    await terminate(url, "wait_event = 'PgSleep'");
    await failed;
    expect(await other).toEqual([{one: 1}]);
    expect(await reader.query('SELECT 2 AS two')).toEqual([{two: 2}]);
  });
});

it.skipIf(postgresServer() === null)(
  'a connection outlasts what is refused on it, whatever was to come behind',
  async () => {
    const url = await withItems();
    const database = await opened(url);
    const process = {sql: 'SELECT pg_backend_pid() AS pid', params: []};
    const [before] = await database.transaction([process, insert('a')]);
    const same = {sql: 'SELECT count(*) AS n FROM items WHERE name = $1', params: ['a']};
    for (let time = 0; time < 3; time++)
      await expect(database.transaction([same, insert('a'), same, same, process])).rejects.toMatchObject({
        kind: 'refused',
      });
    const again = await database.transaction([process, same, same, insert('b'), same]);
    expect(again).toEqual([before, [{n: 1}], [{n: 1}], [{name: 'b'}], [{n: 1}]]);
  },
);

describe.skipIf(postgresServer() === null)('somebody else on the server', () => {
  it('in a circle of locks is a failure of kind timeout, and the next transaction works', async () => {
    const url = await withItems();
    await asAdmin("INSERT INTO items VALUES ('a', 0), ('b', 0)", url);
    const database = await opened(url);
    const [other, gate] = [new Client({connectionString: url}), new Client({connectionString: url})];
    await Promise.all([other.connect(), gate.connect()]);
    onTestFinished(() => Promise.all([other.end(), gate.end()]).then(() => undefined));
    await gate.query('SELECT pg_advisory_lock(7)');
    // The server ends whoever notices the circle first: that must not be the other.
    await other.query("SET deadlock_timeout = '1min'; BEGIN; UPDATE items SET n = 1 WHERE name = 'b'");
    const written = database.transaction([
      {sql: "UPDATE items SET n = 2 WHERE name = 'a'", params: []},
      {sql: 'SELECT pg_advisory_xact_lock(7)', params: []},
      {sql: "UPDATE items SET n = 2 WHERE name = 'b'", params: []},
    ]);
    const failed = expect(written).rejects.toMatchObject({kind: 'timeout', isUnsettled: false});
    await comesTo(url, "wait_event = 'advisory'");
    const waiting = other.query("UPDATE items SET n = 1 WHERE name = 'a'");
    await seen("SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'", url, 1);
    await gate.query('SELECT pg_advisory_unlock(7)');
    await failed;
    await waiting;
    await other.query('COMMIT');
    await database.transaction([{sql: "UPDATE items SET n = 3 WHERE name = 'b'", params: []}]);
    expect(await asAdmin('SELECT name, n FROM items ORDER BY name', url)).toEqual([
      {name: 'a', n: 1},
      {name: 'b', n: 3},
    ]);
  });

  it('who changed a table since the statement was prepared costs one failure that may be tried again', async () => {
    const url = await withItems();
    const database = await opened(url);
    const all = {sql: 'INSERT INTO items (name) VALUES ($1) RETURNING *', params: ['a']};
    await database.transaction([all]);
    // What comes a second time is prepared.
    await database.transaction([{...all, params: ['z']}]);
    await asAdmin('ALTER TABLE items ADD COLUMN note TEXT', url);
    const again = {...all, params: ['b']};
    await expect(database.transaction([again])).rejects.toMatchObject({
      kind: 'connection',
      isUnsettled: false,
    });
    expect(await database.transaction([again])).toEqual([[{name: 'b', n: null, note: null}]]);
  });
});
