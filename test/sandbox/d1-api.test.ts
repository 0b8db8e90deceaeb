import {AuthenticationError, BadRequestError} from 'cloudflare';
import {describe, expect, it} from 'vitest';
import {
  clientOf,
  postStatements,
  refusal,
  type StatementBody,
  sharedSimulator,
  uuidOf,
} from '../support/cloudflare.ts';

const simulator = sharedSimulator({databases: ['assets', 'assets-old', 'records']});

const makeItems =
  'CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT UNIQUE, amount INTEGER NOT NULL DEFAULT 0)';

function client() {
  return clientOf(simulator());
}

function account() {
  return {account_id: simulator().accountId};
}

function post(operation: 'query' | 'raw', body: StatementBody, database?: string): Promise<unknown> {
  return postStatements(simulator(), operation, body, database);
}

function query(sql: string, ...params: readonly unknown[]): Promise<unknown> {
  return post('query', {sql, params});
}

async function names(): Promise<readonly unknown[]> {
  return (await simulator().sql('SELECT name FROM items ORDER BY id')).map(({name}) => name);
}

describe('the envelope', () => {
  it('has rows as objects, and what they cost, for a query', async () => {
    await query(makeItems);
    expect(await query('INSERT INTO items (name) VALUES (?), (?) RETURNING id, name', 'a', 'b')).toEqual({
      success: true,
      errors: [],
      messages: [],
      result: [
        {
          success: true,
          results: [
            {id: 1, name: 'a'},
            {id: 2, name: 'b'},
          ],
          meta: expect.objectContaining({changes: 2, last_row_id: 2, changed_db: true, rows_written: 4}),
        },
      ],
    });
    const page = await client().d1.database.query(uuidOf(simulator()), {
      ...account(),
      sql: 'SELECT name FROM items',
    });
    expect(page.result[0]?.results).toEqual([{name: 'a'}, {name: 'b'}]);
  });

  it.each([
    ['of an empty result', 'SELECT id, name FROM items WHERE id = 7', ['id', 'name'], []],
    ['of one name', 'SELECT id, name AS id FROM items', ['id', 'id'], [[1, 'a']]],
    ['of RETURNING', 'DELETE FROM items RETURNING name', ['name'], [['a']]],
    ['of a statement that answers nothing', 'DELETE FROM items', [], []],
  ])('has columns and rows for raw: %s', async (_, sql, columns, rows) => {
    await simulator().sql([makeItems, "INSERT INTO items (name) VALUES ('a')"]);
    const page = await client().d1.database.raw(uuidOf(simulator()), {...account(), sql});
    expect(page.result.map(({results}) => results)).toEqual([{columns, rows}]);
  });

  it('has one result for each statement, of a batch and of a text', async () => {
    expect(
      await post('query', {batch: [{sql: 'SELECT 1 AS a'}, {sql: 'SELECT ? AS b', params: ['x']}]}),
    ).toMatchObject({result: [{results: [{a: 1}]}, {results: [{b: 'x'}]}]});
    expect(await query("SELECT 1 AS a; SELECT ';' AS b; -- that is all")).toMatchObject({
      result: [{results: [{a: 1}]}, {results: [{b: ';'}]}],
    });
  });

  it('keeps text as it is, and takes numbers as D1 does', async () => {
    const text = 'nul \u0000, 艦これ, 🚢, \u2028, \'"';
    expect(
      await query(
        'SELECT ? AS text, typeof(?) AS number, typeof(?) AS missing, ? AS yes',
        text,
        5,
        null,
        true,
      ),
    ).toMatchObject({
      result: [{results: [{text, number: 'real', missing: 'null', yes: 1}]}],
    });
  });
});

describe('a batch', () => {
  it('is all or nothing', async () => {
    await query(makeItems);
    const batch = ['a', 'b', 'a'].map(name => ({sql: 'INSERT INTO items (name) VALUES (?)', params: [name]}));
    await expect(post('query', {batch})).rejects.toMatchObject(
      refusal(
        400,
        7500,
        'UNIQUE constraint failed: items.name: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)',
      ),
    );
    expect(await names()).toEqual([]);
    await expect(
      query("INSERT INTO items (name) VALUES ('a'); INSERT INTO missing VALUES (1)"),
    ).rejects.toMatchObject(refusal(400, 7500, 'no such table: missing: SQLITE_ERROR'));
    expect(await names()).toEqual([]);
  });
});

describe('a refusal says what D1 says:', () => {
  it.each<[string, string, readonly unknown[], ReturnType<typeof refusal>]>([
    [
      'NOT NULL',
      'INSERT INTO items (amount) VALUES (NULL)',
      [],
      refusal(
        400,
        7500,
        expect.stringMatching(/^NOT NULL constraint failed: items.amount: SQLITE_CONSTRAINT/),
      ),
    ],
    ['syntax', 'SELEC 1', [], refusal(400, 7500, 'near "SELEC": syntax error at offset 0: SQLITE_ERROR')],
    [
      'no such column',
      'SELECT colour FROM items',
      [],
      refusal(400, 7500, 'no such column: colour at offset 7: SQLITE_ERROR'),
    ],
    [
      '101 parameters',
      `SELECT ${Array(101).fill('?').join()}`,
      Array(101).fill('x'),
      refusal(400, 7500, expect.stringMatching(/^too many SQL variables at offset \d+: SQLITE_ERROR$/)),
    ],
    [
      'a parameter too few',
      'SELECT ?, ?',
      ['x'],
      refusal(400, 7500, 'Wrong number of parameter bindings for SQL query.'),
    ],
    [
      'over 100,000 bytes of SQL',
      `SELECT 1 --${'é'.repeat(50_000)}`,
      [],
      refusal(400, 7500, 'statement too long: SQLITE_TOOBIG'),
    ],
    [
      'a string of over 2,000,000 bytes',
      'SELECT length(?)',
      ['é'.repeat(1_000_001)],
      refusal(400, 7500, 'string or blob too big: SQLITE_TOOBIG'),
    ],
    [
      'several statements with parameters',
      'SELECT ?; SELECT 1',
      ['x'],
      refusal(400, 7400, 'The request is malformed: params with multiple statements is not supported'),
    ],
    [
      'a parameter that is no value',
      'SELECT ?',
      [['x']],
      refusal(400, 7400, expect.stringMatching(/^The request is malformed/)),
    ],
    ['no statement', ' ', [], refusal(400, 7500, 'No SQL statements detected.')],
    [
      'a transaction of its own',
      'BEGIN',
      [],
      refusal(400, 7500, expect.stringMatching(/^To execute a transaction/)),
    ],
    ['ATTACH', "ATTACH 'x' AS y", [], refusal(400, 7500, 'not authorized: SQLITE_AUTH')],
  ])('%s', async (_, sql, params, expected) => {
    await simulator().sql(makeItems);
    await expect(query(sql, ...params)).rejects.toMatchObject(expected);
  });

  it('up to its limits it takes what it is given', async () => {
    await query(`SELECT ${Array(100).fill('?').join()}`, ...Array(100).fill('x'));
    await query(`SELECT 1 /*${'x'.repeat(99_987)}*/`);
    expect(await query('SELECT length(?) AS n', 'é'.repeat(1_000_000))).toMatchObject({
      result: [{results: [{n: 1_000_000}]}],
    });
  });

  it.each<[string, () => Promise<unknown>, ReturnType<typeof refusal>]>([
    [
      'an unknown database',
      () => post('query', {sql: 'SELECT 1'}, '11111111-1111-4111-8111-111111111111'),
      refusal(404, 7404, 'The database 11111111-1111-4111-8111-111111111111 could not be found'),
    ],
    [
      "somebody else's account",
      () => client().get(`/accounts/${'a'.repeat(32)}/d1/database`),
      refusal(403, 7403, expect.stringMatching(/not valid or is not authorized/)),
    ],
    [
      'what is no account',
      () => client().get('/accounts/nobody/d1/database'),
      refusal(
        404,
        7003,
        'Could not route to /client/v4/accounts/nobody/d1/database, perhaps your object identifier is invalid?',
      ),
    ],
    [
      'an unknown path',
      () => client().get('/zones'),
      refusal(404, 7003, expect.stringMatching(/^Could not route to/)),
    ],
    [
      'another method',
      () => client().delete(`/accounts/${simulator().accountId}/d1/database/${uuidOf(simulator())}`),
      refusal(405, 7001, expect.stringMatching(/DELETE/)),
    ],
  ])('%s', async (_, ask, expected) => {
    await expect(ask()).rejects.toMatchObject(expected);
  });

  it('a wrong token, or none', async () => {
    const stranger = clientOf({...simulator(), token: 'wrong'});
    const asking = stranger.d1.database.get(uuidOf(simulator()), account());
    await expect(asking).rejects.toThrow(AuthenticationError);
    await expect(asking).rejects.toMatchObject(refusal(401, 10000, 'Authentication error'));
    await expect(stranger.user.tokens.verify()).rejects.toMatchObject(
      refusal(401, 1000, 'Invalid API Token'),
    );
    expect((await fetch(`${simulator().baseUrl}/accounts/${simulator().accountId}/d1/database`)).status).toBe(
      401,
    );
  });
});

describe('beside statements', () => {
  it('databases are listed, by name and in pages', async () => {
    const list = async (query: object) => {
      const found: unknown[] = [];
      for await (const {name} of client().d1.database.list({...account(), ...query})) found.push(name);
      return found;
    };
    expect(await list({})).toEqual(['assets', 'assets-old', 'records']);
    expect(await list({name: 'assets'})).toEqual(['assets', 'assets-old']);
    expect(await list({per_page: 2})).toEqual(['assets', 'assets-old', 'records']);
    expect(
      await client().get(`/accounts/${simulator().accountId}/d1/database?per_page=2&page=2`),
    ).toMatchObject({
      result: [{name: 'records', uuid: uuidOf(simulator(), 'records')}],
      result_info: {page: 2, per_page: 2, count: 1, total_count: 3},
    });
  });

  it('a database is described', async () => {
    const describe = () => client().d1.database.get(uuidOf(simulator()), account());
    expect(await describe()).toMatchObject({
      name: 'assets',
      uuid: uuidOf(simulator()),
      version: 'production',
      num_tables: 0,
    });
    await query(makeItems);
    const described = await describe();
    expect(described.num_tables).toBe(1);
    expect(described.file_size).toBeGreaterThan(8_000);
  });

  it('the token is verified', async () => {
    expect(await client().user.tokens.verify()).toMatchObject({status: 'active'});
  });

  it.each([
    ['a row', "INSERT INTO items (name) VALUES ('a')"],
    ['a table', 'CREATE TABLE other (a)'],
    ['a view', 'CREATE VIEW v AS SELECT 1'],
    ['a view that goes', 'DROP VIEW old'],
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON items BEGIN SELECT 1; END'],
  ])('the bookmark changes with %s, and with nothing else', async (_, sql) => {
    const bookmark = async () =>
      (await client().d1.database.timeTravel.getBookmark(uuidOf(simulator()), account())).bookmark;
    await query(`${makeItems}; CREATE VIEW old AS SELECT 1`);
    const before = await bookmark();
    await query('SELECT * FROM items');
    await query("UPDATE items SET name = 'x'");
    await expect(query('INSERT INTO items (amount) VALUES (NULL)')).rejects.toThrow(BadRequestError);
    expect(await bookmark()).toBe(before);
    await query(sql);
    const after = await bookmark();
    expect(after).not.toBe(before);
    expect(await bookmark()).toBe(after);
  });
});
