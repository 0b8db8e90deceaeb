import fc from 'fast-check';
import {beforeEach, describe, expect, it} from 'vitest';
import {addTally, emptyTally, listedOf} from '../../src/core/accounting.ts';
import {actions, entryOutcome, pageTally} from '../../src/core/entry.ts';
import {Fault} from '../../src/core/failure.ts';
import {isHolderRefusal} from '../../src/ledger/checkpoint.ts';
import {type Ledger, RunLost} from '../../src/ledger/ledger.ts';
import {checkpoint, entry, order, overLedgers, range, run} from './ledger-under-test.ts';

it.each<[string, unknown, boolean]>([
  ['SQLite', new Fault('refused', 'NOT NULL constraint failed: runs.checkpoints'), true],
  [
    'Postgres',
    new Fault(
      'refused',
      'null value in column "checkpoints" of relation "runs" violates not-null constraint',
    ),
    true,
  ],
  [
    'Postgres in another language',
    new Fault(
      'refused',
      'NULL-Wert in Spalte »checkpoints« von Relation »runs« verletzt Not-Null-Constraint',
    ),
    true,
  ],
  ['another column', new Fault('refused', 'NOT NULL constraint failed: runs.status'), false],
  ['another failure', new Fault('timeout', 'runs.checkpoints'), false],
  ['an error of our own', new Error('runs.checkpoints'), false],
])('that a run was lost is what a checkpoint is refused for: %s', (_, error, isSo) => {
  expect(isHolderRefusal(error)).toBe(isSo);
});

overLedgers(({openLedger}) => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.partitions.add('r', [range('p')]);
  });

  describe('a checkpoint', () => {
    it('is what another process finds: cursor, page, counts, drift', async () => {
      const page = [entry('a'), entry('b', {action: 'fail'}), entry('c', {action: 'wait'})];
      await ledger.checkpoint(
        checkpoint('r', 3, page, {
          delta: pageTally(page, 5),
          drift: {added: 1, gone: 2, changed: 3},
          marked: true,
        }),
      );
      const other = await openLedger(ledger.path);
      expect(await other.partitions.unfinished('r')).toMatchObject([{cursor: 'c', page: 3, markedPage: 3}]);
      expect(await run(other, 'r')).toMatchObject({
        tally: {...emptyTally, inserted: 1, failed: 1, pending: 1, rows: 5, bytes: 3},
        drift: {added: 1, gone: 2, changed: 3},
        beatAt: 2_000,
      });
    });

    it('of a process that has lost the run is refused whole', async () => {
      const lost = checkpoint('r', 1, [entry('a', {action: 'fail'})], {
        holder: 'somebody who was here before',
      });
      await expect(ledger.checkpoint(lost)).rejects.toBeInstanceOf(RunLost);
      expect((await run(ledger, 'r')).tally).toEqual(emptyTally);
      expect(await ledger.openItems.count('r')).toBe(0);
    });

    it('of a process that has lost the run says so, also where another has written the same page', async () => {
      await ledger.checkpoint(checkpoint('r', 1, [entry('a')]));
      const lost = checkpoint('r', 1, [entry('a')], {holder: 'somebody who was here before'});
      await expect(ledger.checkpoint(lost)).rejects.toBeInstanceOf(RunLost);
      expect((await run(ledger, 'r')).tally.inserted).toBe(1);
    });

    it('without a mark leaves the last marked page as it was', async () => {
      await ledger.checkpoint(checkpoint('r', 1, [entry('a')], {marked: true}));
      await ledger.checkpoint(checkpoint('r', 2, [entry('b', {action: 'unchanged'})]));
      expect(await ledger.partitions.unfinished('r')).toMatchObject([{page: 2, markedPage: 1}]);
    });

    it('is all or nothing: a page number that was used before changes no count', async () => {
      await ledger.checkpoint(checkpoint('r', 1, [entry('a')]));
      await expect(ledger.checkpoint(checkpoint('r', 1, [entry('b')]))).rejects.toMatchObject({
        kind: 'refused',
      });
      expect((await run(ledger, 'r')).tally.inserted).toBe(1);
      expect(await ledger.partitions.unfinished('r')).toMatchObject([{cursor: 'a'}]);
    });

    it('adds up over pages and partitions, before and after they are finished', async () => {
      const page = fc.array(fc.constantFrom(...actions), {minLength: 1, maxLength: 6});
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(page, {maxLength: 3}), {minLength: 1, maxLength: 4}),
          async partitions => {
            const id = `r${runs++}`;
            await ledger.runs.create(order(id));
            await ledger.partitions.add(
              id,
              partitions.map((_, index) => range(`p${index}`, `${index}`)),
            );
            let expected = emptyTally;
            for (const [index, pages] of partitions.entries()) {
              for (const [number, decided] of pages.entries()) {
                const entries = decided.map((action, place) =>
                  entry(`${index}/${number}/${place}`, {action}),
                );
                expected = addTally(expected, pageTally(entries, entries.length));
                const delta = pageTally(entries, entries.length);
                await ledger.checkpoint(checkpoint(id, number + 1, entries, {partition: `p${index}`, delta}));
                expect((await run(ledger, id)).tally).toEqual(expected);
              }
              await ledger.partitions.finish(id, `p${index}`, 3_000);
              const {tally, partitions: found} = await run(ledger, id);
              expect(tally).toEqual(expected);
              expect(found).toEqual({done: index + 1, failed: 0, pending: partitions.length - index - 1});
            }
            expect(listedOf(expected)).toBe(partitions.flat(2).length);
          },
        ),
        {numRuns: 15},
      );
    });
  });

  describe('open items', () => {
    it('are failures, conflicts and what waits, each with its cause', async () => {
      await ledger.checkpoint(
        checkpoint('r', 1, [
          entry('a'),
          entry('b', {action: 'fail', fault: {kind: 'denied', message: 'EACCES'}, attempts: 2}),
          entry('c', {action: 'conflict', reason: 'two rows'}),
          entry('d', {action: 'wait', reason: 'appeared since the dry run'}),
          entry('e', {action: 'skip', reason: 'a link'}),
        ]),
      );
      expect(await ledger.openItems.after('r', '', 10)).toMatchObject([
        {key: 'b', outcome: 'failed', kind: 'denied', message: 'EACCES', attempts: 2},
        {key: 'c', outcome: 'skipped', kind: null, message: 'two rows'},
        {key: 'd', outcome: 'pending', kind: null, message: 'appeared since the dry run'},
      ]);
      expect(await ledger.openItems.count('r', {outcomes: ['failed']})).toBe(1);
      expect(await ledger.openItems.count('r', {kind: 'timeout'})).toBe(0);
      expect(await ledger.openItems.count('r', {kind: 'denied'})).toBe(1);
      expect((await ledger.openItems.after('r', 'b', 1)).map(({key}) => key)).toEqual(['c']);
      expect([...(await ledger.openItems.among('r', ['a', 'c', 'x'])).keys()]).toEqual(['c']);
    });

    it('are told also where what a service said is no text', async () => {
      const message = 'it said \0 and \ud83d';
      await ledger.checkpoint(
        checkpoint('r', 1, [entry('a', {action: 'fail', fault: {kind: 'invalid', message}})]),
      );
      await ledger.partitions.fail('r', 'p', {kind: 'invalid', message}, 9);
      const told = {message: 'it said ␀ and \ufffd'};
      expect(await ledger.openItems.after('r', '', 10)).toMatchObject([told]);
      expect(await ledger.openItems.partitionFailures('r')).toMatchObject([told]);
    });

    it('leave the list once a retry has settled them, and the counts with them', async () => {
      const failed = [entry('a', {action: 'fail'}), entry('b', {action: 'fail'})];
      await ledger.checkpoint(checkpoint('r', 1, failed));
      const retried = [entry('a'), entry('b', {action: 'fail', fault: {kind: 'timeout', message: 'again'}})];
      const formers = new Map(failed.map(item => [item.key, entryOutcome(item)]));
      await ledger.checkpoint(
        checkpoint('r', 2, retried, {reopened: true, delta: pageTally(retried, 1, formers)}),
      );
      expect(await ledger.openItems.after('r', '', 10)).toMatchObject([{key: 'b', kind: 'timeout'}]);
      expect((await run(ledger, 'r')).tally).toMatchObject({inserted: 1, failed: 1, rows: 1});
    });
  });

  describe('fingerprints', () => {
    const ends = {source: 's', target: 't'};

    it('are kept for a source and a target, of what was found and can be trusted', async () => {
      await ledger.checkpoint(
        checkpoint(
          'r',
          1,
          [
            entry('a', {found: {hash: '1'}}),
            entry('b', {found: {hash: '2'}, fingerprint: null}),
            entry('c', {action: 'fail'}),
          ],
          {fingerprints: ends},
        ),
      );
      expect(await ledger.fingerprints.of('s', 't', ['a', 'b', 'c'])).toEqual(
        new Map([['a', {fingerprint: 'v-a', found: {hash: '1'}}]]),
      );
      expect(await ledger.fingerprints.count('s', 't')).toBe(1);
      expect(await ledger.fingerprints.count('s', 'other')).toBe(0);
    });

    it('are those of the last version, and of the keys that are asked for', async () => {
      const first = ['a', 'b', 'c'].map(key => entry(key, {found: 1}));
      await ledger.checkpoint(checkpoint('r', 1, first, {fingerprints: ends}));
      await ledger.checkpoint(
        checkpoint('r', 2, [entry('b', {found: 2, fingerprint: 'new'})], {fingerprints: ends}),
      );
      expect(await ledger.fingerprints.of('s', 't', ['b', 'none'])).toEqual(
        new Map([['b', {fingerprint: 'new', found: 2}]]),
      );
    });
  });
});
