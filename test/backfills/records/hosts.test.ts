import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../src/core/event.ts';
import type {StormHeaders} from '../../simulators/network-fault-kinds.ts';
import {
  countsOf,
  ended,
  expectTable,
  failuresOf,
  makeRecords,
  type RecordsBench,
  resume,
  startUnrehearsed,
  unrehearsed,
} from '../../support/records.ts';
import {pgliteHost} from '../../support/target-host.ts';
import {accountAt, note} from './worlds.ts';

/** As it is where nobody says otherwise: so many attempts bring a host down before one repository fails by them. */
const patient = {attempts: 5};
const scope = {collections: [note]};

const accountsAt = (host: string, count: number) =>
  Array.from({length: count}, (_, number) => accountAt(host, `${host}-${number}`, 1));

function callsTo({network}: RecordsBench, server: string): number {
  return network.calls.filter(call => call.server === server).length;
}

const hostOf = ({network}: RecordsBench, name: string) => new URL(network.hosts[name]?.origin ?? '').host;

/** Tells of events as they come. */
function listening() {
  const heard = new Set<(event: RunEvent) => void>();
  const observe = (event: RunEvent) => {
    for (const listener of heard) listener(event);
  };
  const first = (isIt: (event: RunEvent) => boolean): Promise<RunEvent> =>
    new Promise(resolve => {
      const listener = (event: RunEvent) => {
        if (!isIt(event)) return;
        heard.delete(listener);
        resolve(event);
      };
      heard.add(listener);
    });
  return {observe, first};
}

describe('hosts', () => {
  const hosted = pgliteHost.begin();

  it('one that is dead is left alone at once, and what it serves is read when it is back', async () => {
    const bench = await makeRecords(
      hosted,
      {hosts: {alive: {}, dead: {}}, accounts: [...accountsAt('alive', 10), ...accountsAt('dead', 60)]},
      {settings: patient},
    );
    const fault = bench.network.inject({type: 'reset', server: 'dead'});
    const run = await unrehearsed(bench, scope);
    expect(run.record).toMatchObject({status: 'incomplete', partitions: {done: 10, failed: 60, pending: 0}});
    expect(new Set(Object.values(await failuresOf(bench, run)))).toEqual(new Set(['connection']));
    // Eight repositories of a host at once: some of them were under way when it was known.
    expect(callsTo(bench, 'dead')).toBeLessThanOrEqual(5 + 8 - 1);
    const news = bench.events.flatMap(event => (event.type === 'host' ? [event] : []));
    expect(news).toMatchObject([{host: hostOf(bench, 'dead'), state: 'down', fault: {kind: 'connection'}}]);
    const aside = bench.events
      .at(-1)
      ?.snapshot.limits.find(({host}) => host === hostOf(bench, 'dead'))?.aside;
    expect(aside).toMatchObject({fault: {kind: 'connection'}});
    await expectTable(bench, ({account}) => account.startsWith('alive'));

    const failures = await bench.ledger.openItems.partitionFailures(run.record.id);
    expect(new Set(failures.map(({host}) => host))).toEqual(new Set([bench.network.hosts['dead']?.origin]));
    fault.end();
    const retried = await resume(bench, run);
    expect([retried.record.status, countsOf(retried)]).toEqual(['completed', {inserted: 70, rows: 70}]);
    await expectTable(bench);
  });

  it('one that comes back while the run is on is read to its end', async () => {
    const {observe, first} = listening();
    const bench = await makeRecords(
      hosted,
      {hosts: {one: {}, two: {}}, accounts: [...accountsAt('one', 20), ...accountsAt('two', 20)]},
      {observe, settings: {...patient, patienceSeconds: 30}},
    );
    const fault = bench.network.inject({type: 'error', status: 503, server: 'two'});
    const down = first(({type}) => type === 'host');
    const running = unrehearsed(bench, scope);
    await down;
    fault.end();
    const run = await running;
    expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: 40, rows: 40}]);
    const news = bench.events.flatMap(event => (event.type === 'host' ? [event.state] : []));
    expect(news).toEqual(['down', 'up']);
    await expectTable(bench);
  });

  it('that ask to be left alone are, each for as long as it says, and none of them is down', async () => {
    const storms: Readonly<Record<StormHeaders, readonly [least: number, most: number]>> = {
      ratelimit: [1_000, 3_000],
      'retry-after': [2_000, 2_000],
      both: [1_000, 3_000],
      date: [1_000, 3_000],
      // What is over, and what nobody understands, says nothing.
      past: [1_000, 1_000],
      nothing: [5_000, 5_000],
      nonsense: [5_000, 5_000],
    };
    const times = new Map<string, number>();
    const kinds = Object.keys(storms) as StormHeaders[];
    const bench = await makeRecords(
      hosted,
      {
        hosts: Object.fromEntries(kinds.map(kind => [kind, {}])),
        accounts: kinds.flatMap(kind => accountsAt(kind, 2)),
      },
      {
        settings: {hosts: {atOnce: 8, repositories: 1, window: 100}},
        observe: event => {
          if (event.type === 'retrying') times.set(`asked ${event.host}`, performance.now());
          if (event.type === 'partition' && event.state === 'done')
            times.set(event.partition, performance.now());
        },
      },
    );
    for (const announces of kinds)
      bench.network.inject({type: 'limit', announces, seconds: 2, server: announces, times: 1});
    const run = await unrehearsed(bench, scope);
    expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: 14, rows: 14}]);
    expect(bench.events.some(({type}) => type === 'host')).toBe(false);
    for (const kind of kinds) {
      const waits = bench.events.flatMap(event =>
        event.type === 'retrying' && event.host === hostOf(bench, kind) ? [event] : [],
      );
      expect(waits).toMatchObject([{attempt: 1, fault: {kind: 'rate-limited'}}]);
      const [least, most] = storms[kind];
      const {waitMs = 0} = waits[0] ?? {};
      expect([kind, waitMs >= least && waitMs <= most]).toEqual([kind, true]);
      const took = [0, 1].map(
        number =>
          (times.get(bench.network.didOf(`${kind}-${number}`)) ?? 0) -
          (times.get(`asked ${hostOf(bench, kind)}`) ?? 0),
      );
      // A timer may be a millisecond early.
      expect(Math.min(...took)).toBeGreaterThanOrEqual(waitMs - 2);
    }
  });

  it('a wait for one ends at once where the run is paused, and it goes on later', async () => {
    const {observe, first} = listening();
    const bench = await makeRecords(hosted, {hosts: {one: {}}, accounts: accountsAt('one', 5)}, {observe});
    const storm = bench.network.inject({
      type: 'limit',
      announces: 'retry-after',
      seconds: 100,
      server: 'one',
    });
    const waiting = first(({type}) => type === 'retrying');
    const handle = await startUnrehearsed(bench, scope);
    await waiting;
    const before = performance.now();
    handle.pause();
    const run = await ended(bench, Promise.resolve(handle));
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(run.record).toMatchObject({status: 'paused', partitions: {done: 0, failed: 0, pending: 5}});
    const asked = callsTo(bench, 'one');
    expect(asked).toBeLessThanOrEqual(5);
    storm.end();
    const rest = await resume(bench, run);
    expect([rest.record.status, countsOf(rest)]).toEqual(['completed', {inserted: 5, rows: 5}]);
    await expectTable(bench);
  });

  it('one repository that is broken for ever does not take its host along', async () => {
    const bench = await makeRecords(
      hosted,
      {hosts: {one: {}}, accounts: accountsAt('one', 20)},
      {settings: {...patient, patienceSeconds: 3, hosts: {atOnce: 8, repositories: 1, window: 100}}},
    );
    bench.network.inject({type: 'error', status: 500, account: 'one-7', server: 'one'});
    const run = await unrehearsed(bench, scope);
    expect(await failuresOf(bench, run)).toEqual({'one-7': 'server-error'});
    expect([run.record.status, countsOf(run)]).toEqual(['incomplete', {inserted: 19, rows: 19}]);
    await expectTable(bench, ({account}) => account !== 'one-7');
  });

  it('where nothing answers any more nobody has failed: the run pauses, and goes on when we are back', async () => {
    const {observe, first} = listening();
    const bench = await makeRecords(
      hosted,
      {
        hosts: {one: {}, two: {}},
        relays: [{pageMost: 10}],
        accounts: [...accountsAt('one', 30), ...accountsAt('two', 30)],
      },
      {observe, settings: {...patient, hosts: {atOnce: 2, repositories: 2, window: 20}}},
    );
    const begun = first(({type}) => type === 'page');
    const running = unrehearsed(bench, scope);
    await begun;
    const fault = bench.network.inject({type: 'reset'});
    const run = await running;
    expect(run.record).toMatchObject({status: 'paused', stopReason: {by: 'budget'}});
    expect(run.record.stopReason?.message).toMatch(/^no host answers any more/);
    expect(run.record.partitions.failed).toBe(0);
    expect(await bench.ledger.repositories.failedStreams(run.record.id)).toEqual([]);
    fault.end();
    const rest = await resume(bench, run);
    expect([rest.record.status, countsOf(rest)]).toEqual(['completed', {inserted: 60, rows: 60}]);
    await expectTable(bench);
  });

  it('are asked by no more at once than the settings say', async () => {
    const bench = await makeRecords(
      hosted,
      {
        hosts: {one: {}, two: {}, three: {}},
        accounts: ['one', 'two', 'three'].flatMap(host => accountsAt(host, 20)),
      },
      {settings: {hosts: {atOnce: 2, repositories: 3, window: 1_000}}},
    );
    const {network} = bench;
    network.inject({type: 'latency', ms: 5});
    expect((await unrehearsed(bench, scope)).record.status).toBe('completed');
    expect(Math.max(...Object.values(network.hosts).map(({mostAtOnce}) => mostAtOnce))).toBe(3);
    expect(network.plcServer.mostAtOnce).toBeLessThanOrEqual(8);

    const shy = await makeRecords(hosted, network, {
      settings: {concurrency: {start: 2, max: 2}, hosts: {atOnce: 2, repositories: 3, window: 1_000}},
    });
    await unrehearsed(shy, scope);
    await expectTable(shy);
  });

  it('five hundred repositories of one do not keep nine with five each waiting', async () => {
    const small = Array.from({length: 9}, (_, number) => `small-${number}`);
    const bench = await makeRecords(
      hosted,
      {
        hosts: Object.fromEntries(['big', ...small].map(host => [host, {}])),
        crowds: [{name: 'big', accounts: 500, hosts: ['big'], records: {[note]: 1}, isUnsigned: true}],
        accounts: small.flatMap(host => accountsAt(host, 5)),
      },
      {options: {fetch: 'pages'}, settings: {hosts: {atOnce: 3, repositories: 4, window: 50_000}}},
    );
    const run = await unrehearsed(bench, scope);
    expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: 545, rows: 545}]);
    const order = bench.network.calls.flatMap(({server, method}) =>
      method === 'com.atproto.repo.listRecords' ? [server] : [],
    );
    const lastOfSmall = order.findLastIndex(server => server.startsWith('small'));
    expect(order.slice(0, lastOfSmall).filter(server => server === 'big').length).toBeLessThan(300);
  });
});
