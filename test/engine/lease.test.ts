import {describe, expect, it, onTestFinished} from 'vitest';
import type {Database, Target} from '../../src/databases/database.ts';
import {parseHolder, type Self, thisProcess} from '../../src/engine/holder.ts';
import {acquireLease, type LeaseOrder} from '../../src/engine/lease.ts';
import {readLease} from '../../src/engine/mark.ts';
import {markPages} from '../../src/engine/mark-statements.ts';
import {gatewayTimeout, rateLimited, transient} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {accountOf, targetOn} from '../support/d1.ts';
import {allHosts} from '../support/target-host.ts';

function orderOf(changes: Partial<LeaseOrder> = {}): LeaseOrder {
  return {
    run: 'r',
    self: thisProcess('ada'),
    leaseMs: 60_000,
    leastFence: 0,
    takeOver: null,
    attempts: 4,
    random: () => 0,
    blockedMs: () => 0,
    ...changes,
  };
}

async function opened(target: Target): Promise<Database> {
  const database = await target.openDatabase();
  onTestFinished(() => database.close());
  return database;
}

describe.each(allHosts)('on $host', ({begin}) => {
  const hosted = begin();

  it('is taken with its tables, in the same transaction, and given back', async () => {
    const {target, sql} = await hosted();
    const database = await opened(target);
    const lease = await acquireLease(database, orderOf({leastFence: 7}));
    expect(lease.fence).toBe(8);
    expect(await readLease(database)).toMatchObject({run: 'r', holder: orderOf().self.holder.name, fence: 8});
    await database.transaction([
      markPages(database.dialect, {run: 'r', fence: lease.fence, pages: [{partition: 'p', page: 1}]}),
    ]);
    await lease.release(true);
    expect(await readLease(database)).toMatchObject({run: null, holder: null, fence: 8});
    expect(await sql('SELECT * FROM headgate_marks')).toEqual([]);
  });

  it('keeps the marks of a run that is not over', async () => {
    const {target, sql} = await hosted();
    const database = await opened(target);
    const lease = await acquireLease(database, orderOf());
    await database.transaction([
      markPages(database.dialect, {run: 'r', fence: lease.fence, pages: [{partition: 'p', page: 1}]}),
    ]);
    await lease.release(false);
    expect(await sql('SELECT run, page FROM headgate_marks')).toMatchObject([{run: 'r', page: 1}]);
  });

  it('is refused to a second one, with who has it and until when', async () => {
    const {target} = await hosted();
    const database = await opened(target);
    await acquireLease(database, orderOf());
    const other = await opened(target);
    await expect(
      acquireLease(other, orderOf({run: 'other', self: thisProcess('bob')})),
    ).rejects.toMatchObject({
      message: expect.stringMatching(
        /is being written by .*-ada \(run r\), whose lease holds (?:5\d|60) s more/,
      ),
      hint: expect.stringMatching(/--take-over '.*-ada'/),
    });
    expect(await readLease(database)).toMatchObject({run: 'r', fence: 1});
  });

  it.each<[string, (self: Self, holder: string) => Partial<LeaseOrder>]>([
    ['whose holder is dead', self => ({self: {...self, isAlive: () => false}})],
    ['whose holder was typed in full', (_, takeOver) => ({takeOver})],
  ])('of another, %s, is taken', async (_, how) => {
    const {target} = await hosted();
    const database = await opened(target);
    await acquireLease(database, orderOf());
    const {holder} = orderOf().self;
    expect(parseHolder(holder.name, holder.host)).not.toBeNull();
    const taken = await acquireLease(
      database,
      orderOf({run: 'other', self: thisProcess('bob'), ...how(thisProcess('bob'), holder.name)}),
    );
    expect(taken.fence).toBe(2);
  });

  it('is renewed without anybody waiting for it, and told to be lost when it is', async () => {
    const {target, sql} = await hosted();
    const database = await opened(target);
    const lease = await acquireLease(database, orderOf({leaseMs: 1_000}));
    await sql('UPDATE headgate_lease SET expires_at = 0');
    expect(await lease.renew()).toBe(true);
    await expect.poll(async () => (await readLease(database))?.remainingMs).toBeGreaterThan(0);
    await sql("UPDATE headgate_lease SET run = 'other', holder = 'bob', fence = fence + 1");
    await expect.poll(() => lease.renew()).toBe(false);
    await lease.release(true);
    expect(await readLease(database)).toMatchObject({run: 'other', holder: 'bob'});
    expect(await lease.renew()).toBe(true);
  });

  it('under another fence is still held, and raised, where run and holder are its own', async () => {
    const {target, sql} = await hosted();
    const database = await opened(target);
    const lease = await acquireLease(database, orderOf());
    await sql('UPDATE headgate_lease SET fence = 9');
    expect(await lease.renew()).toBe(true);
    await expect.poll(() => lease.fence).toBe(10);
    expect(await lease.renew()).toBe(true);
    await sql("UPDATE headgate_lease SET holder = 'bob'");
    expect(await lease.regain()).toBeNull();
    await sql('UPDATE headgate_lease SET run = NULL, holder = NULL, expires_at = 0');
    expect(await lease.regain()).toBeNull();
    expect(lease.fence).toBe(10);
  });

  it('is raised as often as it is asked for, and not once another has it', async () => {
    const {target, sql} = await hosted();
    const lease = await acquireLease(await opened(target), orderOf());
    expect([await lease.raise(), await lease.raise(), lease.fence]).toEqual([2, 3, 3]);
    await sql("UPDATE headgate_lease SET run = 'other', holder = 'bob'");
    expect(await lease.raise()).toBeNull();
    expect(lease.fence).toBe(3);
  });

  it('whose tables are gone is not made anew behind a run’s back', async () => {
    const {target, sql} = await hosted();
    const lease = await acquireLease(await opened(target), orderOf());
    await sql('DROP TABLE headgate_lease; DROP TABLE headgate_marks');
    await expect(lease.raise()).rejects.toMatchObject({kind: 'invalid'});
    await expect(lease.regain()).rejects.toThrow(/are gone from the target: was it restored\?/);
  });
});

describe('on a D1 that fails', () => {
  const simulator = sharedSimulator();

  it.each([
    ['before', gatewayTimeout('never')],
    ['after', gatewayTimeout('before-answer')],
    ['long before', gatewayTimeout('on-release')],
  ])('is given back in spite of a gateway that gave up %s that', async (_, fault) => {
    const database = await opened(await targetOn(simulator()));
    const lease = await acquireLease(database, orderOf());
    const injected = simulator().inject(fault, {matches: /SET run = NULL/, times: 2});
    await lease.release(true);
    expect(await readLease(database)).toMatchObject({run: null, fence: 1});
    const next = await acquireLease(database, orderOf({run: 'next'}));
    await injected.release();
    expect(await readLease(database)).toMatchObject({run: 'next', fence: next.fence});
  });

  it('is not given back where the service takes no request for longer than that is worth', async () => {
    const database = await opened(await targetOn(simulator()));
    const sent = () => simulator().requests.length;
    let blockedMs = 0;
    const lease = await acquireLease(database, orderOf({blockedMs: () => blockedMs}));
    simulator().inject(rateLimited({retryAfter: 300}), {matches: /SET run = NULL/});
    await expect(lease.release(true)).rejects.toMatchObject({kind: 'rate-limited'});
    const before = sent();
    blockedMs = 300_000;
    await expect(lease.release(true)).rejects.toThrow('no request is taken for 300 s');
    expect(sent()).toBe(before);
  });

  it('is given back before a renewal that still waits for its turn, and that is not sent', async () => {
    const account = accountOf(simulator(), {perSecond: 2});
    const database = await opened(await targetOn(simulator(), {account}));
    const lease = await acquireLease(database, orderOf());
    const before = simulator().requests.length;
    await lease.renew();
    await lease.release(true);
    expect(
      simulator()
        .requests.slice(before)
        .map(({statements}) => statements),
    ).toEqual([2]);
  });

  it('needs no renewal any more where the run is stopped', async () => {
    const account = accountOf(simulator(), {perSecond: 2});
    const database = await opened(await targetOn(simulator(), {account}));
    const stop = new AbortController();
    const lease = await acquireLease(database, orderOf(), stop.signal);
    const before = simulator().requests.length;
    await lease.renew();
    stop.abort(new Error('paused'));
    await new Promise(resolve => setImmediate(resolve));
    expect(await lease.renew()).toBe(true);
    expect(simulator().requests.length).toBe(before);
  });

  it('is held through renewals that fail in passing, and its end is told where they fail for good', async () => {
    const database = await opened(await targetOn(simulator()));
    const lease = await acquireLease(database, orderOf());
    const passing = simulator().inject(transient('Network connection lost.'), {times: 2});
    await expect.poll(async () => [await lease.renew(), passing.fired]).toEqual([true, 2]);
    simulator().inject(transient('not authorized', {status: 403}), {times: Infinity});
    await expect.poll(() => lease.renew().catch((error: unknown) => error)).toMatchObject({kind: 'denied'});
  });
});
