import {beforeEach, describe, expect, it} from 'vitest';
import {canMove, type RunStatus, runStatuses} from '../../src/core/run.ts';
import type {Ledger} from '../../src/ledger/ledger.ts';
import {holder, order, overLedgers, run, setStatus} from './ledger-under-test.ts';

overLedgers(({openLedger}) => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openLedger();
  });

  describe('a transition', () => {
    const every = runStatuses.flatMap(from => runStatuses.map(to => ({from, to})));

    it('is made exactly where the table allows it', async () => {
      await ledger.runs.create(order('r'));
      const wrong: string[] = [];
      for (const {from, to} of every) {
        await setStatus(ledger, 'r', from);
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
        await setStatus(ledger, 'r', from);
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
        await setStatus(ledger, 'r', from);
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
});
