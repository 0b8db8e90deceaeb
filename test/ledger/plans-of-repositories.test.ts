import {expect, it} from 'vitest';
import type {Ledger} from '../../src/ledger/ledger.ts';
import {checkpoint, entry, order, overLedgers} from './ledger-under-test.ts';

const did = (number: number) => `did:plc:${String(number).padStart(24, '0')}`;
const rangeOf = (number: number) => ({lo: `at://${did(number)}/`, hi: `at://${did(number)}0`});
const keyOf = (number: number) => `at://${did(number)}/app.example.note/r`;

async function find(ledger: Ledger, from: number, count: number): Promise<readonly string[]> {
  const repositories = Array.from({length: count}, (_, n) => ({id: did(from + n), ...rangeOf(from + n)}));
  return ledger.repositories.found('r', {stream: 's', group: 'g', repositories, cursor: 'c'});
}

overLedgers(({openLedger}) => {
  it('what is planned of a repository is looked up as fast where thousands of others have failed', async () => {
    const ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.repositories.streams('r', [{id: 's', group: 'g'}]);
    await find(ledger, 0, 100);
    for (let n = 0; n < 100; n++)
      await ledger.checkpoint(checkpoint('r', 1, [entry(keyOf(n))], {partition: did(n)}));
    const lookedUp = async () => {
      const began = performance.now();
      for (let n = 0; n < 100; n++) {
        expect(await ledger.pages.between('r', 'plan', rangeOf(n), did(n))).toHaveLength(1);
        expect(await ledger.pages.endBeyond('r', 'plan', rangeOf(n).lo, did(n))).toBe(keyOf(n));
      }
      return performance.now() - began;
    };
    // The first time statements are prepared, and files read.
    await lookedUp();
    const before = await lookedUp();
    for (let n = 1; n <= 10; n++) {
      const ids = await find(ledger, n * 2_000, 2_000);
      await ledger.repositories.fail('r', ids, {kind: 'not-found', message: 'gone'}, 1, 1);
    }
    // Seen: once as long; and 10 to 30 times where all of them were looked at.
    expect(await lookedUp()).toBeLessThan(6 * before);
  });

  it('pages of thousands of repositories are gone through one by one as fast as those of a few', async () => {
    const ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.repositories.streams('r', [{id: 's', group: 'g'}]);
    const store = async (from: number, to: number) => {
      const ids = await find(ledger, from, to - from);
      const pages = ids.map((partition, n) => checkpoint('r', 1, [entry(keyOf(from + n))], {partition}));
      await Promise.all(pages.map(page => ledger.checkpoint(page)));
    };
    const wentThrough = async () => {
      const began = performance.now();
      const all: string[] = [];
      for await (const {partition} of ledger.pages.all('r', 'plan')) {
        all.push(partition);
        if (all.length === 100) break;
      }
      expect(all).toEqual(Array.from({length: 100}, (_, n) => did(n)));
      for (const id of all) {
        const own: string[] = [];
        for await (const {entries} of ledger.pages.all('r', 'plan', id))
          own.push(...entries.map(({key}) => key));
        expect(own).toHaveLength(1);
      }
      return performance.now() - began;
    };
    await store(0, 100);
    await wentThrough();
    const before = await wentThrough();
    for (let from = 100; from < 12_100; from += 2_000) await store(from, from + 2_000);
    // Seen: once as long; and 6 to 10 times where each was found among all.
    expect(await wentThrough()).toBeLessThan(4 * before);
    let count = 0;
    for await (const {partition} of ledger.pages.all('r', 'plan')) expect(partition).toBe(did(count++));
    expect(count).toBe(12_100);
  });

  it('what a retry has planned of a repository is found with the rest', async () => {
    const ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.repositories.streams('r', [{id: 's', group: 'g'}]);
    await find(ledger, 1, 1);
    await ledger.checkpoint(
      checkpoint('r', 1, [entry(keyOf(1), {action: 'fail', fault: {kind: 'timeout', message: ''}})], {
        partition: did(1),
      }),
    );
    await ledger.partitions.add('r', [{id: 'open-1', kind: 'open', lo: '', hi: null, of: null}]);
    await ledger.checkpoint(checkpoint('r', 1, [entry(keyOf(1))], {partition: 'open-1', reopened: true}));
    const planned = [{key: keyOf(1), action: 'insert'}];
    expect(await ledger.pages.between('r', 'plan', rangeOf(1), did(1))).toMatchObject(planned);

    // Of what is done, all but the last thousand is forgotten.
    await ledger.partitions.finish('r', 'open-1', 1);
    const others = await find(ledger, 2, 1_100);
    for (const id of others) await ledger.partitions.finish('r', id, 2);
    expect(await ledger.partitions.list('r')).not.toHaveLength(2 + others.length);
    expect(await ledger.pages.between('r', 'plan', rangeOf(1), did(1))).toMatchObject(planned);
  });
});
