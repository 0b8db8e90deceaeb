import {beforeEach, describe, expect, it} from 'vitest';
import type {Ledger} from '../../src/ledger/ledger.ts';
import type {Partition} from '../../src/ledger/records.ts';
import {checkpoint, entry, order, overLedgers, range, run} from './ledger-under-test.ts';

overLedgers(({openLedger}) => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.partitions.add('r', [range('p')]);
    await ledger.partitions.start('r', 'p');
  });

  async function ranges(): Promise<readonly (readonly [string, string, string | null])[]> {
    return (await ledger.partitions.list('r')).map(({id, lo, hi}) => [id, lo, hi] as const);
  }

  describe('a split', () => {
    it('lowers the end, and gives the rest to a partition of its own', async () => {
      expect(await ledger.partitions.split('r', 'p', null, 'm', range('q', 'm'))).toBe(true);
      expect(await ranges()).toEqual([
        ['p', '', 'm'],
        ['q', 'm', null],
      ]);
      expect(await ledger.partitions.unfinished('r')).toMatchObject([
        {id: 'p', status: 'running', cursor: ''},
        {id: 'q', status: 'pending', cursor: 'm'},
      ]);
    });

    it('is made by one of two processes, and never covers a key twice', async () => {
      const other = await openLedger(ledger.path);
      const answers = await Promise.all([
        ledger.partitions.split('r', 'p', null, 'm', range('q1', 'm')),
        other.partitions.split('r', 'p', null, 'n', range('q2', 'n')),
      ]);
      expect(answers.filter(made => made)).toHaveLength(1);
      expect(await ranges()).toHaveLength(2);
    });

    it('that was made before at the same key is not made again', async () => {
      expect(await ledger.partitions.split('r', 'p', null, 'm', range('q1', 'm'))).toBe(true);
      expect(await ledger.partitions.split('r', 'p', null, 'm', range('q2', 'm'))).toBe(false);
      expect(await ranges()).toEqual([
        ['p', '', 'm'],
        ['q1', 'm', null],
      ]);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['has gone beyond the middle', () => ledger.checkpoint(checkpoint('r', 1, [entry('n')]))],
      ['stands at the middle', () => ledger.checkpoint(checkpoint('r', 1, [entry('m')]))],
      ['is finished', () => ledger.partitions.finish('r', 'p', 1)],
      ['has failed', () => ledger.partitions.fail('r', 'p', {kind: 'timeout', message: ''}, 1)],
    ])('of a range that %s is refused, and changes nothing', async (_, happened) => {
      await happened();
      const before = await ranges();
      expect(await ledger.partitions.split('r', 'p', null, 'm', range('q', 'm'))).toBe(false);
      expect(await ranges()).toEqual(before);
    });
  });

  describe('a finished partition', () => {
    it('is counted once, however often it is finished', async () => {
      await ledger.checkpoint(checkpoint('r', 1, [entry('a'), entry('b')]));
      await ledger.partitions.finish('r', 'p', 1);
      await ledger.partitions.finish('r', 'p', 2);
      expect(await run(ledger, 'r')).toMatchObject({
        tally: {inserted: 2},
        partitions: {done: 1, failed: 0, pending: 0},
      });
      expect(await ledger.partitions.unfinished('r')).toEqual([]);
    });

    it('is forgotten some time after a thousand more, and its counts are not', async () => {
      const ids = Array.from({length: 1_090}, (_, index) => `q${String(index).padStart(4, '0')}`);
      await ledger.partitions.add(
        'r',
        ids.map(id => range(id)),
      );
      for (const [index, id] of ids.entries()) {
        if (index < 5) await ledger.checkpoint(checkpoint('r', 1, [entry(id)], {partition: id}));
        await ledger.partitions.finish('r', id, index);
      }
      const kept = (await ledger.partitions.list('r')).map(({id}) => id);
      // The last time that it was looked at was after the 1,088th.
      expect(kept).toEqual(['p', ...ids.slice(88)]);
      expect(await run(ledger, 'r')).toMatchObject({
        tally: {inserted: 5},
        partitions: {done: 1_090, failed: 0, pending: 1},
      });
    });
  });

  describe('a failed partition', () => {
    it('is on record with its cause, and counts as failed, with what it had done', async () => {
      await ledger.checkpoint(checkpoint('r', 1, [entry('a')]));
      await ledger.partitions.fail('r', 'p', {kind: 'connection', message: 'the disk is gone'}, 9);
      expect(await ledger.openItems.partitionFailures('r')).toEqual([
        {partition: 'p', kind: 'connection', message: 'the disk is gone', attempts: 1, host: null, at: 9},
      ]);
      expect(await run(ledger, 'r')).toMatchObject({
        tally: {inserted: 1},
        partitions: {done: 0, failed: 1, pending: 0},
      });
    });

    it('is taken up again by a resume, from where it was', async () => {
      await ledger.checkpoint(checkpoint('r', 1, [entry('a')]));
      await ledger.partitions.fail('r', 'p', {kind: 'connection', message: ''}, 9);
      expect(await ledger.partitions.reopen('r')).toBe(1);
      expect(await ledger.partitions.reopen('r')).toBe(0);
      expect(await ledger.openItems.partitionFailures('r')).toEqual([]);
      expect(await ledger.partitions.unfinished('r')).toMatchObject([
        {id: 'p', cursor: 'a', status: 'pending'},
      ]);
      expect((await run(ledger, 'r')).partitions).toEqual({done: 0, failed: 0, pending: 1});
    });
  });

  describe.each<[string, Partition]>([
    ['open items', {id: 'open-1', kind: 'open', lo: '', hi: null, of: null}],
    ['the before-images of open items', {id: 'undo-open-1', kind: 'images', lo: '', hi: null, of: 'open-1'}],
  ])('one of %s', (_, partition) => {
    const {id} = partition;
    const alone = {done: 0, failed: 0, pending: 1};

    it('is worked on, and counted neither while it waits nor when it has failed or is done', async () => {
      await ledger.partitions.add('r', [partition]);
      expect((await ledger.partitions.unfinished('r')).map(each => each.id)).toContain(id);
      expect((await run(ledger, 'r')).partitions).toEqual(alone);
      await ledger.partitions.fail('r', id, {kind: 'timeout', message: ''}, 1);
      expect((await run(ledger, 'r')).partitions).toEqual(alone);
      expect(await ledger.partitions.reopen('r')).toBe(0);
      await ledger.checkpoint(checkpoint('r', 1, [entry('a')], {partition: id}));
      await ledger.partitions.finish('r', id, 2);
      expect(await run(ledger, 'r')).toMatchObject({tally: {inserted: 1}, partitions: alone});
    });
  });
});
