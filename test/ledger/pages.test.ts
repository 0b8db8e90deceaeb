import fc from 'fast-check';
import {beforeEach, describe, expect, it} from 'vitest';
import type {Entry} from '../../src/core/entry.ts';
import type {Ledger} from '../../src/ledger/ledger.ts';
import {awkwardText} from '../support/awkward.ts';
import {inByteOrder} from '../support/ranges.ts';
import {checkpoint, entry, order, overLedgers, range} from './ledger-under-test.ts';

overLedgers(({openLedger}) => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.partitions.add('r', [range('p')]);
  });

  async function store(...pages: readonly (readonly Entry[])[]): Promise<void> {
    for (const [index, entries] of pages.entries())
      await ledger.checkpoint(checkpoint('r', index + 1, entries));
  }

  async function keysBetween(lo: string, hi: string | null): Promise<readonly string[]> {
    return (await ledger.pages.between('r', 'plan', {lo, hi})).map(({key}) => key);
  }

  describe('the plan of a range', () => {
    it('holds what is beyond its start, up to and with its end', async () => {
      await store([entry('a'), entry('b')], [entry('c'), entry('d')], [entry('e')]);
      expect(await keysBetween('', null)).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(await keysBetween('a', 'd')).toEqual(['b', 'c', 'd']);
      expect(await keysBetween('b', 'c')).toEqual(['c']);
      expect(await keysBetween('e', null)).toEqual([]);
      expect(await keysBetween('bb', 'bz')).toEqual([]);
    });

    it('says of a key that was planned twice what was planned last, in order of keys', async () => {
      await store(
        [entry('a'), entry('m', {action: 'fail'}), entry('z')],
        [entry('b', {action: 'fail'}), entry('y', {action: 'update'})],
        [entry('b', {action: 'update'}), entry('m', {action: 'update'})],
      );
      const entries = await ledger.pages.between('r', 'plan', {lo: '', hi: null});
      expect(entries.map(({key, action}) => [key, action])).toEqual([
        ['a', 'insert'],
        ['b', 'update'],
        ['m', 'update'],
        ['y', 'update'],
        ['z', 'insert'],
      ]);
      expect(await keysBetween('a', 'm')).toEqual(['b', 'm']);
    });

    it('finds each key in every range that holds it, whatever the pages', async () => {
      const keys = fc.uniqueArray(
        awkwardText().filter(key => key !== '' && !key.includes('\0')),
        {
          minLength: 1,
          maxLength: 12,
        },
      );
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(keys, fc.nat(12), fc.nat(12), async (given, from, to) => {
          const id = `r${runs++}`;
          await ledger.runs.create(order(id));
          await ledger.partitions.add(id, [range('p')]);
          const sorted = inByteOrder(given);
          for (let page = 0; page * 3 < sorted.length; page++) {
            const entries = sorted.slice(page * 3, page * 3 + 3).map(key => entry(key));
            await ledger.checkpoint(checkpoint(id, page + 1, entries));
          }
          const [first, last] = [Math.min(from, to), Math.max(from, to)];
          const lo = sorted[first - 1] ?? '';
          const hi = sorted[last] ?? null;
          const found = await ledger.pages.between(id, 'plan', {lo, hi});
          expect(found.map(({key}) => key)).toEqual(
            sorted.slice(lo === '' ? 0 : first, hi === null ? undefined : last + 1),
          );
        }),
        {numRuns: 50},
      );
    });

    it('is one run’s, and one kind’s', async () => {
      await ledger.runs.create(order('other'));
      await ledger.partitions.add('other', [range('p')]);
      await store([entry('a')]);
      await ledger.checkpoint(checkpoint('other', 1, [entry('b')]));
      expect(await keysBetween('', null)).toEqual(['a']);
      expect(await ledger.pages.between('r', 'image', {lo: '', hi: null})).toEqual([]);
    });
  });

  describe('an intent', () => {
    it('is there until its page is checkpointed', async () => {
      await ledger.pages.intend('r', 'p', 1, [entry('a')]);
      expect(await ledger.pages.intents('r')).toMatchObject([
        {partition: 'p', page: 1, entries: [{key: 'a'}]},
      ]);
      await ledger.checkpoint(checkpoint('r', 1, [entry('a')], {keeps: 'image'}));
      expect(await ledger.pages.intents('r')).toEqual([]);
    });

    it('is one for a partition: a later one takes its place, and its number is not used again', async () => {
      await ledger.pages.intend('r', 'p', 1, [entry('a')]);
      await ledger.pages.intend('r', 'p', 2, [entry('b')]);
      expect(await ledger.pages.intents('r')).toMatchObject([{page: 2}]);
      await ledger.pages.dropIntents('r', 'p');
      expect(await ledger.pages.intents('r')).toEqual([]);
      expect(await ledger.partitions.unfinished('r')).toMatchObject([{id: 'p', page: 2}]);
    });
  });

  describe('before-images', () => {
    it('are kept of changes alone, and read back page by page', async () => {
      await ledger.checkpoint(
        checkpoint('r', 1, [entry('a'), entry('b', {action: 'unchanged'}), entry('c', {action: 'fail'})], {
          keeps: 'image',
        }),
      );
      await ledger.checkpoint(checkpoint('r', 2, [entry('d', {action: 'unchanged'})], {keeps: 'image'}));
      await ledger.checkpoint(
        checkpoint('r', 3, [entry('e', {action: 'update', change: {before: 1}})], {keeps: 'image'}),
      );
      const pages = await Array.fromAsync(ledger.pages.all('r', 'image'));
      expect(pages.map(({page, entries}) => [page, entries.map(({key}) => key)])).toEqual([
        [1, ['a']],
        [3, ['e']],
      ]);
      expect(pages[1]?.entries[0]?.change).toEqual({before: 1});
      expect(await ledger.pages.partitionsWith('r', 'image')).toEqual(new Map([['p', 2]]));
      expect(await Array.fromAsync(ledger.pages.all('r', 'image', 'other'))).toEqual([]);
    });
  });
});
