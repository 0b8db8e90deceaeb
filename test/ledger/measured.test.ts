import {beforeEach, describe, expect, it} from 'vitest';
import type {CheckResult, CoverageGroup} from '../../src/core/checks.ts';
import type {Ledger} from '../../src/ledger/ledger.ts';
import type {RunOrder} from '../../src/ledger/records.ts';
import {order, overLedgers} from './ledger-under-test.ts';

overLedgers(({openLedger}) => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openLedger();
  });

  const whole = {prefix: '', startAfter: '', maxItems: null, since: null};
  const part = {...whole, prefix: 'a/'};

  function check(id: string, count: number, more: Partial<CheckResult> = {}): CheckResult {
    return {id, severity: 'blocking', title: id, count, sample: [], why: 'w', recovery: 'r', ...more};
  }

  function group(name: string, done: number, total: number, at: number): CoverageGroup {
    return {group: name, done, total, at, rows: total, rowsDone: done, objects: total, missing: {failed: 1}};
  }

  async function runOf(id: string, changes: Partial<RunOrder> = {}): Promise<void> {
    await ledger.runs.create(order(id, {mode: 'verify', scope: whole, ...changes}));
  }

  describe('the last checks of a target', () => {
    it('are the newest of each invariant, each with the measurement before it', async () => {
      for (const id of ['r1', 'r2', 'r3']) await runOf(id);
      const {measurements} = ledger;
      await measurements.saveCheck('r1', 't', check('format', 3), 1);
      await measurements.saveCheck('r1', 't', check('bytes', 5), 2);
      await measurements.saveCheck('r2', 't', check('format', 2), 11);
      const newest = check('format', 1, {
        severity: 'warning',
        sample: [{key: 'ä 🚢', detail: 'd'}],
        note: 'n',
        recovers: {as: 'fresh dry-run'},
      });
      await measurements.saveCheck('r3', 't', newest, 21);
      expect(await measurements.lastChecks({target: 't'})).toEqual([
        {
          backfill: 'asset-index',
          result: check('bytes', 5),
          at: 2,
          run: 'r1',
          isPart: false,
          before: null,
          brokenSince: 2,
        },
        {
          backfill: 'asset-index',
          result: newest,
          at: 21,
          run: 'r3',
          isPart: false,
          before: 2,
          brokenSince: 1,
        },
      ]);
    });

    it('say since when one has been broken without a break, in its own scope', async () => {
      for (const id of ['r1', 'r2', 'r3', 'r4']) await runOf(id);
      await runOf('part', {scope: part});
      const {measurements} = ledger;
      const since = async () =>
        (await measurements.lastChecks({target: 't'})).map(check => check.brokenSince);
      await measurements.saveCheck('r1', 't', check('format', 3), 1);
      await measurements.saveCheck('r2', 't', check('format', 0), 2);
      expect(await since()).toEqual([null]);
      await measurements.saveCheck('r3', 't', check('format', 1), 3);
      await measurements.saveCheck('part', 't', check('format', 0), 4);
      await measurements.saveCheck('r4', 't', check('format', 2), 5);
      expect(await since()).toEqual([3]);
    });

    it('are told by target and by backfill, though two name an invariant alike', async () => {
      await runOf('assets');
      await runOf('media', {backfill: 'media-ingest'});
      const {measurements} = ledger;
      await measurements.saveCheck('assets', 't', check('format', 1), 1);
      await measurements.saveCheck('media', 't', check('format', 7), 2);
      const counts = async (...args: Parameters<typeof measurements.lastChecks>) =>
        (await measurements.lastChecks(...args)).map(({backfill, result, before}) => [
          backfill,
          result.count,
          before,
        ]);
      expect(await counts({target: 't'})).toEqual([
        ['asset-index', 1, null],
        ['media-ingest', 7, null],
      ]);
      expect(await counts({target: 't', backfill: 'media-ingest'})).toEqual([['media-ingest', 7, null]]);
      expect(await counts({target: 'other'})).toEqual([]);
    });

    it('are of one source, and of what it was narrowed to, where these are named', async () => {
      await runOf('assets', {sourceLabel: '/assets'});
      await runOf('others', {sourceLabel: '/others'});
      await runOf('part', {sourceLabel: '/assets', scope: part});
      const {measurements} = ledger;
      for (const [at, [run, count]] of [
        ['assets', 1] as const,
        ['others', 2] as const,
        ['part', 3] as const,
      ].entries()) {
        await measurements.saveCheck(run, 't', check('format', count), at);
        await measurements.saveCoverage(run, 't', [group('*', count, 9, at)]);
      }
      const of = {target: 't', backfill: 'asset-index', sourceLabel: '/assets'};
      const counted = async (more: {readonly narrowed?: string}) => [
        (await measurements.lastChecks({...of, ...more})).map(({result}) => result.count),
        (await measurements.lastCoverage({...of, ...more}))?.groups[0]?.done,
        (await measurements.coverageTrend({...of, ...more}, 9)).map(({done}) => done),
      ];
      expect(await counted({narrowed: ''})).toEqual([[1], 1, [1]]);
      expect(await counted({narrowed: 'a/'})).toEqual([[3], 3, [3]]);
      expect(await counted({})).toEqual([[3], 3, [1, 3]]);
    });

    it('compare a part only with the same part', async () => {
      await runOf('r1');
      await runOf('r2', {scope: part});
      await runOf('r3', {scope: part});
      const {measurements} = ledger;
      await measurements.saveCheck('r1', 't', check('objects', 100), 1);
      await measurements.saveCheck('r2', 't', check('objects', 4), 2);
      expect(await measurements.lastChecks({target: 't'})).toMatchObject([
        {run: 'r2', result: {count: 4}, isPart: true, before: null},
      ]);
      await measurements.saveCheck('r3', 't', check('objects', 3), 3);
      expect(await measurements.lastChecks({target: 't'})).toMatchObject([
        {run: 'r3', isPart: true, before: 4},
      ]);
    });
  });

  describe('the last coverage of a backfill on a target', () => {
    it('is all groups of its newest measurement, the whole first', async () => {
      await runOf('old');
      await runOf('new', {scope: part});
      await runOf('without', {createdAt: 9_000});
      const {measurements} = ledger;
      await measurements.saveCoverage('new', 't', [
        group('b/', 2, 2, 20),
        group('*', 3, 4, 20),
        group('(root)', 1, 2, 20),
      ]);
      await measurements.saveCoverage('old', 't', [group('*', 1, 9, 10), group('gone/', 1, 9, 10)]);
      expect(await measurements.lastCoverage({target: 't', backfill: 'asset-index'})).toEqual({
        run: 'new',
        at: 20,
        isPart: true,
        groups: [group('*', 3, 4, 20), group('(root)', 1, 2, 20), group('b/', 2, 2, 20)],
      });
      expect(await measurements.lastCoverage({target: 't', backfill: 'media-ingest'})).toBeNull();
      expect(await measurements.lastCoverage({target: 'other', backfill: 'asset-index'})).toBeNull();
    });

    it('loses the groups that are gone when a run measures again', async () => {
      await runOf('r');
      await ledger.measurements.saveCoverage('r', 't', [group('*', 1, 2, 10), group('gone/', 1, 2, 10)]);
      await ledger.measurements.saveCoverage('r', 't', [group('*', 1, 1, 20), group('a/', 1, 1, 20)]);
      const last = await ledger.measurements.lastCoverage({target: 't', backfill: 'asset-index'});
      expect(last?.groups.map(({group: name}) => name)).toEqual(['*', 'a/']);
    });

    it('has a trend: the whole of the last measurements, oldest first', async () => {
      for (const [index, id] of ['r1', 'r2', 'r3'].entries()) {
        await runOf(id, {scope: index === 1 ? part : whole});
        await ledger.measurements.saveCoverage(id, 't', [
          group('*', index, 9, index * 10),
          group('a/', 7, 7, index * 10),
        ]);
      }
      await runOf('media', {backfill: 'media-ingest'});
      await ledger.measurements.saveCoverage('media', 't', [group('*', 5, 5, 15)]);
      expect(await ledger.measurements.coverageTrend({target: 't', backfill: 'asset-index'}, 2)).toEqual([
        {run: 'r2', at: 10, isPart: true, done: 1, total: 9},
        {run: 'r3', at: 20, isPart: false, done: 2, total: 9},
      ]);
      expect(await ledger.measurements.coverageTrend({target: 't', backfill: 'asset-index'}, 9)).toHaveLength(
        3,
      );
    });
  });
});
