import {Client} from 'pg';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {postgresPlace, type Waits} from '../../src/ledger/postgres-place.ts';
import {takeTurn} from '../../src/ledger/postgres-writes.ts';
import {asAdmin, freshDatabase, postgresServer} from '../support/postgres.ts';
import {relayTo} from '../support/relay.ts';
import {expectEachWhole, insert, names} from '../support/together.ts';

const waits: Waits = {timeouts: {lockMs: 1_000, idleMs: 500}, patienceMs: 30_000};

/** The database of a ledger that has a table more, through a relay. */
async function opened(change: Partial<Waits> = {}) {
  const url = await freshDatabase();
  const relay = await relayTo(`${url}?sslmode=disable`);
  const {db} = await postgresPlace(relay.url, {}, {...waits, ...change});
  onTestFinished(() => db.close());
  await asAdmin(
    `CREATE TABLE headgate.items (id SERIAL PRIMARY KEY, name TEXT NOT NULL UNIQUE);
     CREATE TABLE headgate.counter AS SELECT 0 AS n`,
    url,
  );
  return {url, relay, db};
}

describe.skipIf(postgresServer() === null)('transactions that wait for their turn together', () => {
  it('are each all or nothing, whatever becomes of the others', async () => {
    await expectEachWhole((await opened()).db, 30);
  });

  it('are committed as one', async () => {
    const {db, url} = await opened();
    const all = Array.from({length: 64}, (_, number) => `item ${number}`);
    await Promise.all(all.map(name => db.transaction([insert(name)])));
    expect(await names(db)).toEqual(all);
    expect(await asAdmin('SELECT number FROM headgate.writers', url)).toEqual([{number: '1'}]);
  });

  it('do not wait for one that can’t be sent at all', async () => {
    const {db} = await opened();
    const answers = await Promise.allSettled(['a', 'b\0', 'c'].map(name => db.transaction([insert(name)])));
    expect(answers.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await names(db)).toEqual(['a', 'c']);
  });
});

describe.skipIf(postgresServer() === null)('a transaction whose connection is lost', () => {
  it.each([
    ['before COMMIT was sent', 'INSERT INTO items', 'cut'],
    ['when COMMIT was on its way', '\0COMMIT\0', 'cut'],
    ['when COMMIT was carried out', '\0COMMIT\0', 'cut-the-answer'],
    ['because nothing is heard any more', '\0COMMIT\0', 'go-silent'],
  ] as const)('%s is made once, and answered', async (_, word, passing) => {
    const {db, relay} = await opened({timeouts: {...waits.timeouts, statementMs: 1_000, graceMs: 200}});
    let broken = 0;
    relay.judge = sent => {
      if (broken > 0 || !sent.includes(word)) return 'pass';
      broken++;
      return passing;
    };
    const made = await Promise.all(['a', 'b'].map(name => db.transaction([insert(name)])));
    expect(made).toEqual([[[{name: 'a'}]], [[{name: 'b'}]]]);
    expect(broken).toBe(1);
    expect(await names(db)).toEqual(['a', 'b']);
  });

  it('is made exactly once, wherever it breaks and however often', async () => {
    const {db, relay} = await opened();
    const plus = {sql: 'UPDATE counter SET n = n + 1 RETURNING n', params: []};
    const answered: number[] = [];
    let broken = 0;
    relay.judge = () => {
      if (Math.random() > 0.1) return 'pass';
      broken++;
      return Math.random() < 0.5 ? 'cut' : 'cut-the-answer';
    };
    for (let round = 0; round < 60; round++) {
      const made = await Promise.all([db.transaction([plus]), db.transaction([plus])]);
      answered.push(...made.map(([rows]) => Number(rows?.[0]?.['n'])));
    }
    relay.judge = () => 'pass';
    expect(broken).toBeGreaterThan(5);
    expect(answered).toEqual(Array.from({length: 120}, (_, number) => number + 1));
    expect(await db.query('SELECT n FROM counter')).toEqual([{n: 120}]);
  });

  it('and can’t be made again is told as a ledger out of reach, without a password', async () => {
    const {db, relay} = await opened({patienceMs: 300});
    relay.judge = () => 'cut';
    for (const asked of [() => db.transaction([insert('a')]), () => db.query('SELECT 1')])
      await expect(asked()).rejects.toMatchObject({
        name: 'OperatorError',
        code: 'failed',
        message: expect.stringMatching(
          /^ledger postgres:\/\/postgres@127\.0\.0\.1:\d+\/.*can't be reached any more/,
        ),
        hint: expect.stringMatching(/headgate resume/),
      });
    relay.judge = () => 'pass';
    await db.transaction([insert('b')]);
    expect(await names(db)).toEqual(['b']);
  });
});

it.skipIf(postgresServer() === null)(
  'a database that is dropped under a run is told as a ledger out of reach, at once',
  async () => {
    const {db, url} = await opened();
    await db.transaction([insert('a')]);
    await db.query('SELECT 1');
    await asAdmin(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
    for (const asked of [() => db.transaction([insert('b')]), () => db.query('SELECT 1')])
      await expect(asked()).rejects.toMatchObject({
        name: 'OperatorError',
        message: expect.stringMatching(/can't be reached any more \(database .* does not exist\)/),
      });
  },
);

describe.skipIf(postgresServer() === null)('a process that is stuck in the middle of a transaction', () => {
  async function stuck(url: string): Promise<Client> {
    const client = new Client({connectionString: url});
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('BEGIN');
    await client.query(takeTurn);
    return client;
  }

  it('keeps others waiting, and their reads not', async () => {
    const {db, url} = await opened({timeouts: {lockMs: 50}});
    const other = await stuck(url);
    const made = db.transaction([insert('a')]);
    expect(await names(db)).toEqual([]);
    await vi.waitFor(async () =>
      expect(
        await asAdmin("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted", url),
      ).toHaveLength(1),
    );
    await other.query('ROLLBACK');
    await made;
    expect(await names(db)).toEqual(['a']);
  });

  it('and does not come out of it is told', async () => {
    const {db, url} = await opened({timeouts: {lockMs: 50}, patienceMs: 200});
    await stuck(url);
    await expect(db.transaction([insert('a')])).rejects.toMatchObject({
      name: 'OperatorError',
      message: expect.stringMatching(/took too long \(canceling statement due to lock timeout\)/),
      hint: expect.stringMatching(/stuck/),
    });
  });
});

describe.skipIf(postgresServer() === null)('a query of the ledger that takes too long', () => {
  it('every time is told, also where others are answered meanwhile', async () => {
    const {db} = await opened({timeouts: {statementMs: 100}, patienceMs: 2_100});
    let isAsked = true;
    const others = (async () => {
      while (isAsked) await db.query('SELECT 1 AS one');
    })();
    const slow = db.query('SELECT pg_sleep(60)').finally(() => {
      isAsked = false;
    });
    await expect(slow).rejects.toMatchObject({
      name: 'OperatorError',
      message: expect.stringMatching(/took too long \(canceling statement due to statement timeout\)/),
    });
    await others;
  }, 10_000);
});
