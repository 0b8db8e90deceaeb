import {beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import type {Statement} from '../../src/core/sql.ts';
import type {Database, Target} from '../../src/databases/database.ts';
import {isLeaseRefusal, readLease, readMarks} from '../../src/engine/mark.ts';
import * as marks from '../../src/engine/mark-statements.ts';
import {groupPages, type ReadyPage} from '../../src/engine/page-group.ts';
import {targetHosts} from '../support/target-host.ts';

let place: Target;
let target: Database;

async function connect(): Promise<Database> {
  const database = await place.openDatabase();
  onTestFinished(() => database.close());
  return database;
}

const createTables = (leastFence: number) => marks.createTables(target.dialect, leastFence);
const dropMarks = (run: string, fence: number) => marks.dropMarks(target.dialect, run, fence);
const releaseLease = (run: string, fence: number) => marks.releaseLease(target.dialect, run, fence);
const renewLease = (run: string, fence: number, leaseMs: number) =>
  marks.renewLease(target.dialect, run, fence, leaseMs);

async function claim(changes: Partial<marks.LeaseClaim> = {}, by: Database = target): Promise<unknown> {
  const order = {run: 'r', holder: 'ada', host: 'here', leaseMs: 60_000, leastFence: 0, instead: null};
  const [rows] = await by.transaction([marks.claimLease(by.dialect, {...order, ...changes})]);
  return rows?.[0]?.['fence'] ?? null;
}

function insert(...names: readonly string[]): Statement {
  return {
    sql: 'INSERT INTO items (name) SELECT value FROM json_each(?) RETURNING name AS key',
    params: [JSON.stringify(names)],
    counts: 'inserted',
  };
}

/** As the writer sends it: on Postgres, pages are written by the same statements. */
function pageOf(page: number, fence: number, ...given: readonly string[]): readonly Statement[] {
  const {dialect} = target;
  const one: ReadyPage = {partition: 'p', page, changes: given.length, statements: [insert(...given)]};
  const keyed = new Map(given.map(name => [name, name]));
  return groupPages([dialect === 'postgres' ? {...one, statements: [], keyed} : one], {
    run: 'r',
    dialect,
    lease: {fence, leaseMs: 60_000},
    finished: [],
    commit: changes => [insert(...changes.map(String))],
  }).statements;
}

async function names(): Promise<unknown> {
  return (await target.query('SELECT name FROM items ORDER BY id')).map(row => row['name']);
}

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  beforeEach(async () => {
    place = (await hosted()).target;
    target = await connect();
    await target.transaction([
      {sql: 'CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT)', params: []},
      {sql: 'CREATE TABLE log (name TEXT)', params: []},
      {
        sql: 'CREATE TRIGGER watch AFTER INSERT ON items BEGIN INSERT INTO log VALUES (new.name), (new.name); END',
        params: [],
      },
      ...createTables(0),
    ]);
  });

  describe('a page with its mark', () => {
    it('is written with the number of rows that it changed itself, whatever triggers did', async () => {
      const fence = Number(await claim());
      await target.transaction(pageOf(1, fence, 'a', 'b', 'c'));
      expect(await readMarks(target, 'r')).toEqual(
        new Map([['p', {page: 1, inserted: 3, updated: 0, deleted: 0}]]),
      );
      expect(await target.query('SELECT count(*) AS n FROM log')).toEqual([{n: 6}]);
    });

    it('counts each page anew', async () => {
      const fence = Number(await claim());
      await target.transaction(pageOf(1, fence, 'a', 'b'));
      await target.transaction(pageOf(2, fence, 'c'));
      expect((await readMarks(target, 'r'))?.get('p')).toEqual({
        page: 2,
        inserted: 1,
        updated: 0,
        deleted: 0,
      });
    });

    it.each<[string, (fence: number) => Promise<number>]>([
      ['was never taken', async () => 7],
      [
        'was given back',
        async fence =>
          target.transaction([dropMarks('r', fence), releaseLease('r', fence)]).then(() => fence),
      ],
      [
        'was taken by another',
        async fence => claim({run: 'other', holder: 'bob', instead: 'ada'}).then(() => fence),
      ],
      ['has a newer fence', async fence => claim().then(() => fence)],
    ])('is refused as a whole where the lease %s', async (_, lose) => {
      const fence = await lose(Number(await claim()));
      const written = await target.transaction(pageOf(1, fence, 'a')).catch((error: unknown) => error);
      expect(written).toMatchObject({kind: 'refused'});
      expect(isLeaseRefusal(written instanceof Error ? written.message : '')).toBe(true);
      expect(await names()).toEqual([]);
      expect(await readMarks(target, 'r')).toEqual(new Map());
    });

    it('leaves no mark where its own statement is refused, and that is no lost lease', async () => {
      const fence = Number(await claim());
      const broken: Statement = {sql: 'INSERT INTO items (id) VALUES (1), (1) RETURNING id', params: []};
      const written = target.transaction([...pageOf(1, fence, 'a'), broken]);
      const error: unknown = await written.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({kind: 'refused'});
      expect(isLeaseRefusal(error instanceof Error ? error.message : '')).toBe(false);
      expect(await readMarks(target, 'r')).toEqual(new Map());
      expect(await names()).toEqual([]);
    });
  });

  describe('a lease', () => {
    it('is held by one: whoever comes later gets nothing', async () => {
      const other = await connect();
      const fences = await Promise.all([
        claim({run: 'a', holder: 'ada'}),
        claim({run: 'b', holder: 'bob'}, other),
      ]);
      expect(fences.filter(fence => fence !== null)).toHaveLength(1);
      expect((await readLease(target))?.holder).toBe(fences[0] === null ? 'bob' : 'ada');
    });

    it.each<[string, Partial<marks.LeaseClaim>, Partial<marks.LeaseClaim>, boolean]>([
      ['while it is held', {}, {holder: 'bob'}, false],
      ['once it has expired', {leaseMs: -1}, {holder: 'bob'}, true],
      ['by its own run and holder', {}, {}, true],
      ['by another run of its holder', {}, {run: 'another'}, false],
      ['in the place of a holder that was named', {}, {holder: 'bob', instead: 'ada'}, true],
      ['in the place of another holder', {}, {holder: 'bob', instead: 'eve'}, false],
    ])('can be taken %s: %s, %s: %s', async (_, first, second, taken) => {
      await claim(first);
      const before = await readLease(target);
      const fence = await claim(second);
      expect(fence !== null).toBe(taken);
      if (!taken)
        expect(await readLease(target)).toMatchObject({holder: before?.holder, fence: before?.fence});
    });

    it('has a fence that only rises, above what the ledger remembers too', async () => {
      const first = Number(await claim());
      await target.transaction([dropMarks('r', first), releaseLease('r', first)]);
      const second = Number(await claim());
      expect(second).toBeGreaterThan(first);
      await target.transaction([dropMarks('r', second), releaseLease('r', second)]);
      expect(Number(await claim({leastFence: 100}))).toBeGreaterThan(100);
      await target.transaction(marks.dropTables());
      await target.transaction(createTables(500));
      expect(Number(await claim())).toBeGreaterThan(500);
    });

    it('is renewed while it is held, and not once it is lost', async () => {
      const fence = Number(await claim({leaseMs: 1_000}));
      expect(await target.transaction([renewLease('r', fence, 90_000)])).toEqual([[{fence}]]);
      expect((await readLease(target))?.remainingMs).toBeGreaterThan(60_000);
      await claim({run: 'other', holder: 'bob', instead: 'ada'});
      expect(await target.transaction([renewLease('r', fence, 90_000)])).toEqual([[]]);
    });

    it('is given back only by who holds it, with its marks', async () => {
      const fence = Number(await claim());
      await target.transaction(pageOf(1, fence, 'a'));
      await target.transaction([dropMarks('r', fence - 1), releaseLease('r', fence - 1)]);
      expect(await readLease(target)).toMatchObject({run: 'r', holder: 'ada'});
      expect((await readMarks(target, 'r'))?.size).toBe(1);
      await target.transaction([dropMarks('r', fence), releaseLease('r', fence)]);
      expect(await readLease(target)).toMatchObject({run: null, holder: null, fence});
      expect((await readMarks(target, 'r'))?.size).toBe(0);
    });
  });

  describe('the tables', () => {
    it('are made once: making them again keeps the lease', async () => {
      const fence = await claim();
      await target.transaction(createTables(0));
      expect(await readLease(target)).toMatchObject({run: 'r', fence});
    });

    it('that are gone are told apart from empty ones', async () => {
      expect(await readMarks(target, 'r')).toEqual(new Map());
      await target.transaction(marks.dropTables());
      expect(await readMarks(target, 'r')).toBeNull();
      expect(await readLease(target)).toBeNull();
      await target.transaction(marks.dropTables());
    });

    it('lose the mark of a finished partition, and no other', async () => {
      const fence = Number(await claim());
      await target.transaction(pageOf(1, fence, 'a'));
      await target.transaction([
        marks.markPages(target.dialect, {run: 'r', fence, pages: [{partition: 'q', page: 4}]}),
        marks.forgetMarks(target.dialect, 'r', ['p', 'other']),
      ]);
      expect(
        [...((await readMarks(target, 'r')) ?? [])].map(([partition, {page}]) => [partition, page]),
      ).toEqual([['q', 4]]);
    });
  });
});
