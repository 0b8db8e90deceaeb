import fc from 'fast-check';
import {describe, expect, it, onTestFinished} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import type {SqlValue, Statement} from '../../src/core/sql.ts';
import type {Database, Reader, Target} from '../../src/databases/database.ts';
import type {SqlForms} from './sql-forms.ts';

export interface TargetFactory {
  readonly name: string;
  readonly sql: SqlForms;
  /** A target that exists and is empty. */
  make(): Promise<Target>;
  /** Keeps the target locked for all other writers until it is told to let go; null where nobody can. */
  readonly lock: ((target: Target) => Promise<() => Promise<void>>) | null;
  /** Values that it refuses to bind, before anything is written; all others come back as they were given. */
  readonly unbindable: Readonly<Partial<Record<Unbindable, SqlValue>>>;
}

type Unbindable = 'bytes' | 'largeInteger' | 'notANumber' | 'nul' | 'halfACharacter';

export const large = 2n ** 60n + 1n;

function count(reader: Reader): Promise<unknown> {
  return reader.query('SELECT count(*) AS n FROM items').then(rows => rows[0]?.['n']);
}

/** What every Target promises, tried on a real one. */
export function databaseConformance({name, sql: forms, make, lock, unbindable}: TargetFactory): void {
  function insert(name: SqlValue, amount: SqlValue = 0): Statement {
    const sql = forms.placed('INSERT INTO items (name, amount) VALUES (?, ?) RETURNING id, name');
    return {sql, params: [name, amount]};
  }

  function echo(value: SqlValue): string {
    return forms.placed(`SELECT ${forms.typed(value)} AS value`);
  }

  async function opened(): Promise<{target: Target; database: Database}> {
    const target = await make();
    const database = await target.openDatabase();
    onTestFinished(() => database.close());
    await database.transaction([{sql: forms.makeItems, params: []}]);
    return {target, database};
  }

  async function readerOf(target: Target): Promise<Reader> {
    const reader = await target.openReader();
    onTestFinished(() => reader.close());
    return reader;
  }

  describe(`${name}: a transaction`, () => {
    it('answers with the rows of each statement, in order', async () => {
      const {database} = await opened();
      const answers = await database.transaction([
        insert('a'),
        {sql: 'CREATE TABLE other (id INTEGER)', params: []},
        insert('b'),
        {sql: "UPDATE items SET amount = 5 WHERE name <> 'x' RETURNING name", params: []},
        {sql: "DELETE FROM items WHERE name = 'missing' RETURNING name", params: []},
        {sql: 'SELECT count(*) AS n, sum(amount) AS total FROM items', params: []},
      ]);
      expect(answers).toEqual([
        [{id: 1, name: 'a'}],
        [],
        [{id: 2, name: 'b'}],
        [{name: 'a'}, {name: 'b'}],
        [],
        [{n: 2, total: 10}],
      ]);
    });

    it('is all or nothing, and leaves the connection fit for the next', async () => {
      const {target, database} = await opened();
      const reader = await readerOf(target);
      await database.transaction([insert('kept')]);
      await expect(database.transaction([insert('a'), insert('b'), insert('a')])).rejects.toMatchObject({
        name: expect.stringMatching(/Fault/),
        kind: 'refused',
      });
      expect(await count(reader)).toBe(1);
      await database.transaction([insert('a')]);
      expect(await count(reader)).toBe(2);
    });

    it.each<[string, Statement]>([
      ['NOT NULL', insert(null)],
      ['UNIQUE', insert('taken')],
      ['CHECK', insert('new', -1)],
    ])('that %s forbids is a failure of kind refused that names the column', async (_, statement) => {
      const {database} = await opened();
      await database.transaction([insert('taken')]);
      await expect(database.transaction([statement])).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/name|amount/),
      });
    });

    it('that SQL can not be is a failure of kind invalid, and writes nothing', async () => {
      const {database} = await opened();
      for (const sql of ['INSRT INTO items', 'INSERT INTO missing VALUES (1)', 'SELECT nothing FROM items'])
        await expect(database.transaction([insert('a'), {sql, params: []}])).rejects.toMatchObject({
          kind: 'invalid',
        });
      expect(await count(database)).toBe(0);
    });

    it('of no statements does nothing', async () => {
      const {database} = await opened();
      expect(await database.transaction([])).toEqual([]);
    });

    it('waits its turn: those asked for together are done one after the other', async () => {
      const {database} = await opened();
      const answers = await Promise.all(
        Array.from({length: 50}, (_, index) => database.transaction([insert(`item ${index}`)])),
      );
      expect(answers.map(([rows]) => rows?.[0]?.['id'])).toEqual(
        Array.from({length: 50}, (_, index) => index + 1),
      );
    });

    it.skipIf(lock === null)(
      'that finds the target locked is a failure of kind timeout, and succeeds later',
      async () => {
        const {target, database} = await opened();
        const release = await lock?.(target);
        await expect(database.transaction([insert('a')])).rejects.toMatchObject({kind: 'timeout'});
        await release?.();
        await database.transaction([insert('a')]);
        expect(await count(database)).toBe(1);
      },
    );
  });

  describe(`${name}: values`, () => {
    const text = fc.string({unit: 'binary'}).filter(value => !value.includes('\0'));
    const value: fc.Arbitrary<SqlValue> = fc.oneof(
      text,
      fc.maxSafeInteger(),
      fc.double({noNaN: true, noDefaultInfinity: true}).filter(number => !Object.is(number, -0)),
      fc.constant(null),
      ...('bytes' in unbindable ? [] : [fc.uint8Array({minLength: 1})]),
    );

    it('come back as they were given', async () => {
      const {database} = await opened();
      await fc.assert(
        fc.asyncProperty(value, async given => {
          const [row] = await database.query(echo(given), [given]);
          expect(row?.['value']).toEqual(given);
        }),
        {numRuns: 200},
      );
    });

    it('are stored as they were given, and found by it', async () => {
      const {target, database} = await opened();
      const reader = await readerOf(target);
      const keys = [
        '',
        "it's",
        'new\nline',
        'caf\u00e9',
        'cafe\u0301',
        '🚢',
        '%2F & +',
        '"; DROP TABLE items; --',
      ];
      await database.transaction(keys.map(key => insert(key)));
      for (const key of keys)
        expect(await reader.query(forms.placed('SELECT name FROM items WHERE name = ?'), [key])).toEqual([
          {name: key},
        ]);
    });

    it('that are bytes come back as bytes', async () => {
      const {database} = await opened();
      const [row] = await database.query(
        `SELECT ${forms.bytes('00ff41')} AS bytes, ${forms.bytes('')} AS none`,
      );
      expect(row).toEqual({bytes: Uint8Array.of(0, 255, 65), none: new Uint8Array()});
    });

    it.skipIf('largeInteger' in unbindable)(
      'beyond what a number can hold are exact or refused, never rounded',
      async () => {
        const {database} = await opened();
        await database.transaction([insert('large', large)]);
        const refused = 'refused';
        const read = await database.query('SELECT amount FROM items').then(
          rows => rows[0]?.['amount'],
          (error: unknown) => (error instanceof Fault ? refused : error),
        );
        expect([large, refused]).toContainEqual(read);
        const found = forms.placed('SELECT name FROM items WHERE amount = ?');
        expect(await database.query(found, [large])).toHaveLength(1);
      },
    );

    it.each(Object.entries(unbindable))('that can not be bound are refused by name: %s', async (_, given) => {
      const {database} = await opened();
      const refusal = {kind: 'invalid', message: expect.stringMatching(/can't be bound/)};
      const written = database.transaction([insert('before'), insert('it', given)]);
      await expect(written).rejects.toMatchObject(refusal);
      await expect(database.query(echo(given), [given])).rejects.toMatchObject(refusal);
      expect(await count(database)).toBe(0);
    });

    it('up to 2^53 are exact', async () => {
      const {database} = await opened();
      const all = [Number.MAX_SAFE_INTEGER, 0, BigInt(Number.MAX_SAFE_INTEGER) - 1n];
      await database.transaction(all.map((amount, index) => insert(`item ${index}`, amount)));
      const rows = await database.query('SELECT CAST(amount AS TEXT) AS amount FROM items ORDER BY id');
      expect(rows.map(row => row['amount'])).toEqual(all.map(String));
    });

    it('are ordered by bytes', async () => {
      const {database} = await opened();
      const keys = ['a', 'a.txt', 'a/b', 'a0', 'cafe\u0301', 'caf\u00e9', '\uffff', '🚢', 'Z', ''];
      await database.transaction(keys.map(key => insert(key)));
      const rows = await database.query('SELECT name FROM items ORDER BY name');
      expect(rows.map(row => row['name'])).toEqual(
        [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    });
  });

  describe(`${name}: a reader`, () => {
    it('sees what was committed, at once', async () => {
      const {target, database} = await opened();
      const reader = await readerOf(target);
      expect(await count(reader)).toBe(0);
      await database.transaction([insert('a')]);
      expect(await count(reader)).toBe(1);
    });

    it.each([
      "INSERT INTO items (name) VALUES ('x') RETURNING id",
      'UPDATE items SET amount = 9',
      'DELETE FROM items',
      'CREATE TABLE another (id INTEGER)',
      'DROP TABLE items',
      'CREATE INDEX idx ON items (amount)',
    ])('can not do this: %s', async sql => {
      const {target, database} = await opened();
      await database.transaction([insert('a', 1)]);
      const reader = await readerOf(target);
      await expect(reader.query(sql)).rejects.toMatchObject({name: expect.stringMatching(/Fault/)});
      expect(await database.query('SELECT name, amount FROM items')).toEqual([{name: 'a', amount: 1}]);
    });

    it('goes on after a query that failed', async () => {
      const {target} = await opened();
      const reader = await readerOf(target);
      await expect(reader.query('SELECT * FROM missing')).rejects.toMatchObject({kind: 'invalid'});
      expect(await count(reader)).toBe(0);
    });
  });

  describe(`${name}: closing`, () => {
    it('lets what was asked before finish', async () => {
      const {target} = await opened();
      const database = await target.openDatabase();
      const asked = database.transaction([insert('a')]);
      await database.close();
      await expect(asked).resolves.toMatchObject([[{name: 'a'}]]);
    });

    it('twice is closing once', async () => {
      const {target} = await opened();
      const reader = await target.openReader();
      await Promise.all([reader.close(), reader.close()]);
      await reader.close();
    });

    it('refuses what is asked afterwards', {timeout: 30_000}, async () => {
      const {target} = await opened();
      const reader = await target.openReader();
      await reader.close();
      await expect(reader.query('SELECT 1')).rejects.toBeInstanceOf(Error);
    });
  });
}
