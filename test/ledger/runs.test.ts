import {beforeEach, describe, expect, it} from 'vitest';
import {canMove, type RunStatus, runStatuses} from '../../src/core/run.ts';
import type {Ledger} from '../../src/ledger/ledger.ts';
import {checkpoint, entry, holder, openLedger, order, range, run, setStatus} from './ledger-under-test.ts';

let ledger: Ledger;
beforeEach(async () => {
  ledger = await openLedger();
});

describe('a run', () => {
  it('is found as it was ordered, with nothing counted yet', async () => {
    await ledger.runs.create(order('r', {rehearsedBy: 'plan', scope: {prefix: 'ä 🚢/'}}));
    expect(await run(ledger, 'r')).toMatchObject({
      ...order('r', {rehearsedBy: 'plan', scope: {prefix: 'ä 🚢/'}}),
      status: 'pending',
      stopReason: null,
      usedBy: null,
      holder: null,
      tally: {inserted: 0, pending: 0},
      partitions: {done: 0, failed: 0, pending: 0},
      startedAt: null,
      finishedAt: null,
    });
    expect(await ledger.runs.find('other')).toBeNull();
  });

  it('is not created twice', async () => {
    await ledger.runs.create(order('r'));
    await expect(ledger.runs.create(order('r'))).rejects.toMatchObject({kind: 'refused'});
  });

  it('is listed newest first', async () => {
    for (const [index, id] of ['a', 'b', 'c'].entries())
      await ledger.runs.create(order(id, {createdAt: index === 2 ? 1 : 2}));
    expect((await ledger.runs.list(10)).map(({id}) => id)).toEqual(['b', 'a', 'c']);
    expect(await ledger.runs.list(1)).toHaveLength(1);
  });

  it('is the latest of its modes on its target', async () => {
    await ledger.runs.create(order('dry', {createdAt: 1}));
    await ledger.runs.create(order('live', {createdAt: 2, mode: 'live'}));
    await ledger.runs.create(order('elsewhere', {createdAt: 3, mode: 'live', target: 'sqlite:/other'}));
    const latest = (modes: ('live' | 'dry-run' | 'undo')[]) =>
      ledger.runs.latest('sqlite:/index.sqlite', 'asset-index', modes);
    expect((await latest(['live', 'dry-run']))?.id).toBe('live');
    expect((await latest(['dry-run']))?.id).toBe('dry');
    expect(await latest(['undo'])).toBeNull();
  });
});

describe('a run that writes', () => {
  it('is unsettled while it is at work or paused, or has a page that may be half done', async () => {
    const statuses = [
      'pending',
      'running',
      'paused',
      'completed',
      'incomplete',
      'failed',
      'cancelled',
    ] as const;
    for (const [index, status] of statuses.entries()) {
      await ledger.runs.create(order(status, {mode: 'live', createdAt: index}));
      setStatus(ledger, status, status);
    }
    await ledger.runs.create(order('dry', {createdAt: 20}));
    setStatus(ledger, 'dry', 'paused');
    await ledger.runs.create(order('elsewhere', {mode: 'live', target: 'sqlite:/other', createdAt: 21}));
    setStatus(ledger, 'elsewhere', 'paused');
    const unsettled = async () => (await ledger.runs.unsettled('sqlite:/index.sqlite')).map(({id}) => id);
    expect(await unsettled()).toEqual(['paused', 'running']);
    await ledger.pages.intend('failed', 'p', 1, [entry('a')]);
    expect(await unsettled()).toEqual(['failed', 'paused', 'running']);
  });
});

describe('what the operator calls a run', () => {
  beforeEach(async () => {
    for (const [index, id] of ['r-abc1', 'r-abc2', 'r-abc', 'r-x_y', 'r-xzy'].entries())
      await ledger.runs.create(order(id, {createdAt: index}));
  });

  it.each([
    ['r-abc1', 'r-abc1'],
    ['r-abc', 'r-abc'],
    ['r-x_', 'r-x_y'],
    ['r-xz', 'r-xzy'],
    ['abc1', 'r-abc1'],
    ['x_y', 'r-x_y'],
    ['last', 'r-xzy'],
  ])('%s is %s', async (named, id) => {
    expect((await ledger.runs.resolve(named)).id).toBe(id);
  });

  it.each([
    ['r-ab', /several runs begin with r-ab/],
    ['nothing', /there is no run nothing/],
    ['bc1', /there is no run bc1/],
    ['%', /there is no run %/],
  ])('%s is refused, with what to do', async (named, message) => {
    await expect(ledger.runs.resolve(named)).rejects.toMatchObject({
      name: 'OperatorError',
      code: 'usage',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\S{3}/),
    });
  });
});

describe('a transition', () => {
  const every = runStatuses.flatMap(from => runStatuses.map(to => ({from, to})));

  it('is made exactly where the table allows it', async () => {
    await ledger.runs.create(order('r'));
    const wrong: string[] = [];
    for (const {from, to} of every) {
      setStatus(ledger, 'r', from);
      const moved = await ledger.runs.move('r', to, {at: 5});
      const {status} = await run(ledger, 'r');
      if (moved !== canMove(from, to) || status !== (moved ? to : from))
        wrong.push(`${from} → ${to}: ${moved}, ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  it('of a run that is not there is none', async () => {
    expect(await ledger.runs.move('r', 'running', {at: 5})).toBe(false);
  });

  it.each<[RunStatus, RunStatus, RunStatus]>([
    ['running', 'pausing', 'completed'],
    ['running', 'completed', 'failed'],
    ['paused', 'running', 'cancelled'],
    ['cancelling', 'cancelled', 'completed'],
  ])(
    'from %s: of two processes that want %s and %s, what stands is what was answered',
    async (from, one, two) => {
      await ledger.runs.create(order('r'));
      setStatus(ledger, 'r', from);
      const other = await openLedger(ledger.path);
      const [first, second] = await Promise.all([
        ledger.runs.move('r', one, {at: 5}),
        other.runs.move('r', two, {at: 5}),
      ]);
      const {status} = await run(ledger, 'r');
      expect(first || second).toBe(true);
      if (first && second) expect(canMove(one, two) || canMove(two, one)).toBe(true);
      else expect(status).toBe(first ? one : two);
    },
  );

  it.each(['pending', 'paused', 'incomplete', 'failed'] as const)(
    'to running, of a run that is %s: one of two processes gets it',
    async from => {
      await ledger.runs.create(order('r'));
      setStatus(ledger, 'r', from);
      const other = await openLedger(ledger.path);
      const got = await Promise.all([
        ledger.runs.move('r', 'running', {holder: holder('ada'), at: 5}),
        other.runs.move('r', 'running', {holder: holder('bob'), at: 5}),
      ]);
      expect(got.filter(won => won)).toHaveLength(1);
      expect((await run(ledger, 'r')).holder?.name).toBe(got[0] ? 'ada' : 'bob');
    },
  );

  it('says when the run began and ended, why it stopped and who holds it', async () => {
    await ledger.runs.create(order('r'));
    await ledger.runs.move('r', 'running', {holder: holder('ada'), at: 5});
    expect(await run(ledger, 'r')).toMatchObject({
      holder: holder('ada'),
      startedAt: 5,
      finishedAt: null,
      stopReason: null,
    });
    const reason = {by: 'budget', message: '50 failures in a row'} as const;
    await ledger.runs.move('r', 'paused', {reason, holder: null, at: 6});
    expect(await run(ledger, 'r')).toMatchObject({
      holder: null,
      startedAt: 5,
      finishedAt: 6,
      stopReason: reason,
    });
    await ledger.runs.move('r', 'running', {holder: holder('bob'), at: 7});
    expect(await run(ledger, 'r')).toMatchObject({startedAt: 5, finishedAt: null, stopReason: null});
  });
});

describe('a run whose process has died', () => {
  beforeEach(async () => {
    await ledger.runs.create(order('r'));
    await ledger.runs.move('r', 'running', {holder: holder('dead'), at: 5});
  });

  it('is taken over by one of two', async () => {
    const other = await openLedger(ledger.path);
    const got = await Promise.all([
      ledger.runs.takeOver('r', holder('dead'), holder('ada'), 6),
      other.runs.takeOver('r', holder('dead'), holder('bob'), 6),
    ]);
    expect(got.filter(won => won)).toHaveLength(1);
    expect((await run(ledger, 'r')).holder?.name).toBe(got[0] ? 'ada' : 'bob');
  });

  it('can not be moved on by its former process, should it still be alive', async () => {
    await ledger.runs.takeOver('r', holder('dead'), holder('ada'), 6);
    expect(await ledger.runs.move('r', 'failed', {holder: null, at: 7, heldBy: 'dead'})).toBe(false);
    expect(await run(ledger, 'r')).toMatchObject({status: 'running', holder: holder('ada')});
    expect(await ledger.runs.move('r', 'failed', {holder: null, at: 8, heldBy: 'ada'})).toBe(true);
  });

  it('is not taken over once it has come to rest', async () => {
    await ledger.runs.move('r', 'paused', {at: 6});
    expect(await ledger.runs.takeOver('r', holder('dead'), holder('ada'), 7)).toBe(false);
  });

  it('learns that it was taken over, should it still be alive', async () => {
    expect(await ledger.runs.requested('r', 'dead')).toBeNull();
    await ledger.runs.takeOver('r', holder('dead'), holder('ada'), 6);
    expect(await ledger.runs.requested('r', 'dead')).toBe('lost');
    expect(await ledger.runs.requested('missing', 'dead')).toBe('lost');
  });
});

describe('a request to stop', () => {
  it.each(['pause', 'cancel'] as const)(
    '(%s) reaches the process that works, and is gone after a resume',
    async request => {
      await ledger.runs.create(order('r'));
      expect(await ledger.runs.request('r', request)).toBe(false);
      await ledger.runs.move('r', 'running', {holder: holder('ada'), at: 5});
      const other = await openLedger(ledger.path);
      expect(await other.runs.request('r', request)).toBe(true);
      expect(await ledger.runs.requested('r', 'ada')).toBe(request);
      await ledger.runs.move('r', 'paused', {holder: null, at: 6});
      await ledger.runs.move('r', 'running', {holder: holder('ada'), at: 7});
      expect(await ledger.runs.requested('r', 'ada')).toBeNull();
    },
  );
});

describe('a plan', () => {
  it('is used by one of two live runs, and again only after it was given back', async () => {
    await ledger.runs.create(order('plan'));
    const plan = await run(ledger, 'plan');
    const other = await openLedger(ledger.path);
    const got = await Promise.all([ledger.runs.use(plan, 'live1'), other.runs.use(plan, 'live2')]);
    expect(got.filter(won => won)).toHaveLength(1);
    const [winner, loser] = got[0] ? ['live1', 'live2'] : ['live2', 'live1'];
    expect((await run(ledger, 'plan')).usedBy).toBe(winner);
    await ledger.runs.release('plan', loser);
    expect((await run(ledger, 'plan')).usedBy).toBe(winner);
    await ledger.runs.release('plan', winner);
    expect(await ledger.runs.use(plan, loser)).toBe(true);
  });

  it('is not used where it was changed after it was read, as by a retry', async () => {
    await ledger.runs.create(order('plan'));
    const read = await run(ledger, 'plan');
    await ledger.runs.move('plan', 'running', {at: 5});
    await ledger.runs.move('plan', 'completed', {at: 6});
    expect(await ledger.runs.use(read, 'live1')).toBe(false);
    expect(await ledger.runs.use(await run(ledger, 'plan'), 'live1')).toBe(true);
  });

  it('without changes hands its counts and open items to the live run, which read nothing', async () => {
    await ledger.runs.create(order('plan'));
    await ledger.partitions.add('plan', [range('p'), range('q', 'm')]);
    const done = [
      entry('a', {action: 'unchanged'}),
      entry('b', {action: 'fail', fault: {kind: 'denied', message: 'no'}}),
    ];
    await ledger.checkpoint(checkpoint('plan', 1, done));
    await ledger.partitions.finish('plan', 'p', 1);
    await ledger.checkpoint(checkpoint('plan', 1, [entry('n', {action: 'skip'})], {partition: 'q'}));
    await ledger.runs.create(order('live', {mode: 'live'}));
    await ledger.runs.adopt('plan', 'live');
    expect(await run(ledger, 'live')).toMatchObject({
      tally: {unchanged: 1, failed: 1, skipped: 1, pending: 0, bytes: 0, rows: 0},
      discovered: true,
    });
    expect(await ledger.openItems.after('live', '', 9)).toMatchObject([{key: 'b', kind: 'denied'}]);
  });
});
