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
  it('what is planned of a repository is looked up among many that have failed', async () => {
    const ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.repositories.streams('r', [{id: 's', group: 'g'}]);
    await find(ledger, 0, 10);
    for (let n = 0; n < 10; n++)
      await ledger.checkpoint(checkpoint('r', 1, [entry(keyOf(n))], {partition: did(n)}));
    const failed = await find(ledger, 10, 200);
    await ledger.repositories.fail('r', failed, {kind: 'not-found', message: 'gone'}, 1, 1);
    for (let n = 0; n < 10; n++) {
      expect(await ledger.pages.between('r', 'plan', rangeOf(n), did(n))).toMatchObject([{key: keyOf(n)}]);
      expect(await ledger.pages.endBeyond('r', 'plan', rangeOf(n).lo, did(n))).toBe(keyOf(n));
    }
    expect(await ledger.pages.between('r', 'plan', rangeOf(10), did(10))).toEqual([]);
  });

  it('pages of many repositories are gone through in order, all of them and those of one', async () => {
    const ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.repositories.streams('r', [{id: 's', group: 'g'}]);
    const ids = await find(ledger, 0, 1_500);
    const pages = ids.map((partition, n) => checkpoint('r', 1, [entry(keyOf(n))], {partition}));
    await Promise.all(pages.map(page => ledger.checkpoint(page)));
    const seen: string[] = [];
    for await (const {partition} of ledger.pages.all('r', 'plan')) seen.push(partition);
    expect(seen).toEqual(Array.from({length: 1_500}, (_, n) => did(n)));
    for (const n of [0, 700, 1_499]) {
      const own: string[] = [];
      for await (const {entries} of ledger.pages.all('r', 'plan', did(n)))
        own.push(...entries.map(({key}) => key));
      expect(own).toEqual([keyOf(n)]);
    }
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
