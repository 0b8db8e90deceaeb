import {describe, expect, it} from 'vitest';
import {downAfter} from '../../../src/engine/hosts.ts';
import {
  countsOf,
  expectTable,
  failuresOf,
  live,
  makeRecords,
  networkOf,
  type RecordsBench,
  reachedBy,
  rehearsed,
  resume,
  unrehearsed,
} from '../../support/records.ts';
import {pgliteHost} from '../../support/target-host.ts';
import {accountAt, crowdOf, like, note} from './worlds.ts';

const scope = {collections: [note, like]};

function callsOf({network}: RecordsBench, server: string, method: string | null) {
  return network.calls.filter(call => call.server === server && (method === null || call.method === method));
}

const accounts = ['alice', 'bob', 'carol', 'dave'].map((name, number) =>
  accountAt(number % 2 === 0 ? 'one' : 'two', name),
);
const hosts = {one: {}, two: {}};

describe('discovery', () => {
  const hosted = pgliteHost.begin();

  it('finds what several relays list once, and all that any of them lists', async () => {
    const bench = await makeRecords(hosted, {
      hosts,
      accounts,
      crowds: [crowdOf(20, 'one', 'two')],
      relays: [
        {omits: ['alice', 'crowd-3'], twice: ['bob'], pageMost: 7},
        {omits: ['dave'], twice: ['carol', 'crowd-1'], pageMost: 5},
      ],
    });
    const run = await unrehearsed(bench, scope);
    expect(run.record).toMatchObject({status: 'completed', partitions: {done: 24, failed: 0, pending: 0}});
    const all = networkOf(bench).size;
    expect(countsOf(run)).toEqual({inserted: all, rows: all});
    await expectTable(bench);
    const found = bench.events.flatMap(event => (event.type === 'discovered' ? [event.partitions] : []));
    expect(found.reduce((sum, count) => sum + count, 0)).toBe(24);
    const {groups} = await reachedBy(bench, run);
    expect(groups.map(({group, done}) => [group, done])).toEqual([
      [like, 20],
      [note, 24],
    ]);
    const asked = callsOf(bench, 'plc', null).map(({account}) => account);
    expect([asked.length, new Set(asked).size]).toEqual([24, 24]);
  });

  it('of a relay that fails for one collection is incomplete by its name, and read on by a retry from where it stood', async () => {
    const bench = await makeRecords(hosted, {
      hosts,
      accounts,
      crowds: [crowdOf(20, 'one', 'two')],
      relays: [{pageMost: 6}],
    });
    const broken = bench.network.inject({
      type: 'error',
      status: 500,
      server: 'relay-0',
      method: 'com.atproto.sync.listReposByCollection',
      // The probe, and a page of each collection.
      skip: 3,
    });
    const run = await unrehearsed(bench, scope);
    expect(run.record).toMatchObject({status: 'incomplete', partitions: {failed: 0, pending: 0}});
    const failed = await bench.ledger.repositories.failedStreams(run.record.id);
    const relay = new URL(bench.network.relays[0] ?? '').host;
    expect(failed.map(({stream, kind}) => [stream, kind])).toEqual([
      [`${relay} ${like}`, 'server-error'],
      [`${relay} ${note}`, 'server-error'],
    ]);
    const told = bench.events.flatMap(event => (event.type === 'note' ? [event.message] : []));
    expect(told).toEqual(
      failed.map(({stream}) => expect.stringContaining(`${stream} could not be read to its end`)),
    );
    // Those of the pages that came are in the table all the same.
    expect(run.record.partitions.done).toBeGreaterThanOrEqual(6);

    broken.end();
    const asked = callsOf(bench, 'relay-0', 'com.atproto.sync.listReposByCollection').length;
    const retried = await resume(bench, run);
    expect(retried.record).toMatchObject({
      status: 'completed',
      partitions: {done: 24, failed: 0, pending: 0},
    });
    const again = callsOf(bench, 'relay-0', 'com.atproto.sync.listReposByCollection').slice(asked + 1);
    expect(again.length).toBeGreaterThan(0);
    expect(again.every(({query}) => query['cursor'] !== undefined)).toBe(true);
    await expectTable(bench);
  });

  it('waits for a relay that starts anew, as for a host that serves', async () => {
    const bench = await makeRecords(
      hosted,
      {hosts, accounts, crowds: [crowdOf(20, 'one', 'two')], relays: [{pageMost: 6}]},
      {settings: {attempts: 5, patienceSeconds: 30}},
    );
    bench.network.inject({
      type: 'error',
      status: 502,
      server: 'relay-0',
      method: 'com.atproto.sync.listReposByCollection',
      // The probe, and a page of each collection.
      skip: 3,
      times: downAfter + 1,
    });
    const run = await unrehearsed(bench, scope);
    expect(bench.events.flatMap(event => (event.type === 'host' ? [event.state] : []))).toEqual([
      'down',
      'up',
    ]);
    expect(run.record).toMatchObject({status: 'completed', partitions: {done: 24, failed: 0, pending: 0}});
    await expectTable(bench);
  });

  it('a relay that is down is named, and what others list is read', async () => {
    const bench = await makeRecords(
      hosted,
      {hosts, accounts, relays: [{omits: ['alice']}, {omits: ['bob']}]},
      {settings: {attempts: 5}},
    );
    // Behind the probe, which would have refused to begin.
    bench.network.inject({type: 'reset', server: 'relay-0', skip: 1});
    const run = await unrehearsed(bench, {collections: [note]});
    expect(run.record).toMatchObject({status: 'incomplete', partitions: {done: 3, failed: 0}});
    expect(await bench.ledger.repositories.failedStreams(run.record.id)).toMatchObject([
      {kind: 'connection'},
    ]);
    await expectTable(bench, ({account}) => account !== 'bob');
    await expect(unrehearsed(bench, {collections: [note]})).rejects.toThrow('it broke the connection');
  });

  it('hosts that are down are given up where a relay still answers, though it is not the first', async () => {
    const bench = await makeRecords(
      hosted,
      {hosts, accounts, relays: [{}, {}]},
      {
        settings: {attempts: 5},
        observe: event => {
          if (
            event.type === 'discovered' &&
            bench.events.filter(({type}) => type === 'discovered').length === 2
          )
            bench.network.inject({type: 'reset', server: 'relay-0'});
        },
      },
    );
    bench.network.inject({type: 'reset', server: 'two'});
    const run = await unrehearsed(bench, {collections: [note]});
    expect(run.record).toMatchObject({status: 'incomplete', partitions: {done: 2, failed: 2, pending: 0}});
    expect(await failuresOf(bench, run)).toEqual({bob: 'connection', dave: 'connection'});
  });

  it('by relays that can’t list by collection asks everybody, and finds nothing wrong with who has none', async () => {
    for (const byCollection of [404, 400, 401] as const) {
      const bench = await makeRecords(hosted, {
        hosts,
        accounts: [...accounts, {name: 'empty', host: 'one'}],
        relays: [{byCollection, pageMost: 2}],
      });
      const run = await unrehearsed(bench, scope);
      expect(run.record).toMatchObject({status: 'completed', partitions: {done: 5, failed: 0, pending: 0}});
      await expectTable(bench);
    }
  });

  it('goes no further ahead than its window, and still finds everything', async () => {
    const bench = await makeRecords(
      hosted,
      {
        hosts,
        crowds: [
          {name: 'many', accounts: 500, hosts: ['one', 'two'], records: {[note]: 1}, isUnsigned: true},
        ],
        relays: [{pageMost: 5}],
      },
      {
        settings: {hosts: {atOnce: 2, repositories: 4, window: 10}},
        observe: ({snapshot: {partitions, discovery}}) => {
          // A window, a page beyond it, and what is under way: eight that are read, and eight that are resolved.
          if (discovery !== undefined && discovery !== null)
            expect(partitions.pending).toBeLessThanOrEqual(10 + 5 + 16);
        },
      },
    );
    const run = await unrehearsed(bench, {collections: [note]});
    expect(run.record).toMatchObject({status: 'completed', partitions: {done: 500, failed: 0, pending: 0}});
    await expectTable(bench);
    // Progress that is shown never goes back.
    let [found, resolved, done] = [0, 0, 0];
    for (const {snapshot} of bench.events) {
      const {discovery, partitions} = snapshot;
      if (discovery === undefined || discovery === null) continue;
      expect([discovery.found >= found, discovery.resolved >= resolved, partitions.done >= done]).toEqual([
        true,
        true,
        true,
      ]);
      expect(discovery.resolved).toBeLessThanOrEqual(discovery.found);
      [found, resolved, done] = [discovery.found, discovery.resolved, partitions.done];
    }
    expect([found, resolved, done]).toEqual([500, 500, 500]);
  });

  it('lists that go round are failures by their names', async () => {
    for (const type of ['repeated-cursor', 'cursor-ignored'] as const) {
      const bench = await makeRecords(hosted, {hosts, accounts, relays: [{pageMost: 1}]});
      bench.network.inject({type, server: 'relay-0'});
      const run = await unrehearsed(bench, {collections: [note]});
      expect([type, run.record.status]).toEqual([type, 'incomplete']);
      expect(await bench.ledger.repositories.failedStreams(run.record.id)).toMatchObject([{kind: 'invalid'}]);
    }
  });

  it('knows every way in which an account is not there', async () => {
    const at = (name: string) => accountAt('one', name, 1);
    const bench = await makeRecords(hosted, {
      hosts: {...hosts, elsewhere: {}},
      relays: [{strays: ['did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', 'did:example:nobody']}],
      accounts: [
        ...accounts,
        {...at('unknown'), document: 'unknown'},
        {...at('tombstone'), document: 'tombstone'},
        {...at('no-host'), document: 'no-host'},
        {...at('other-did'), document: 'other-did'},
        {...at('not-json'), document: 'not-json'},
        {...at('nonsense'), document: {endpoint: 'ftp://nowhere'}},
        {...at('astray'), document: {host: 'elsewhere'}},
        {...at('deactivated'), status: 'deactivated'},
        {...at('suspended'), status: 'suspended'},
        {...at('takendown'), status: 'takendown'},
        {...at('deleted'), status: 'deleted'},
      ],
    });
    const run = await unrehearsed(bench, {collections: [note]});
    expect(await failuresOf(bench, run)).toEqual({
      'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa': 'not-found',
      'did:example:nobody': 'no-host',
      unknown: 'not-found',
      tombstone: 'not-found',
      'no-host': 'no-host',
      'other-did': 'no-host',
      'not-json': 'no-host',
      nonsense: 'no-host',
      astray: 'not-found',
      deactivated: 'deactivated',
      suspended: 'taken-down',
      takendown: 'taken-down',
      deleted: 'not-found',
    });
    expect(run.record).toMatchObject({status: 'incomplete', partitions: {done: 4, failed: 13, pending: 0}});
    // None of this is a host that is down.
    expect(bench.events.some(({type}) => type === 'host')).toBe(false);

    const {network} = bench;
    for (const name of ['unknown', 'tombstone', 'no-host', 'other-did', 'not-json', 'nonsense', 'astray'])
      network.setDocument(name, null);
    for (const name of ['deactivated', 'suspended', 'takendown', 'deleted'])
      network.setStatus(name, 'active');
    const some = await resume(bench, run, {kind: 'taken-down'});
    expect(some.record).toMatchObject({status: 'incomplete', partitions: {done: 6, failed: 11, pending: 0}});
    expect(Object.values(await failuresOf(bench, some))).not.toContain('taken-down');
  });

  it('resolves did:web where it says, and reads it as any other', async () => {
    const bench = await makeRecords(hosted, {
      hosts,
      accounts: [
        ...accounts,
        {...accountAt('one', 'web'), identity: {web: 'port'}},
        {...accountAt('two', 'lost-web'), identity: {web: 'port'}, document: 'not-json'},
      ],
    });
    const run = await unrehearsed(bench, {collections: [note]});
    expect(await failuresOf(bench, run)).toEqual({'lost-web': 'no-host'});
    await expectTable(bench, ({account}) => account !== 'lost-web');
  });

  it('an account that has moved is found at its new host, also where the one before still knows it', async () => {
    const bench = await makeRecords(hosted, {hosts, accounts});
    const {network} = bench;
    const plan = await rehearsed(bench, {collections: [note]});
    // The run remembers where they were.
    network.move('alice', 'two');
    network.move('bob', 'one', 'deactivated');
    const run = await live(bench, plan);
    expect(run.record.status).toBe('completed');
    await expectTable(bench);
  });
});
