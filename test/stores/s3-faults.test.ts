import {hash} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {faultOfAnswer} from '../../src/stores/s3-faults.ts';
import type {Injected, S3Fault} from '../simulators/s3-faults.ts';
import {makeIndex} from '../support/assets.ts';
import {makeBench, rehearse} from '../support/engine.ts';
import {listed, listedKeys, never, theOne} from '../support/listing.ts';
import {type BucketUnderTest, bucketUnderTest} from './bucket-under-test.ts';
import type {Doing, Failed, FaultRow} from './s3-fault-row.ts';
import {faultTable} from './s3-fault-table.ts';

const content = Buffer.alloc(400_000, 'headgate');
/** 01/0 … 13/2, and `object`. */
const keys = [
  ...Array.from({length: 39}, (_, n) => `${String(Math.floor(n / 3) + 1).padStart(2, '0')}/${n % 3}`),
  'object',
];

async function filled(faults: readonly S3Fault[], versions = false): Promise<BucketUnderTest> {
  const stalls = faults.some(({type}) => type.startsWith('stalled'));
  const bucket = await bucketUnderTest({pageKeys: 4, versions, ...(stalls ? {idleMs: 1_000} : {})});
  for (const key of keys) await bucket.put(key, key === 'object' ? content : `content of ${key}`);
  return bucket;
}

const hashOf = (key: string) => hash('sha256', key === 'object' ? content : `content of ${key}`);

/** What is done before the faults come, and then with them. The promise is of what must be right. */
const acts: Readonly<Record<Doing, (bucket: BucketUnderTest) => Promise<() => Promise<void>>>> = {
  read: async ({store}) => {
    const object = await theOne(store, 'object');
    return async () => expect(await store.sha256(object, {signal: never})).toBe(hashOf('object'));
  },
  'read rewritten': async ({store, put}) => {
    const object = await theOne(store, 'object');
    await put('object', Buffer.alloc(400_000, 'another'));
    return async () => void (await store.sha256(object, {signal: never}));
  },
  'read rewriting': async ({store, server}) => {
    const object = await theOne(store, 'object');
    const onBytes = () => server.put('object', Buffer.alloc(400_000, 'another'));
    return async () => void (await store.sha256(object, {signal: never, onBytes}));
  },
  'read deleting': async ({store, server}) => {
    const object = await theOne(store, 'object');
    return async () =>
      void (await store.sha256(object, {signal: never, onBytes: () => server.remove('object')}));
  },
  list:
    async ({store}) =>
    async () =>
      expect(await listedKeys(store)).toEqual(keys),
  'list versions':
    async ({store, server}) =>
    async () => {
      for (const key of keys.slice(5, 15)) server.put(key, 'rewritten');
      for (let version = 0; version < 9; version++) server.put('07/1', `version ${version}`);
      for (const key of ['00/0', '02/3', '02/4', '07/10', '99']) {
        server.put(key, 'deleted');
        server.remove(key);
      }
      const all = await listed(store, {fileIds: true});
      expect(all.map(({key}) => key)).toEqual(keys);
      for (const object of all) expect(await store.lookup(object.key, never)).toEqual(object);
    },
  resume:
    async ({store}) =>
    async () =>
      expect(await listedKeys(store, {lo: '07/1'})).toEqual(keys.slice(20)),
  middle:
    async ({store}) =>
    async () =>
      expect(await store.middle({prefix: '', lo: '01/0', hi: null, signal: never})).toBeNull(),
  lookup: async ({store}) => {
    const object = await theOne(store, 'object');
    return async () => expect(await store.lookup('object', never)).toEqual(object);
  },
  stated: async ({store}) => {
    const object = {...(await theOne(store, 'object')), statesHash: true};
    return async () => expect(await store.statedSha256(object, never)).toBeNull();
  },
  'stated rewritten': async ({store, server}) => {
    const object = {...(await theOne(store, 'object')), statesHash: true};
    const sha256 = hash('sha256', 'another', 'base64');
    server.put('object', 'another', {checksum: {sha256, type: 'FULL_OBJECT'}});
    return async () => expect(await store.statedSha256(object, never)).toBeNull();
  },
  check:
    async ({store}) =>
    async () => {
      const [first] = await store.check();
      if (first?.level === 'error')
        throw Object.assign(new Error(`${first.message} ${first.remedy}`), {
          kind: first.isDenied === true ? 'denied' : 'invalid',
        });
    },
  run:
    async ({store}) =>
    async () => {
      const bench = await makeBench({store: () => store, settings: {attempts: 8}});
      makeIndex(bench.index);
      const {record} = await rehearse(bench);
      const entries = (await Array.fromAsync(bench.ledger.pages.all(record.id, 'plan'))).flatMap(
        page => page.entries,
      );
      expect(await bench.ledger.openItems.partitionFailures(record.id)).toEqual([]);
      expect(entries.map(({key}) => key)).toEqual(keys);
      const [open] = await bench.ledger.openItems.after(record.id, '', 1);
      for (const {key, found} of entries)
        if (key !== open?.key) expect(found).toMatchObject({hash: hashOf(key)});
      if (open !== undefined) throw Object.assign(new Error(open.message), {kind: open.kind});
      expect(record.status).toBe('completed');
    },
};

function titleOf({while: doing, faults, outcome}: FaultRow): string {
  const result = outcome === 'right' ? 'right' : `${outcome.kind} ${outcome.message.source}`;
  return `${faults.map(described).join(' + ')}, ${doing}: ${result}`;
}

function described({type, ...rest}: S3Fault): string {
  return `${type} ${JSON.stringify(rest)}`;
}

async function expectFailed(acting: Promise<void>, {kind, message, retryAfterMs}: Failed): Promise<void> {
  const failure = await acting.then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({kind, message: expect.stringMatching(message)});
  if (retryAfterMs === undefined) return;
  const [least, most] = retryAfterMs;
  expect(failure).toSatisfy(
    ({retryAfterMs: ms}: {readonly retryAfterMs: number}) => ms >= least && ms <= most,
  );
}

function expectFired(injected: readonly Injected[], fired: FaultRow['fired']): void {
  injected.forEach((fault, index) => {
    const expected = fired[index];
    if (expected === 'some') expect(fault.fired).toBeGreaterThan(0);
    else expect(fault.fired).toBe(expected);
  });
}

describe.each(Object.entries(faultTable))('%s', (_, rows) => {
  it.each(rows.map(row => [titleOf(row), row] as const))('%s', async (_title, row) => {
    const bucket = await filled(row.faults, row.while === 'list versions');
    const act = await acts[row.while](bucket);
    const injected = row.faults.map(fault => bucket.server.inject(fault));
    if (row.outcome === 'right') await act();
    else await expectFailed(act(), row.outcome);
    expectFired(injected, row.fired);
  });
});

it('a run through all of them at once plans every key once, with its right hash', async () => {
  const bucket = await filled([]);
  const act = await acts.run(bucket);
  const passing: readonly S3Fault[] = [
    {type: 'error', code: 'SlowDown', skip: 7, times: 2},
    {type: 'error', code: 'InternalError', skip: 11, times: 2},
    {type: 'reset', skip: 5, times: 3},
    {type: 'html', status: 502, skip: 16, times: 2},
    {type: 'cut-body', after: 5, by: 'reset', skip: 9, times: 4},
    {type: 'cut-body', after: 250_000, by: 'close', key: 'object', times: 2},
    {type: 'range-ignored', key: 'object', times: 1},
    {type: 'wrong-length', off: -1, sends: 'declared', skip: 20, times: 2},
    {type: 'start-after-ignored', skip: 2, times: 1},
    {type: 'truncated-without-token', skip: 3, times: 1},
    {type: 'continuation-expired', skip: 2, times: 1},
    {type: 'empty-page', skip: 4, times: 2},
    {type: 'latency', ms: 3, skip: 10, times: 20},
  ];
  const injected = passing.map(fault => bucket.server.inject(fault));
  await act();
  expect(injected.filter(({fired}) => fired > 0).length).toBeGreaterThanOrEqual(11);
});

it('a date to come back at counts by the clock of the service', () => {
  const answer = {status: 503, code: 'SlowDown', message: '', region: undefined};
  const [date, retryAfter] = ['Fri, 20 Nov 2026 10:00:00 GMT', 'Fri, 20 Nov 2026 10:00:30 GMT'];
  expect(faultOfAnswer({...answer, date, retryAfter}, 'a', 'host').retryAfterMs).toBe(30_000);
  expect(faultOfAnswer({...answer, date: retryAfter, retryAfter: date}, 'a', 'host').retryAfterMs).toBe(0);
  expect(faultOfAnswer({...answer, date, retryAfter: 'soon'}, 'a', 'host').retryAfterMs).toBeUndefined();
});
