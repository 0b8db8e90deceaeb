import {describe, expect, it} from 'vitest';
import {
  countsOf,
  failuresOf,
  live,
  makeRecords,
  networkOf,
  type RecordsOptions,
  rehearsed,
  tableOf,
  undo,
  unrehearsed,
} from '../../support/records.ts';
import {type MakeHosted, postgresHosts} from '../../support/target-host.ts';
import {accountAt, like, note, noteDraft, numbered} from './worlds.ts';

/** Three accounts whose records are indexed, and then some deleted. */
async function makeWorld(hosted: MakeHosted, options: RecordsOptions = {}) {
  const bench = await makeRecords(
    hosted,
    {
      hosts: {one: {pageMost: 4}, two: {}},
      accounts: [
        {name: 'alice', host: 'one', records: {[note]: numbered(10), [noteDraft]: numbered(3, noteDraft)}},
        accountAt('two', 'bob', 5),
        accountAt('two', 'carol', 5),
      ],
    },
    options,
  );
  await unrehearsed(bench, {collections});
  for (const rkey of ['r00000', 'r00004', 'r00009']) await bench.network.deleteRecord('alice', note, rkey);
  for (const rkey of Object.keys(numbered(5))) await bench.network.deleteRecord('bob', note, rkey);
  return bench;
}

const collections = [note, noteDraft];
const prune = {backfill: 'records-prune', collections} as const;
const everything = 'SELECT to_jsonb(records)::text AS whole FROM records ORDER BY uri';

describe.each(postgresHosts)('in $host, a prune', ({host, begin}) => {
  const hosted = begin();

  it('deletes what repositories have deleted, and nothing else; its undo brings every column back', async () => {
    const bench = await makeWorld(hosted);
    await bench.sql("ALTER TABLE records ADD COLUMN comment TEXT DEFAULT 'mine'");
    await bench.sql("UPDATE records SET indexed_at = '2020-02-02 02:02:02.123456+00', comment = uri");
    const before = await bench.sql(everything);
    const plan = await rehearsed(bench, prune);
    expect(countsOf(plan)).toEqual({deleted: 8, unchanged: 15});
    expect(await bench.sql(everything)).toEqual(before);
    const run = await live(bench, plan);
    expect([run.record.status, countsOf(run)]).toEqual(['completed', {deleted: 8, unchanged: 15, rows: 8}]);
    expect(await tableOf(bench)).toEqual(networkOf(bench));

    const undone = await undo(bench, run);
    expect([undone.record.status, countsOf(undone)]).toEqual(['completed', {inserted: 8, rows: 8}]);
    expect(await bench.sql(everything)).toEqual(before);
  });

  it('is undone where Postgres computes columns of its own, or counts rows', async () => {
    const bench = await makeWorld(hosted);
    await bench.sql(
      `ALTER TABLE records ADD COLUMN "of ""type" TEXT GENERATED ALWAYS AS (record->>'$type') STORED`,
    );
    await bench.sql('ALTER TABLE records ADD COLUMN number BIGINT GENERATED ALWAYS AS IDENTITY');
    const before = await bench.sql(everything);
    const run = await live(bench, await rehearsed(bench, prune));
    expect(countsOf(run)).toEqual({deleted: 8, unchanged: 15, rows: 8});
    expect(countsOf(await undo(bench, run))).toEqual({inserted: 8, rows: 8});
    expect(await bench.sql(everything)).toEqual(before);
  });

  it('takes large rows a few at a time: a page holds them whole', async () => {
    const bench = await makeWorld(hosted);
    await bench.sql(
      `UPDATE records SET record = jsonb_build_object('text', repeat('0123456789', 60000)) WHERE did = '${bench.network.didOf('bob')}'`,
    );
    const plan = await rehearsed(bench, prune);
    expect(countsOf(plan)).toEqual({deleted: 8, unchanged: 15});
    const held: number[] = [];
    for await (const {entries} of bench.ledger.pages.all(plan.record.id, 'plan'))
      held.push(JSON.stringify(entries).length);
    expect(Math.max(...held)).toBeGreaterThan(600_000);
    expect(Math.max(...held)).toBeLessThan(1_600_000);
  });

  it('leaves what came back between plan and live', async () => {
    const bench = await makeWorld(hosted);
    const plan = await rehearsed(bench, prune);
    await bench.network.putRecord('alice', note, 'r00004', {$type: note, n: 4});
    const run = await live(bench, plan);
    expect(run.record).toMatchObject({status: 'completed', drift: {added: 0, gone: 0, changed: 1}});
    expect(countsOf(run)).toEqual({deleted: 7, unchanged: 16, rows: 7});
    expect(await tableOf(bench)).toEqual(networkOf(bench));
  });

  it('asks for each record by its name, and believes no listing alone', async () => {
    const bench = await makeWorld(hosted, {options: {fetch: 'pages'}});
    // A page that leaves its first record out, as one does that is cut or lies.
    const hidden = `at://${bench.network.didOf('carol')}/${note}/r00000`;
    bench.network.inject({
      type: 'missing-field',
      name: 'uri',
      account: 'carol',
      method: 'com.atproto.repo.listRecords',
    });
    const plan = await rehearsed(bench, prune);
    expect(countsOf(plan)).toEqual({deleted: 8, unchanged: 15});
    const asked = bench.network.calls.filter(({method}) => method === 'com.atproto.repo.getRecord');
    expect(asked).toHaveLength(9);
    await live(bench, plan);
    expect(await tableOf(bench)).toEqual(networkOf(bench));
    expect((await tableOf(bench)).has(hidden)).toBe(true);
  });

  it('deletes nothing of a repository that its host does not serve, or serves wrongly', async () => {
    const bench = await makeWorld(hosted);
    const {network} = bench;
    const before = await tableOf(bench);
    network.setStatus('alice', 'deactivated');
    network.setStatus('bob', 'deleted');
    network.inject({type: 'html', status: 200, account: 'carol'});
    const plan = await rehearsed(bench, prune);
    expect(await failuresOf(bench, plan)).toEqual({alice: 'deactivated', bob: 'not-found', carol: 'invalid'});
    expect(countsOf(plan)).toEqual({});
    await live(bench, plan);
    expect(await tableOf(bench)).toEqual(before);
  });

  it('fails a record whose second look fails, and keeps its row', async () => {
    const bench = await makeWorld(hosted);
    bench.network.inject({
      type: 'error',
      status: 500,
      method: 'com.atproto.repo.getRecord',
      account: 'alice',
    });
    const plan = await rehearsed(bench, prune);
    expect([plan.record.status, countsOf(plan)]).toEqual([
      'incomplete',
      {deleted: 5, failed: 3, unchanged: 15},
    ]);
    const run = await live(bench, plan);
    expect([run.record.status, countsOf(run)]).toEqual([
      'incomplete',
      {deleted: 5, failed: 3, unchanged: 15, rows: 5},
    ]);
    expect((await tableOf(bench)).size).toBe(18);
  });

  it('leaves a row that was written again since, and undo leaves one that was indexed again', async () => {
    const bench = await makeWorld(hosted);
    const {network, sql} = bench;
    const uri = (rkey: string) => `at://${network.didOf('alice')}/${note}/${rkey}`;
    const plan = await rehearsed(bench, prune);
    const other = networkOf(bench).get(uri('r00001'));
    await sql(
      `UPDATE records SET (cid, record) = ('${other}', '{"n": 1, "$type": "${note}"}') WHERE uri = '${uri('r00009')}'`,
    );
    const run = await live(bench, plan);
    // It is another row, and of that too its repository says that it is gone: the plan has changed in that.
    expect(run.record.drift).toEqual({added: 0, gone: 0, changed: 1});
    expect(countsOf(run)).toEqual({deleted: 8, unchanged: 15, rows: 8});
    await network.putRecord('alice', note, 'r00000', {$type: note, n: 0});
    await unrehearsed(bench, {collections});
    const undone = await undo(bench, run);
    expect([undone.record.status, countsOf(undone)]).toEqual([
      'incomplete',
      {inserted: 7, skipped: 1, rows: 7},
    ]);
    const table = await tableOf(bench);
    expect(table.size).toBe(23);
    expect(table.get(uri('r00000'))).toBe(networkOf(bench).get(uri('r00000')));
  });

  it('is of the collections and accounts that are named', async () => {
    const bench = await makeWorld(hosted);
    const {network} = bench;
    await network.deleteRecord('alice', noteDraft, 'r00001');
    await network.putRecord('alice', like, 'a', {$type: like});
    const drafts = await rehearsed(bench, {...prune, collections: [noteDraft]});
    expect(countsOf(drafts)).toEqual({deleted: 1, unchanged: 2});
    const bob = await rehearsed(bench, {...prune, dids: [network.didOf('bob')]});
    expect(countsOf(bob)).toEqual({deleted: 5});
  });

  // PGlite comes without the tables of ICU.
  it.skipIf(host === 'PGlite')('works on a table whose texts are ordered as people order them', async () => {
    const bench = await makeWorld(hosted, {settings: {page: {items: 3, bytes: 1e9, seconds: 60}}});
    await bench.sql('ALTER TABLE records ALTER COLUMN uri TYPE TEXT COLLATE "en-US-x-icu"');
    for (const rkey of ['Upper', 'lower', '_under', '-dash', 'z.z', 'a~b'])
      await bench.network.putRecord('carol', note, rkey, {$type: note});
    await unrehearsed(bench, {collections});
    expect((await tableOf(bench)).size).toBe(29);
    await bench.network.deleteRecord('carol', note, '_under');
    const run = await live(bench, await rehearsed(bench, prune));
    expect(countsOf(run)).toEqual({deleted: 9, unchanged: 20, rows: 9});
    expect(await tableOf(bench)).toEqual(networkOf(bench));
  });
});
