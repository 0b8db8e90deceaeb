import {Client} from 'pg';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Reader} from '../../src/databases/database.ts';
import {postgresTarget} from '../../src/databases/postgres.ts';
import {asAdmin, freshDatabase, postgresServer} from '../support/postgres.ts';

async function reading(url: string): Promise<Reader> {
  const reader = await postgresTarget({url}).openReader();
  onTestFinished(() => reader.close());
  return reader;
}

/** So many sessions of headgate come to be in the state that a condition on pg_stat_activity tells. */
function seen(url: string, condition: string, count: number): Promise<unknown> {
  const sql = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'headgate' AND ${condition}`;
  return vi.waitFor(async () => expect(await asAdmin(sql, url)).toHaveLength(count), {timeout: 30_000});
}

describe.skipIf(postgresServer() === null)('queries that are asked for together', () => {
  it('are worked at side by side, over a few connections', async () => {
    const url = await freshDatabase();
    await asAdmin('CREATE TABLE items (id INTEGER); INSERT INTO items VALUES (1)', url);
    const reader = await reading(url);
    const other = new Client({connectionString: url});
    await other.connect();
    onTestFinished(() => other.end());
    await other.query('BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE');
    const asked = Array.from({length: 7}, (_, n) => reader.query('SELECT id, $1::int AS n FROM items', [n]));
    await seen(url, "wait_event_type = 'Lock'", 4);
    await other.query('COMMIT');
    expect((await Promise.all(asked)).flat().map(({n}) => n)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    await seen(url, 'true', 4);
    await reader.close();
    await seen(url, 'true', 0);
  });

  it('that nobody waits for any more are ended, also where they have not begun', async () => {
    const url = await freshDatabase();
    const reader = await reading(url);
    const [waiting, running] = [new AbortController(), new AbortController()];
    const reason = new Error('paused');
    const sleep = (signal: AbortSignal) => reader.query('SELECT pg_sleep(300)', [], {signal});
    const given = Array.from({length: 4}, () => expect(sleep(running.signal)).rejects.toBe(reason));
    await seen(url, "wait_event = 'PgSleep'", 4);
    const never = expect(sleep(waiting.signal)).rejects.toBe(reason);
    const behind = reader.query('SELECT 1 AS one');
    waiting.abort(reason);
    await never;
    await seen(url, "wait_event = 'PgSleep'", 4);
    running.abort(reason);
    await Promise.all(given);
    expect(await behind).toEqual([{one: 1}]);
    await seen(url, "wait_event = 'PgSleep'", 0);
    await expect(sleep(running.signal)).rejects.toBe(reason);
  });
});

describe.skipIf(postgresServer() === null)('what takes too long', () => {
  it('is ended by the server as a failure of kind timeout, and the connection goes on', async () => {
    const url = await freshDatabase();
    const target = postgresTarget({url, timeouts: {statementMs: 100}});
    const database = await target.openDatabase();
    onTestFinished(() => database.close());
    const failure = {
      kind: 'timeout',
      isUnsettled: false,
      message: expect.stringMatching(/statement timeout/),
    };
    const slow = {sql: 'SELECT pg_sleep(60)', params: []};
    await expect(database.transaction([slow])).rejects.toMatchObject(failure);
    await expect(database.query(slow.sql)).rejects.toMatchObject(failure);
    expect(await database.transaction([{sql: 'SELECT 1 AS one', params: []}])).toEqual([[{one: 1}]]);
  });
});

describe.skipIf(postgresServer() === null)('what a session is', () => {
  it('is told to the server, and durable even where that is told otherwise', async () => {
    const url = await freshDatabase();
    await asAdmin(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
    await asAdmin(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET DateStyle = 'SQL, DMY'`);
    const database = await postgresTarget({url: `${url}?options=-c%20search_path%3Dshop`}).openDatabase();
    onTestFinished(() => database.close());
    const setting = (name: string) => `current_setting('${name}') AS ${name}`;
    const names = ['application_name', 'synchronous_commit', 'search_path', 'lock_timeout'];
    const [rows] = await database.transaction([{sql: `SELECT ${names.map(setting).join(', ')}`, params: []}]);
    expect(rows).toEqual([
      {application_name: 'headgate', synchronous_commit: 'local', search_path: 'shop', lock_timeout: '5s'},
    ]);
    expect(await database.query("SELECT '2024-02-01'::date AS day")).toEqual([{day: '2024-02-01'}]);
  });
});
