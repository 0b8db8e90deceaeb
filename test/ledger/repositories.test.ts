import {beforeEach, describe, expect, it} from 'vitest';
import type {Ledger} from '../../src/ledger/ledger.ts';
import {checkpoint, entry, order, overLedgers, run} from './ledger-under-test.ts';

const posts = 'app.bsky.feed.post';
const likes = 'app.bsky.feed.like';
const at = (number: number) => `did:plc:${String(number).padStart(4, '0')}`;
const found = (...numbers: readonly number[]) =>
  numbers.map(number => ({id: at(number), lo: `${at(number)}/`, hi: `${at(number)}0`}));
const url = (host: string) => `https://${host}.example`;
const hostOf = (address: string) => new URL(address).hostname;

overLedgers(({openLedger}) => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openLedger();
    await ledger.runs.create(order('r'));
    await ledger.repositories.streams('r', [
      {id: 'likes', group: likes},
      {id: 'posts', group: posts},
    ]);
  });

  function page(group: string, cursor: string | null, ...numbers: readonly number[]) {
    const stream = group === posts ? 'posts' : 'likes';
    return ledger.repositories.found('r', {stream, group, repositories: found(...numbers), cursor});
  }

  describe('streams', () => {
    it('are opened once, and stand where their last page ended', async () => {
      await page(posts, 'c1', 1);
      await page(posts, 'c2', 2);
      await page(likes, null, 3);
      const wanted = [{id: 'posts', group: posts}];
      expect(await ledger.repositories.streams('r', wanted)).toEqual([
        {id: 'likes', group: likes, status: 'ended', cursor: null, pages: 1},
        {id: 'posts', group: posts, status: 'open', cursor: 'c2', pages: 2},
      ]);
    });

    it('that failed are on record, and read on from where they stopped, by kind or all', async () => {
      const {repositories} = ledger;
      await page(posts, 'c1', 1);
      await repositories.streamFailed('r', 'posts', {kind: 'timeout', message: 'silence'});
      expect(await repositories.failedStreams('r')).toEqual([
        {stream: 'posts', kind: 'timeout', message: 'silence'},
      ]);
      expect(await repositories.reopenStreams('r', 'denied')).toBe(0);
      expect(await repositories.reopenStreams('r', 'timeout')).toBe(1);
      await repositories.streamFailed('r', 'likes', {kind: 'denied', message: 'no'});
      expect(await repositories.reopenStreams('r')).toBe(1);
      expect(await repositories.failedStreams('r')).toEqual([]);
      expect((await repositories.streams('r', [])).map(({status, cursor}) => [status, cursor])).toEqual([
        ['open', null],
        ['open', 'c1'],
      ]);
    });
  });

  describe('repositories', () => {
    it('are found once, in however many streams, pages and runs they are listed', async () => {
      expect(await page(posts, 'c1', 1, 2, 3)).toEqual([at(1), at(2), at(3)]);
      expect(await page(posts, 'c2', 3, 4)).toEqual([at(4)]);
      expect(await page(likes, null, 4, 5)).toEqual([at(5)]);
      await ledger.repositories.finish('r', at(1), {host: 'a', items: 0, ms: 1}, 1);
      expect(await page(likes, null, 1)).toEqual([]);
      await ledger.runs.create(order('other'));
      const {repositories} = ledger;
      expect(
        await repositories.found('other', {stream: 's', group: posts, repositories: found(1), cursor: null}),
      ).toEqual([at(1)]);
      expect((await run(ledger, 'r')).partitions).toEqual({done: 1, failed: 0, pending: 4});
    });

    it('wait in the order of their ids, with where they are and whether they are begun', async () => {
      const {repositories} = ledger;
      await page(posts, null, 3, 1, 2, 4);
      await repositories.resolved('r', [
        [at(1), url('a')],
        [at(2), url('b')],
        [at(3), url('a')],
      ]);
      await ledger.checkpoint(checkpoint('r', 1, [entry(`${at(2)}/k`)], {partition: at(2)}));
      await repositories.finish('r', at(3), {host: 'a.example', items: 5, ms: 20}, 1);
      expect(await repositories.waiting('r')).toEqual([
        {id: at(1), host: url('a'), isBegun: false},
        {id: at(2), host: url('b'), isBegun: true},
        {id: at(4), host: null, isBegun: false},
      ]);
      expect(await repositories.resolvedCount('r')).toBe(3);
      expect(await ledger.partitions.isAllTaken('r')).toBe(false);
      expect(await ledger.partitions.unfinished('r')).toEqual([]);
      expect(
        (await ledger.partitions.among('r', [at(2), at(3), at(9)])).map(({id, cursor}) => [id, cursor]),
      ).toEqual([[at(2), `${at(2)}/k`]]);
    });

    it('that failed are told alike by kind and host, page by page, and taken up again', async () => {
      const {repositories, openItems, partitions} = ledger;
      await page(posts, null, 1, 2, 3, 4, 5);
      await repositories.resolved(
        'r',
        [1, 2, 3].map(number => [at(number), url('a')] as const),
      );
      await repositories.fail('r', [at(1), at(2)], {kind: 'timeout', message: 'b'}, 7, 3);
      await repositories.fail('r', [at(3)], {kind: 'timeout', message: 'a'}, 7, 3);
      await repositories.fail('r', [at(4)], {kind: 'no-host', message: 'nowhere'}, 8, 1);
      await repositories.fail('r', [at(4)], {kind: 'timeout', message: 'slow'}, 9, 2);
      await repositories.fail('r', [at(5)], {kind: 'no-host', message: 'nowhere'}, 8, 1);
      expect(await openItems.failedAlike('r')).toEqual([
        {kind: 'timeout', host: url('a'), count: 3, message: 'a'},
        {kind: 'no-host', host: null, count: 1, message: 'nowhere'},
        {kind: 'timeout', host: null, count: 1, message: 'slow'},
      ]);
      const after = await openItems.partitionFailuresAfter('r', at(2), 2);
      expect(after).toEqual([
        {partition: at(3), kind: 'timeout', message: 'a', attempts: 3, host: url('a'), at: 7},
        {partition: at(4), kind: 'timeout', message: 'slow', attempts: 2, host: null, at: 9},
      ]);
      expect(await partitions.reopen('r', 'timeout')).toBe(4);
      expect((await openItems.partitionFailures('r')).map(({partition}) => partition)).toEqual([at(5)]);
      // Where they are has to be found out again.
      expect((await repositories.waiting('r')).map(({id, host}) => [id, host])).toEqual(
        [1, 2, 3, 4].map(number => [at(number), null]),
      );
      expect((await run(ledger, 'r')).partitions).toEqual({done: 0, failed: 1, pending: 4});
    });
  });

  it('what is finished stays so, once, whatever a process says that was frozen meanwhile', async () => {
    const {repositories} = ledger;
    await page(posts, null, 1);
    const served = {host: 'a.example', items: 2, ms: 5};
    await repositories.finish('r', at(1), served, 1);
    await repositories.finish('r', at(1), served, 2);
    await repositories.fail('r', [at(1)], {kind: 'timeout', message: 'silence'}, 3, 1);
    await repositories.streamFailed('r', 'posts', {kind: 'timeout', message: 'silence'});
    expect(await repositories.failedStreams('r')).toEqual([]);
    expect((await run(ledger, 'r')).partitions).toEqual({done: 1, failed: 0, pending: 0});
    expect(await ledger.openItems.failedAlike('r')).toEqual([]);
    expect((await repositories.reached('r', hostOf)).hosts).toMatchObject([
      {host: 'a.example', done: 1, items: 2, failed: {}},
    ]);
  });

  it('how far a run came is told by host and by group', async () => {
    const {repositories} = ledger;
    await page(posts, null, 1, 2, 3, 4);
    await page(likes, null, 3, 4, 5);
    await repositories.resolved('r', [
      ...[1, 2, 3].map(number => [at(number), url('a')] as const),
      [at(4), url('b')],
    ]);
    for (const [number, ms] of [[1, 20] as const, [2, 30] as const])
      await repositories.finish('r', at(number), {host: 'a.example', items: 5, ms}, 1);
    await repositories.fail('r', [at(4)], {kind: 'denied', message: 'no'}, 1, 1);
    const settling = (page: number, groups: Parameters<typeof checkpoint>[3]) =>
      ledger.checkpoint(checkpoint('r', page, [entry(`${at(3)}/${page}`)], {partition: at(3), ...groups}));
    await settling(1, {groups: [{group: posts, settled: 2, done: 1}]});
    await settling(2, {
      groups: [
        {group: posts, settled: 3, done: 3},
        {group: likes, settled: 1, done: 0},
      ],
    });
    const nothing = {done: 0, items: 0, ms: 0, waiting: 0, failed: {}};
    expect(await repositories.reached('r', hostOf)).toEqual({
      hosts: [
        {...nothing, host: '', waiting: 1},
        {...nothing, host: 'a.example', done: 2, items: 10, ms: 50, waiting: 1},
        {...nothing, host: 'b.example', failed: {denied: 1}},
      ],
      groups: [
        {group: likes, done: 0, waiting: 2, failed: {denied: 1}, settled: 1, settledDone: 0},
        {group: posts, done: 2, waiting: 1, failed: {denied: 1}, settled: 5, settledDone: 4},
      ],
    });
  });
});
