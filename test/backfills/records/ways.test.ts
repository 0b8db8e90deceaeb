import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {AccountSpec, NetworkSpec} from '../../../src/sandbox/network/spec.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {
  countsOf,
  expectTable,
  failuresOf,
  makeRecords,
  networkOf,
  type RecordsBench,
  startUnrehearsed,
  unrehearsed,
} from '../../support/records.ts';
import {postgresHosts} from '../../support/target-host.ts';
import {accountAt, like, note, noteDraft, numbered, ofWholeWorld} from './worlds.ts';

const collections = [note, noteDraft, like, 'app.example.other'];

/** A few accounts with a few records each, on hosts that give a few of them a page. */
const networks = fc
  .record({
    pageMost: fc.integer({min: 1, max: 7}),
    carOrder: fc.constantFrom('cid', 'tree' as const),
    accounts: fc.array(fc.dictionary(fc.constantFrom(...collections), fc.integer({min: 0, max: 25})), {
      minLength: 1,
      maxLength: 5,
    }),
  })
  .map(
    ({pageMost, carOrder, accounts}): NetworkSpec => ({
      hosts: {one: {pageMost, carOrder: carOrder === 'tree' ? 'tree' : 'cid'}, two: {}},
      accounts: accounts.map(
        (counts, number): AccountSpec => ({
          name: `a${number}`,
          host: number % 3 === 0 ? 'two' : 'one',
          listedIn: [note],
          records: Object.fromEntries(
            Object.entries(counts).map(([name, count]) => [name, numbered(count, name)]),
          ),
        }),
      ),
    }),
  );

function askedFor({network}: RecordsBench): Readonly<Record<string, number>> {
  const counts = Map.groupBy(network.calls, ({method}) => method.split('.').at(-1) ?? '');
  return Object.fromEntries([...counts].map(([method, calls]) => [method, calls.length]));
}

describe.each(postgresHosts)('into $host', ({begin}) => {
  const hosted = begin();

  it('pages, CARs and whichever is cheaper make the same table', {timeout: 180_000}, async () => {
    await fc.assert(
      fc.asyncProperty(networks, fc.integer({min: 1, max: 30}), async (spec, items) => {
        const network = await networkUnderTest(spec);
        for (const fetch of ['pages', 'car', 'auto'] as const) {
          const bench = await makeRecords(hosted, network, {
            options: {fetch},
            settings: {page: {items, bytes: 1e9, seconds: 60}},
          });
          const run = await unrehearsed(bench, ofWholeWorld);
          expect(run.record.status).toBe('completed');
          await expectTable(bench, ({collection}) => collection !== 'app.example.other');
        }
      }),
      {numRuns: 4},
    );
  });

  it('a repository of many pages is read on as one CAR, and none of it twice', async () => {
    const bench = await makeRecords(hosted, {
      hosts: {one: {pageMost: 2}},
      accounts: [accountAt('one', 'alice', 61)],
    });
    const run = await unrehearsed(bench, {collections: [note]});
    expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: 61, rows: 61}]);
    expect(askedFor(bench)).toMatchObject({listRecords: 10, getRepo: 1});
    await expectTable(bench);
  });

  it('goes on by pages where the CAR is more than is held in memory', async () => {
    for (const fetch of ['auto', 'car'] as const) {
      const bench = await makeRecords(
        hosted,
        {hosts: {one: {pageMost: 2}}, accounts: [accountAt('one', 'alice', 31)]},
        {options: {fetch, carBytes: 1_000}},
      );
      const run = await unrehearsed(bench, {collections: [note]});
      expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: 31, rows: 31}]);
      expect(askedFor(bench)).toMatchObject({listRecords: 17, getRepo: 1});
      await expectTable(bench);
    }
  });

  it('is read where it has moved to, also when that happens between two pages', async () => {
    const bench = await makeRecords(
      hosted,
      {hosts: {one: {pageMost: 10}, two: {pageMost: 10}}, accounts: [accountAt('one', 'alice', 35)]},
      {options: {fetch: 'pages'}},
    );
    const {network} = bench;
    const held = network.inject({type: 'held', method: 'com.atproto.repo.listRecords', skip: 2, times: 1});
    const handle = await startUnrehearsed(bench, {collections: [note]});
    await expect.poll(() => held.fired, {timeout: 20_000}).toBe(1);
    network.move('alice', 'two');
    held.release();
    const run = await handle.done;
    expect(await failuresOf(bench, run)).toEqual({});
    expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: 35, rows: 35}]);
    await expectTable(bench);
  });

  it('everything that is proven is as its owner signed it, and what can’t be is a failure', async () => {
    const bench = await makeRecords(
      hosted,
      {
        hosts: {one: {}, two: {}},
        accounts: [
          accountAt('one', 'alice'),
          {...accountAt('two', 'web'), identity: {web: 'port'}},
          {...accountAt('one', 'forged'), document: 'other-key'},
          {...accountAt('two', 'keyless'), document: 'no-key'},
          {...accountAt('one', 'lied-about'), lies: {[`${note}/r00001`]: {$type: note, text: 'not mine'}}},
          {...accountAt('one', 'large', 400)},
        ],
      },
      {options: {carBytes: 30_000}},
    );
    const run = await unrehearsed(bench, {collections: [note], proofs: true});
    expect(await failuresOf(bench, run)).toEqual({
      forged: 'invalid',
      keyless: 'invalid',
      large: 'too-large',
    });
    expect(countsOf(run)).toEqual({inserted: 8, failed: 1, rows: 8});
    expect(askedFor(bench)).toMatchObject({getRepo: 5});
    expect(askedFor(bench)).not.toHaveProperty('listRecords');
    await expectTable(
      bench,
      ({account, isLie}) => ['alice', 'web', 'lied-about'].includes(account) && !isLie,
    );
  });

  it('a lie among records fails alone, whichever way it is read', async () => {
    const lies = {[`${note}/r00001`]: {$type: note, text: 'not mine'}};
    for (const fetch of ['pages', 'car'] as const) {
      const bench = await makeRecords(
        hosted,
        {hosts: {one: {}}, accounts: [{...accountAt('one', 'alice'), lies}]},
        {options: {fetch}},
      );
      const run = await unrehearsed(bench, {collections: [note]});
      expect([run.record.status, countsOf(run)]).toEqual(['incomplete', {inserted: 2, failed: 1, rows: 2}]);
      expect(bench.events.flatMap(event => (event.type === 'failure' ? [event.key] : []))).toEqual([
        [...networkOf(bench, ({isLie}) => isLie).keys()][0],
      ]);
    }
  });
});
