import {describe, expect, it} from 'vitest';
import {postgresTarget} from '../../src/databases/postgres.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import {ofWholeWorld, wholeWorld} from '../backfills/records/worlds.ts';
import {indexedFiles, makeIndex, sha256, tableDigest, writeAsset, writeAssets} from '../support/assets.ts';
import {type Bench, ended, goLive, makeBench, rehearse, resume, scopeWith} from '../support/engine.ts';
import {asAdmin, freshDatabase, postgresServer, postgresVariables} from '../support/postgres.ts';
import {countsOf, expectTable, live, makeRecords, rehearsed, undo} from '../support/records.ts';
import {relayTo} from '../support/relay.ts';
import {slowReads} from '../support/slow-store.ts';

const smallPages = {page: {items: 6, bytes: 1e6, seconds: 10}, partitions: 3, splitAfterSeconds: 0};

/** What is the same of two runs that were made apart. */
function outcomeOf({mode, status, stopReason, tally, partitions, cappedAt, drift}: RunRecord) {
  return {mode, status, stopReason, tally, cappedAt, drift, failed: partitions.failed};
}

/** A dry run, its live run and its undo, with files of which one can't be read; told with what became of the table. */
async function wayAndBack(bench: Bench) {
  const {engine, connection, index, assets} = bench;
  const keys = writeAssets(assets, 60);
  writeAsset(assets, Buffer.from([0x62, 0x61, 0x64, 0xff]), 'not utf-8');
  makeIndex(
    index,
    keys.slice(0, 20).map((key, number) => ({key, hash: number % 2 === 0 ? null : sha256('old')})),
  );
  const before = tableDigest(index, 'files');
  const told: unknown[] = [];
  const tell = ({record}: {readonly record: RunRecord}) => told.push(outcomeOf(record), indexedFiles(index));
  const plan = await rehearse(bench);
  tell(plan);
  const done = await goLive(bench, plan.record, {acceptedFailures: 1});
  tell(done);
  tell(await resume(bench, done.record));
  const back = await ended(engine.rehearseUndo(connection, done.record));
  tell(back);
  tell(await goLive(bench, back.record));
  expect(tableDigest(index, 'files')).toBe(before);
  return told;
}

describe.skipIf(postgresServer() === null)('with a ledger in Postgres', () => {
  it('a dry run, its live run, a retry and its undo come to what they come to with one in SQLite', async () => {
    const expected = await wayAndBack(await makeBench({settings: smallPages}));
    const bench = await makeBench({settings: smallPages, ledger: await freshDatabase()});
    expect(await wayAndBack(bench)).toEqual(expected);
  });

  it('they do so too where its connections break all the time', async () => {
    const expected = await wayAndBack(await makeBench({settings: smallPages}));
    const relay = await relayTo(`${await freshDatabase()}?sslmode=disable`);
    const bench = await makeBench({settings: smallPages, ledger: relay.url});
    let broken = 0;
    relay.judge = () => {
      if (Math.random() > 0.03) return 'pass';
      broken++;
      return Math.random() < 0.5 ? 'cut' : 'cut-the-answer';
    };
    expect(await wayAndBack(bench)).toEqual(expected);
    relay.judge = () => 'pass';
    expect(broken).toBeGreaterThan(5);
  });

  it('a run is paused from another machine, and resumed from there', async () => {
    const place = await freshDatabase();
    const reads = slowReads(10_000);
    const bench = await makeBench({ledger: place, store: reads.wrap});
    const keys = writeAssets(bench.assets, 20);
    makeIndex(bench.index);
    const handle = await bench.engine.rehearse(bench.connection, scopeWith(), {});
    await reads.reached(1);
    const elsewhere = await Ledger.open(place, postgresVariables());
    expect(await elsewhere.runs.request(handle.id, 'pause')).toBe(true);
    await elsewhere.close();
    const {record} = await handle.done;
    expect(record).toMatchObject({status: 'paused', stopReason: {message: 'paused from another terminal'}});
    const other = await makeBench({folder: bench.folder, ledger: place});
    expect((await resume(other, record)).record).toMatchObject({
      status: 'completed',
      tally: {inserted: keys.length},
    });
  });

  it('records may have it in the database that they are brought into', async () => {
    const url = await freshDatabase();
    const hosted = async () => ({
      target: postgresTarget({url}),
      sql: (statements: string) => asAdmin(statements, url),
    });
    const bench = await makeRecords(hosted, wholeWorld, {ledger: url});
    const plan = await rehearsed(bench, ofWholeWorld);
    const done = await live(bench, plan);
    expect(done.record.status).toBe('completed');
    expect(countsOf(done)).toEqual({inserted: plan.record.tally.inserted, rows: plan.record.tally.inserted});
    await expectTable(bench, ({collection}) => ofWholeWorld.collections.includes(collection));
    expect((await undo(bench, done)).record).toMatchObject({
      status: 'completed',
      tally: {deleted: plan.record.tally.inserted},
    });
    expect(await bench.sql('SELECT count(*)::int AS n FROM records')).toEqual([{n: 0}]);
    expect(await bench.ledger.runs.list(9)).toHaveLength(4);
  });
});
