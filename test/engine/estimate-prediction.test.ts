import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isExact} from '../../src/core/count.ts';
import type {EstimateFacts} from '../../src/engine/estimate-facts.ts';
import {predict} from '../../src/engine/estimate-prediction.ts';
import {warningsOf} from '../../src/engine/estimate-warnings.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {factsOf, looked} from '../support/estimate-facts.ts';

const quiet = {firstFault: null, cutShort: null};

const found = fc.record({
  insert: fc.nat(80),
  update: fc.nat(80),
  delete: fc.nat(3),
  unchanged: fc.nat(80),
  skip: fc.nat(5),
  fail: fc.nat(5),
});
const facts = fc
  .record({
    unread: found,
    known: found,
    more: fc.nat(100_000),
    others: fc.nat(100_000),
    rows: fc.nat(100_000),
  })
  .map(({unread, known, more, others, rows}) => {
    const [ofUnread, ofKnown] = [looked(unread), looked({...known, fail: 0})];
    return factsOf({
      unread: ofUnread,
      unreadItems: ofUnread.looked === 0 ? 0 : ofUnread.looked + more,
      known: ofKnown,
      knownItems: ofKnown.looked === 0 ? 0 : ofKnown.looked + others,
      rows,
    });
  });

describe('what is predicted', () => {
  it('accounts for every item that was listed, once', () => {
    fc.assert(
      fc.property(facts, measured => {
        const {items, changes} = predict(measured);
        const sum = Object.values(items).reduce((total, {value}) => total + value, 0);
        expect(sum).toBe(measured.listing.all.items);
        expect(changes.value).toBe(items.insert.value + items.update.value + items.delete.value);
        for (const {value, low, high} of [...Object.values(items), changes]) {
          expect(low).toBeLessThanOrEqual(value);
          expect(high).toBeGreaterThanOrEqual(value);
          expect(high).toBeLessThanOrEqual(measured.listing.all.items);
        }
      }),
    );
  });

  it('is exact of what was looked at to the last item', () => {
    fc.assert(
      fc.property(found, fc.nat(1_000), (all, rows) => {
        const {items, changes, target} = predict(factsOf({unread: looked(all), rows}));
        for (const [kind, count] of Object.entries(items)) {
          expect(isExact(count)).toBe(true);
          expect(count.value).toBe(all[kind as keyof typeof all]);
        }
        for (const count of [changes, target.rowsRead, target.rowsWritten]) expect(isExact(count)).toBe(true);
      }),
    );
  });

  it('writes at least the rows and their indexes, and no more than marks and a page cost besides', () => {
    fc.assert(
      fc.property(facts, measured => {
        const {items, changes, target, pages} = predict(measured);
        const {insert, update, delete: gone} = items;
        const ofChanges = 5 * insert.value + 3 * update.value + gone.value;
        const written = target.rowsWritten.value;
        expect(written).toBeGreaterThanOrEqual(ofChanges);
        expect(written).toBeLessThanOrEqual(ofChanges + (changes.high === 0 ? 0 : 30 + 4 * pages + 20));
      }),
    );
  });

  it('takes no less time and no fewer requests with more to do', () => {
    fc.assert(
      fc.property(found, fc.nat(50_000), fc.nat(50_000), (all, some, more) => {
        const unread = looked({...all, insert: all.insert + 1});
        const less = predict(factsOf({unread, unreadItems: unread.looked + some}));
        const much = predict(factsOf({unread, unreadItems: unread.looked + some + more}));
        expect(much.duration.seconds).toBeGreaterThanOrEqual(less.duration.seconds * 0.98);
        expect(much.source.get).toBeGreaterThanOrEqual(less.source.get);
        expect(much.pages).toBeGreaterThanOrEqual(less.pages);
      }),
    );
  });

  it('names the bottleneck: what of downloads, requests to the target and the rate takes longest', () => {
    const unread = looked({insert: 200});
    const small = factsOf({unread, unreadItems: 1_000_000});
    // 1,000,000 readings of 10 ms, 20 at once.
    expect(predict(small).steps.dryRun).toMatchObject({bottleneck: 'download'});
    expect(predict(small).steps.dryRun.seconds).toBeGreaterThan(500);
    expect(predict(small).steps.dryRun.seconds).toBeLessThan(520);
    expect(predict(small).steps.live).toMatchObject({bottleneck: 'target'});
    const paced = factsOf({unread, unreadItems: 1_000_000, settings: {...defaultSettings, rate: 100}});
    expect(predict(paced).steps.dryRun).toMatchObject({bottleneck: 'rate'});
    expect(predict(paced).duration.seconds).toBeGreaterThan(20_000);
  });

  it('reads nothing that is known, and asks a target without changes for no lease', () => {
    const known = looked({unchanged: 500});
    const {download, steps, source} = predict(factsOf({unread: looked({}), known, rows: 500}));
    expect(download).toEqual({items: 0, bytes: 0});
    // Those of the two probes.
    expect(source.get).toBe(2);
    expect(steps.live.target.rowsWritten).toEqual({value: 0, low: 0, high: 0});
    expect(steps.live.target.requests).toBe(5);
  });

  it('downloads no bytes where the source states what is looked for', () => {
    const unread = looked({insert: 100});
    const measured = factsOf({unread, unreadItems: 1_000});
    const stated = {...measured.sample, stated: {items: 50, bytes: 500_000}, bytes: 500_000};
    expect(predict({...measured, sample: stated}).download).toEqual({items: 1_000, bytes: 5_000_000});
  });

  it('reads again in the live run what may have changed without a trace', () => {
    const unread = looked({insert: 100});
    const measured = factsOf({unread});
    const unproven = {items: 40, bytes: 400_000};
    const {steps} = predict({...measured, listing: {...measured.listing, unproven}});
    expect(steps.live.source).toMatchObject({get: 41, bytes: 400_000});
  });

  it('has a price by service, and none where nobody knows it', () => {
    const unread = looked({insert: 200});
    const {costs} = predict(factsOf({unread, unreadItems: 1_000_000}));
    expect(costs.map(({service}) => service)).toEqual(['r2', 'd1']);
    // A million GETs and the sample that is read again; a row and four index entries each.
    expect(costs[0]?.usd).toBeCloseTo(0.36 + 0.0135 + 0.0002, 1);
    expect(costs[1]?.usd).toBeGreaterThan(5);
    expect(costs[1]?.usd).toBeLessThan(5.1);
    expect(costs[1]?.usdBeyondFree).toBe(0);
    expect(predict(factsOf({unread, source: 'other'})).costs.map(({service}) => service)).toEqual(['d1']);
  });
});

describe('a warning', () => {
  const insertOf = (items: number, sample = 200) =>
    factsOf({unread: looked({insert: Math.min(items, sample)}), unreadItems: items});
  const warned = (measured: EstimateFacts) => warningsOf(measured, predict(measured), quiet);

  it.each([
    [10_000, []],
    [17_000, ['close']],
    [20_100, ['possible']],
    [30_000, ['certain']],
  ])("of %d inserts against D1's free plan: %j", (items, expected) => {
    const found = warned(insertOf(items)).flatMap(warning =>
      warning.kind === 'daily-limit' && warning.of === 'rowsWritten' ? [warning.is] : [],
    );
    expect(found).toEqual(expected);
  });

  it('says into how many days and objects the work can be parted', () => {
    const [warning] = warned(insertOf(60_000));
    expect(warning).toMatchObject({kind: 'daily-limit', limit: 100_000, days: 4});
    const objects = warning?.kind === 'daily-limit' ? (warning.objectsADay ?? 0) : 0;
    expect(objects).toBe(17_000);
    const part = warned(insertOf(objects)).filter(({kind}) => kind === 'daily-limit');
    expect(part).toMatchObject([{is: 'close'}]);
  });

  it('says that parts do not help where the table alone is too large to be read', () => {
    const known = looked({unchanged: 1_000});
    const large = factsOf({unread: looked({}), known, knownItems: 1_000, rows: 2_000_000});
    expect(warned(large)).toMatchObject([{kind: 'daily-limit', of: 'rowsRead', objectsADay: null}]);
  });

  it('is of the free plan of D1 alone', () => {
    const measured = insertOf(60_000);
    const file = {...measured.target, service: 'local', perSecond: null} as const;
    expect(warned({...measured, target: file})).toEqual([]);
  });

  it('names an empty source, objects that could not be read, and a sample that was cut short', () => {
    expect(warned(factsOf({unread: looked({})}))).toEqual([{kind: 'empty'}]);
    const failing = factsOf({unread: looked({insert: 5, fail: 50}), unreadItems: 200});
    const incidents = {firstFault: 'a: access denied', cutShort: {wanted: 200, reason: '50 in a row'}};
    expect(warningsOf(failing, predict(failing), incidents)).toEqual([
      {kind: 'unreadable', looked: 55, failed: 50, message: 'a: access denied'},
      {kind: 'cut-short', read: 55, wanted: 200, reason: '50 in a row'},
    ]);
  });

  it('names sizes that the sample did not meet, and rows that were not counted', () => {
    const measured = insertOf(1_000);
    const {listing, target} = measured;
    const heavy = {...listing, unread: {items: 1_000, bytes: 1_000 * 50_000}};
    const uncounted = {...target.costs, rows: {count: 200_000, isLeast: true}};
    const kinds = warned({
      ...measured,
      listing: heavy,
      target: {...target, costs: uncounted},
    }).map(({kind}) => kind);
    expect(kinds).toEqual(['sizes', 'uncounted']);
  });
});

describe('what would be uploaded', () => {
  const of = {items: 10, bytes: 100};
  const none = {items: 0, bytes: 0, requests: 0, of: {items: 0, bytes: 0}};

  it('is as much of all as of the sample: bytes by bytes, requests by files', () => {
    const unread = looked({insert: 5, unchanged: 5});
    const effects = {
      place: {at: 'archive', isLocal: false},
      unread: {items: 5, bytes: 60, requests: 15, of},
      known: none,
    };
    const base = factsOf({unread, unreadItems: 1_000});
    const {effects: predicted} = predict({...base, sample: {...base.sample, effects}});
    expect(predicted).toEqual({
      at: 'archive',
      isLocal: false,
      items: 500,
      bytes: 6_000_000,
      requests: 1_500,
      isExact: false,
    });
  });

  it('is nothing where the sample uploads nothing, or the backfill never does', () => {
    const base = factsOf({unread: looked({unchanged: 10})});
    const effects = {place: null, unread: {...none, of}, known: none};
    expect(predict({...base, sample: {...base.sample, effects}}).effects).toBeNull();
    expect(predict(base).effects).toBeNull();
  });
});
