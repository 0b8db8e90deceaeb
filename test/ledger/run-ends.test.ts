import {beforeEach, describe, expect, it} from 'vitest';
import type {RunStatus} from '../../src/core/run.ts';
import {narrowedOf} from '../../src/core/scope.ts';
import type {Ledger} from '../../src/ledger/ledger.ts';
import type {RunOrder} from '../../src/ledger/records.ts';
import {checkpoint, entry, holder, order, overLedgers, range, setStatus} from './ledger-under-test.ts';

overLedgers(({openLedger}) => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openLedger();
  });

  const ends = {backfill: 'asset-index', sourceLabel: 'photos', targetLabel: 'index.sqlite'};

  async function ranFor(id: string, seconds: number, to: RunStatus, changes: Partial<RunOrder> = {}) {
    const {runs} = ledger;
    const {createdAt = 1_000} = changes;
    await runs.create(order(id, {createdAt, ...changes}));
    await runs.move(id, 'running', {holder: holder('me'), at: createdAt + 500});
    await runs.move(id, to, {holder: null, at: createdAt + 500 + seconds * 1_000});
  }

  describe('the ends that runs have had', () => {
    it('are told once each, that of the newest run first', async () => {
      const create = (id: string, createdAt: number, changes: Partial<RunOrder> = {}) =>
        ledger.runs.create(order(id, {createdAt, ...changes}));
      await create('a1', 1);
      await create('a2', 5, {mode: 'live'});
      await create('b', 3, {targetLabel: 'main', targetName: 'dev_main'});
      await create('c', 4, {sourceLabel: ''});
      await create('d', 2, {backfill: 'media-ingest'});
      const whose = {user: '7', provider: 'pixverse'};
      await create('e', 6, {backfill: 'uploads', scope: {prefix: 'a/', ...whose}});
      await create('f', 7, {backfill: 'uploads', scope: {prefix: 'a/', ...whose, user: '8'}});
      const known = await ledger.runs.recentEnds(10);
      const sqlite = {...ends, targetName: 'index.sqlite', prefix: 'a/', user: null, provider: null};
      expect(known).toEqual([
        {...sqlite, backfill: 'uploads', newestAt: 7, ...whose, user: '8'},
        {...sqlite, backfill: 'uploads', newestAt: 6, ...whose},
        {...sqlite, newestAt: 5},
        {...sqlite, sourceLabel: '', newestAt: 4},
        {...sqlite, targetLabel: 'main', targetName: 'dev_main', newestAt: 3},
        {...sqlite, backfill: 'media-ingest', newestAt: 2},
      ]);
      expect(await ledger.runs.recentEnds(1)).toEqual(known.slice(0, 1));
    });

    it('have a newest run for each user and provider that files go to', async () => {
      const uploads = {...ends, backfill: 'uploads'};
      const scope = {prefix: '', user: '7', provider: 'pixverse'};
      await ledger.runs.create(order('seven', {createdAt: 1, backfill: 'uploads', scope}));
      await ledger.runs.create(
        order('eight', {createdAt: 2, backfill: 'uploads', scope: {...scope, user: '8'}}),
      );
      const latest = async (of: unknown) =>
        (await ledger.runs.latestOf({...uploads, narrowed: narrowedOf(of)}, ['dry-run']))?.id ?? null;
      expect(await latest(scope)).toBe('seven');
      expect(await latest({...scope, user: '8'})).toBe('eight');
      expect(await latest({...scope, provider: 'runway'})).toBeNull();
    });

    it('have a newest run of some modes, from one source or from any', async () => {
      await ledger.runs.create(order('dry', {createdAt: 1}));
      await ledger.runs.create(order('live', {createdAt: 2, mode: 'live'}));
      await ledger.runs.create(order('videos', {createdAt: 3, sourceLabel: 'videos'}));
      await ledger.runs.create(order('main', {createdAt: 4, targetLabel: 'main'}));
      await ledger.runs.create(order('media', {createdAt: 5, backfill: 'media-ingest'}));
      const {sourceLabel: _, ...anySource} = ends;
      const latest = async (...args: Parameters<typeof ledger.runs.latestOf>) =>
        (await ledger.runs.latestOf(...args))?.id ?? null;
      expect(await latest(ends, ['dry-run', 'live'])).toBe('live');
      expect(await latest(ends, ['dry-run'])).toBe('dry');
      expect(await latest(anySource, ['dry-run'])).toBe('videos');
      expect(await latest(ends, ['undo'])).toBeNull();
    });
  });

  describe('how long a mode took last time', () => {
    it('is told of the newest run that came to its end, with what it listed', async () => {
      await ranFor('old', 100, 'completed', {createdAt: 1_000});
      await ledger.runs.create(order('new', {createdAt: 200_000}));
      await ledger.runs.move('new', 'running', {holder: holder('me'), at: 200_500});
      await ledger.partitions.add('new', [range('p')]);
      await ledger.checkpoint(
        checkpoint('new', 1, [entry('a'), entry('b'), entry('c', {action: 'fail'})], {holder: 'me'}),
      );
      await ledger.runs.move('new', 'incomplete', {holder: null, at: 212_750});
      await ranFor('failed', 1, 'failed', {createdAt: 300_000});
      await ranFor('live', 3, 'completed', {createdAt: 400_000, mode: 'live'});
      await ranFor('elsewhere', 4, 'completed', {createdAt: 500_000, sourceLabel: 'videos'});
      expect(await ledger.runs.lastTook(ends, 'dry-run')).toEqual({
        run: 'new',
        seconds: 12.25,
        listed: 3,
        at: 212_750,
      });
      expect(await ledger.runs.lastTook(ends, 'live')).toMatchObject({run: 'live', seconds: 3});
      expect(await ledger.runs.lastTook(ends, 'undo')).toBeNull();
    });

    it('leaves out a run that rested between its start and its end', async () => {
      await ranFor('straight', 10, 'completed', {createdAt: 1_000});
      await ranFor('resumed', 3_600, 'completed', {createdAt: 2_000});
      const resumed = {at: 3_000, who: 'ada', host: 'here', action: 'resume', run: 'resumed', detail: ''};
      await ledger.audit.write(resumed);
      expect(await ledger.runs.lastTook(ends, 'dry-run')).toMatchObject({run: 'straight', seconds: 10});
    });
  });

  it('runs at work are those of all processes, newest first', async () => {
    const statuses = [
      'pending',
      'running',
      'pausing',
      'paused',
      'cancelling',
      'cancelled',
      'completed',
    ] as const;
    for (const [index, status] of statuses.entries()) {
      await ledger.runs.create(order(status, {createdAt: index}));
      await setStatus(ledger, status, status);
    }
    const other = await openLedger(ledger.path);
    expect((await other.runs.active()).map(({id}) => id)).toEqual(['cancelling', 'pausing', 'running']);
  });
});
