import {beforeEach, describe, expect, it} from 'vitest';
import type {Ledger} from '../../src/ledger/ledger.ts';
import {checkpoint, entry, order, overLedgers, range, run, setStatus} from './ledger-under-test.ts';

overLedgers(({openLedger}) => {
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
        await setStatus(ledger, status, status);
      }
      await ledger.runs.create(order('dry', {createdAt: 20}));
      await setStatus(ledger, 'dry', 'paused');
      await ledger.runs.create(order('elsewhere', {mode: 'live', target: 'sqlite:/other', createdAt: 21}));
      await setStatus(ledger, 'elsewhere', 'paused');
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
});
