import {describe, expect, it} from 'vitest';
import {isExact} from '../../src/core/count.ts';
import type {RepositoriesPredicted} from '../../src/engine/estimate-repositories.ts';
import {type EstimateOptions, estimateRepositories} from '../../src/engine/estimate-run.ts';
import type {CrowdSpec, NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {crowdOf, like, note, numbered} from '../backfills/records/worlds.ts';
import {type Overhearing, overheard} from '../support/overheard-target.ts';
import {
  live,
  makeRecords,
  type RecordScope,
  type RecordsBench,
  rehearsed,
  startLive,
  tableOf,
  unrehearsed,
  versionsOf,
} from '../support/records.ts';
import {seeded} from '../support/seeded.ts';
import {postgresHosts} from '../support/target-host.ts';

const never = new AbortController().signal;
const hostNames = ['one', 'two', 'three'] as const;
const ofNotes: RecordScope = {collections: [note]};

function crowd(name: string, accounts: number, notes: number): CrowdSpec {
  return {name, accounts, hosts: hostNames, records: {[note]: notes}, isUnsigned: true};
}

/** 300 small repositories of four shapes, five large ones, and twenty accounts that are gone. */
const crowded: NetworkSpec = {
  hosts: {one: {}, two: {}, three: {}},
  relays: [{pageMost: 100, twice: ['gone-3', 'small-7']}],
  accounts: Array.from({length: 20}, (_, number) => ({
    name: `gone-${number}`,
    host: 'one',
    status: 'deactivated',
    records: {[note]: numbered(4)},
  })),
  crowds: [
    crowd('small', 120, 2),
    crowd('usual', 100, 8),
    crowd('busy', 60, 20),
    crowd('busier', 20, 60),
    crowd('large', 5, 400),
  ],
};
const allNotes = 120 * 2 + 100 * 8 + 60 * 20 + 20 * 60 + 5 * 400;

async function estimate(bench: RecordsBench, scope: RecordScope, options: Partial<EstimateOptions> = {}) {
  const {engine} = bench;
  const {backfill, ...rest} = scope;
  const ends = bench.connection(backfill);
  const completed = await engine.complete(ends, ends.backfill.scope.parse(rest));
  return estimateRepositories(engine, ends, {sample: 1_000, signal: never, ...options, scope: completed});
}

async function predicted(...args: Parameters<typeof estimate>): Promise<RepositoriesPredicted> {
  const {result} = await estimate(...args);
  if (!('prediction' in result)) throw new Error(`it was stopped: ${result.message}`);
  return result;
}

/** Requests of the last run that ended, by who was asked. */
function requestsOf({events, network}: RecordsBench) {
  const limits = events.findLast(({type}) => type === 'ended')?.snapshot.limits ?? [];
  const to = (origins: readonly string[]) =>
    limits
      .filter(({host}) => origins.some(origin => new URL(origin).host === host))
      .reduce((sum, {requests}) => sum + requests, 0);
  return {
    relay: to(network.relays),
    directory: to([network.plc]),
    host: to(Object.values(network.hosts).map(({origin}) => origin)),
  };
}

describe.each(postgresHosts)('an estimate of repositories, into $host', ({begin}) => {
  const hosted = begin();

  it('that reads all of them predicts what the dry run then decides, to the item and the request', async () => {
    const bench = await makeRecords(hosted, crowded, {options: {fetch: 'pages'}});
    const {prediction, facts, warnings} = await predicted(bench, ofNotes);
    const {record} = await rehearsed(bench, ofNotes);
    const {repositories, items, listed, source, pages} = prediction;
    expect(repositories).toMatchObject({found: 325, done: {value: 305}, failed: {deactivated: {value: 20}}});
    expect(record.partitions).toEqual({done: 305, failed: 20, pending: 0});
    expect(listed).toEqual({value: allNotes, low: allNotes, high: allNotes});
    expect(items.insert).toEqual(listed);
    expect(record.tally).toMatchObject({inserted: allNotes, failed: 0});
    expect(Object.values(items).every(isExact)).toBe(true);
    const dryPages = bench.events.filter(
      ({type, snapshot}) => type === 'page' && snapshot.mode === 'dry-run',
    );
    expect(pages).toBe(dryPages.length);
    const {relay, directory, host} = source;
    // The probe asks the relay once more.
    expect({relay, directory: directory.value, host: host.value}).toEqual(requestsOf(bench));
    expect(facts.discovery).toMatchObject({found: 325, doubles: 2, isLeast: false, failed: []});
    expect(warnings).toEqual([]);
  });

  it.each([
    [5, []],
    [2, ['dominated']],
  ])('from a sample of forty holds the truth, and says what it hangs on (chance %d)', async (seed, says) => {
    const bench = await makeRecords(hosted, crowded, {random: seeded(seed)});
    const {prediction, facts, warnings} = await predicted(bench, ofNotes, {sample: 40});
    expect(facts.sample.repositories).toHaveLength(40);
    const {listed, changes, items, repositories, bytes} = prediction;
    for (const {low, high} of [listed, changes, items.insert]) {
      expect(low).toBeLessThanOrEqual(allNotes);
      expect(high).toBeGreaterThanOrEqual(allNotes);
      expect(high).toBeGreaterThan(low);
    }
    expect(repositories.done.low).toBeLessThanOrEqual(305);
    expect(repositories.done.high).toBeGreaterThanOrEqual(305);
    expect(bytes.low).toBeLessThan(bytes.high);
    expect(warnings.map(({kind}) => kind)).toEqual(says);
    // Drawn from all pages of the relay, and from every host.
    expect(new Set(facts.sample.repositories.map(({host}) => host)).size).toBe(3);
    const read = bench.network.calls.filter(({account, server}) => account !== null && server !== 'plc');
    expect(new Set(read.map(({account}) => account)).size).toBe(40);
  });

  it('tells what is new from what is there, and writes nothing', async () => {
    const by: Overhearing = {sent: [], meanwhile: null};
    const bench = await makeRecords(hosted, crowded, {target: target => overheard(target, by)});
    await unrehearsed(bench, {...ofNotes, dids: dids(bench, 'usual', 40)});
    await bench.sql(`UPDATE records SET cid = 'old' WHERE rkey = (SELECT min(rkey) FROM records)`);
    const before = await versionsOf(bench);
    by.sent.length = 0;
    const {run, result} = await estimate(bench, ofNotes);
    if (!('prediction' in result)) throw new Error(result.message);
    const {items, rows, changes} = result.prediction;
    expect(items).toMatchObject({
      insert: {value: allNotes - 320},
      update: {value: 40},
      unchanged: {value: 280},
      delete: {high: 0},
    });
    expect(changes.value).toBe(allNotes - 280);
    expect(rows).toMatchObject({before: 320, after: {value: allNotes}});
    expect(await versionsOf(bench)).toEqual(before);
    expect(by.sent.filter(sql => !/^\s*(SELECT|WITH)\b/.test(sql))).toEqual([]);
    const {ledger} = bench;
    expect(await ledger.runs.get(run)).toMatchObject({mode: 'estimate', status: 'completed', holder: null});
    expect(await ledger.partitions.list(run)).toEqual([]);
    expect(await ledger.repositories.streams(run, [])).toEqual([]);
    expect(await Array.fromAsync(ledger.pages.all(run, 'plan'))).toEqual([]);
    const record = await ledger.runs.get(run);
    await expect(startLive(bench, record)).rejects.toThrow(/is an estimate: it predicts from a sample/);
  });

  it('of what the network has deleted predicts what the prune then removes', async () => {
    const bench = await makeRecords(hosted, {hosts: {one: {}, two: {}}, crowds: [crowdOf(12, 'one', 'two')]});
    const {network} = bench;
    await unrehearsed(bench, {collections: [note, like]});
    const rows = (await tableOf(bench)).size;
    for (const name of ['crowd-1', 'crowd-4', 'crowd-9']) {
      const gone = [...network.records()].find(({account}) => account === name);
      await network.deleteRecord(name, gone?.collection ?? '', gone?.rkey ?? '');
    }
    const scope = {backfill: 'records-prune', collections: [note, like]} as const;
    const {prediction, facts} = await predicted(bench, scope);
    expect(prediction.items).toMatchObject({
      delete: {value: 3},
      unchanged: {value: rows - 3},
      insert: {high: 0},
    });
    expect(prediction.rows).toMatchObject({before: rows, after: {value: rows - 3}});
    expect(facts.discovery).toMatchObject({found: 12, requests: 0});
    expect(await tableOf(bench)).toHaveProperty('size', rows);
    const pruned = await live(bench, await rehearsed(bench, scope));
    expect(pruned.record.tally.deleted).toBe(3);
  });
});

const [embedded] = postgresHosts;
describe('where not all goes well', () => {
  const hosted = embedded?.begin() ?? (() => Promise.reject(new Error('there is no PGlite')));

  it('a relay that fails for one collection is named, and the rest is predicted', async () => {
    const bench = await makeRecords(hosted, {
      hosts: {one: {}},
      relays: [{failsFor: [note]}],
      accounts: [{name: 'alice', host: 'one', records: {[note]: numbered(9)}}],
      crowds: [crowdOf(6, 'one')],
    });
    const {prediction, warnings} = await predicted(bench, {collections: [note, like]});
    // What somebody else lists of them is read all the same.
    expect(prediction).toMatchObject({listed: {value: 30}, repositories: {found: 6}});
    expect(warnings).toEqual([
      expect.objectContaining({kind: 'unread-stream', group: note, fault: 'server-error'}),
    ]);
  });

  it('nothing is predicted where nothing could be listed', async () => {
    const bench = await makeRecords(hosted, {hosts: {one: {}}, crowds: [crowdOf(3, 'one')]});
    const fault = bench.network.inject({type: 'error', status: 500, server: 'relay-0', skip: 1});
    await expect(estimate(bench, ofNotes)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/nothing could be listed \(.*500/),
    });
    fault.end();
    const [newest] = await bench.ledger.runs.list(1);
    expect(newest).toMatchObject({mode: 'estimate', status: 'failed'});
  });

  it('repositories of a host that is down count as failed, after it was tried as a run tries it', async () => {
    const bench = await makeRecords(
      hosted,
      {hosts: {one: {}, dead: {isDown: true}}, crowds: [crowdOf(20, 'one', 'dead')]},
      {settings: {attempts: 2}},
    );
    const {prediction, warnings} = await predicted(bench, {collections: [note, like]});
    expect(prediction.repositories).toMatchObject({done: {value: 10}, failed: {connection: {value: 10}}});
    expect(prediction.listed.value).toBe(50);
    expect(warnings).toEqual([
      {kind: 'unreachable', looked: 20, failed: 10, message: expect.stringMatching(/ECONNREFUSED|refused/)},
    ]);
    expect(bench.events.filter(({type}) => type === 'host')).toEqual([
      expect.objectContaining({state: 'down'}),
    ]);
  });

  it('a host that asks for fewer requests is waited for, and named', async () => {
    const bench = await makeRecords(hosted, {hosts: {one: {}}, crowds: [crowdOf(8, 'one')]});
    bench.network.inject({type: 'limit', announces: 'retry-after', seconds: 0, server: 'one', times: 2});
    const {prediction, warnings} = await predicted(bench, ofNotes);
    expect(prediction.repositories.done.value).toBe(8);
    expect(warnings).toEqual([{kind: 'limited', hosts: [expect.any(String)], answers: 2}]);
  });

  it('a repository is counted once, whoever lists it and however often', async () => {
    const bench = await makeRecords(hosted, {
      hosts: {one: {}},
      relays: [{omits: ['crowd-1']}, {twice: ['crowd-2'], omits: ['crowd-3']}],
      crowds: [crowdOf(8, 'one')],
    });
    const {prediction, facts} = await predicted(bench, {collections: [note, like]});
    expect(prediction).toMatchObject({repositories: {found: 8}, listed: {value: 40}});
    // Two relays, two collections: 7 + 7 + 8 + 8 lines, of which eight are new.
    expect(facts.discovery).toMatchObject({found: 8, doubles: 22, streams: 4});
  });

  it('accounts that are named are read without any relay, and proven where that is asked for', async () => {
    const bench = await makeRecords(hosted, {hosts: {one: {}}, crowds: [crowdOf(8, 'one')]});
    const scope = {collections: [note, like], dids: dids(bench, 'crowd', 3), proofs: true};
    const {prediction, facts} = await predicted(bench, scope);
    expect(prediction).toMatchObject({listed: {value: 15}, source: {relay: 0, host: {value: 3}}});
    expect(facts.discovery.found).toBe(3);
    expect(bench.network.calls.filter(({server}) => server === 'relay-0')).toEqual([]);
    expect(bench.network.calls.filter(({method}) => method === 'com.atproto.sync.getRepo')).toHaveLength(3);
  });

  it('keeps to the rate, and names it as what takes longest', async () => {
    const bench = await makeRecords(hosted, {hosts: {one: {}}, crowds: [crowdOf(8, 'one')]});
    const {prediction, facts} = await predicted(bench, ofNotes, {rate: 100});
    // 24 records, one page of the relay, and a request each to directory and host.
    expect(prediction.steps.dryRun.bottleneck).toBe('rate');
    expect(prediction.steps.dryRun.seconds).toBeCloseTo((24 + 1 + 8 + prediction.source.host.value) / 100, 5);
    expect(facts.sample.seconds).toBeGreaterThanOrEqual(0.25);
  });

  it('is over as cancelled when it is interrupted, while it lists and while it reads', async () => {
    const bench = await makeRecords(hosted, crowded);
    for (const held of [
      {server: 'relay-0', skip: 2},
      {server: 'two', method: 'com.atproto.repo.listRecords'},
    ]) {
      const fault = bench.network.inject({type: 'held', ...held});
      const abort = new AbortController();
      const interrupted = estimate(bench, ofNotes, {signal: abort.signal});
      await expect.poll(() => fault.fired).toBeGreaterThan(0);
      abort.abort();
      const {run, result} = await interrupted;
      fault.end();
      expect(result).toMatchObject({by: 'interrupt'});
      expect(await bench.ledger.runs.get(run)).toMatchObject({status: 'cancelled', holder: null});
    }
    expect(await tableOf(bench)).toHaveProperty('size', 0);
  });
});

function dids({network}: RecordsBench, name: string, count: number): readonly string[] {
  return Array.from({length: count}, (_, number) => network.didOf(`${name}-${number}`));
}
