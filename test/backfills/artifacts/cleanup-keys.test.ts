import {describe, expect, it} from 'vitest';
import {groupKey} from '../../../src/backfills/artifacts/group-key.ts';
import {ArtifactsWorld} from '../../support/artifacts.ts';
import {inByteOrder} from '../../support/ranges.ts';
import {targetHosts} from '../../support/target-host.ts';

const keys = [
  'plain.pdf',
  'docs/sec/R&amp;D.pdf',
  'docs/R&D.pdf',
  'with space .pdf',
  ' ',
  '🚢/ü.pdf',
  '\uffff',
  "it's",
  'say "x"',
  'line\nbreak',
  '100%',
  '%2F',
  '%25',
  '/leading',
  'trailing/',
  'a//b',
  'a\\b',
  "'; DROP TABLE artifacts; --",
  'e\u0301',
  '\u00e9',
  '\u007f',
  'tab\tkey',
];
const buckets = ['a', 'a-b', 'a/b', 'a%b', 'a%2Fb', 'A', 'ü', 'a b', "it's", 'a.b'];

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();
  const make = (settings = {}) => ArtifactsWorld.make(hosted, {triggers: true, settings});

  /** Two rows of every object, and a datapoint of the one that goes. */
  async function doubled(objects: readonly (readonly [bucket: string, key: string])[], settings = {}) {
    const world = await make(settings);
    await world.insert(
      ...objects.flatMap(([bucket, key], index) => [
        {id: 2 * index + 1, bucket, key},
        {id: 2 * index + 2, bucket, key},
      ]),
    );
    await world.datapoints(
      ...objects.map((_, index) => [index + 1, 2 * index + 1, 'm'] as [number, number, string]),
    );
    return world;
  }
  const winnersOf = (objects: readonly unknown[]) => objects.map((_, index) => 2 * index + 2);

  it('an object may have any key', async () => {
    const objects = keys.map(key => ['docs', key] as const);
    const world = await doubled(objects);
    const before = await world.digest();
    const plan = await world.rehearse('artifacts-cleanup');
    expect(plan.record).toMatchObject({status: 'completed', tally: {deleted: keys.length}});
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: keys.length}});
    expect(await world.ids()).toEqual(winnersOf(objects));
    expect(Object.values(await world.naming())).toEqual(winnersOf(objects));
    expect((await world.undo(live.record)).record.status).toBe('completed');
    expect(await world.digest()).toBe(before);
  });

  it('keys that differ in a byte are different objects', async () => {
    const world = await make();
    await world.insert(
      {id: 1, key: 'A'},
      {id: 2, key: 'a'},
      {id: 3, key: 'e\u0301'},
      {id: 4, key: '\u00e9'},
      {id: 5, key: 'a '},
      {id: 6, key: 'a', bucket: 'Docs'},
      {id: 7, key: 'x/y', bucket: 'b'},
      {id: 8, key: 'y', bucket: 'b/x'},
      {id: 9, key: 'R&amp;D'},
      {id: 10, key: 'R&D'},
    );
    expect((await world.run('artifacts-cleanup')).record.tally).toMatchObject({deleted: 0});
    expect((await world.ids()).length).toBe(10);
  });

  it('buckets come in the order of their groups, whatever their names; a page of one goes through all', async () => {
    const objects = buckets.flatMap(bucket => ['k', 'z/🚢', '-'].map(key => [bucket, key] as const));
    const world = await doubled(objects, {page: {items: 1, bytes: 1e9, seconds: 60}});
    const plan = await world.rehearse('artifacts-cleanup');
    expect(plan.record).toMatchObject({status: 'completed', tally: {deleted: objects.length}});
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: objects.length}});
    expect(await world.ids()).toEqual(winnersOf(objects));
  });

  it('a key that looks like that of a part is left, and said so', async () => {
    const world = await make();
    await world.insert(
      {id: 1, key: 'a\u0001~'},
      {id: 2, key: 'a\u0001~'},
      {id: 3, key: 'a'},
      {id: 4, key: 'a'},
    );
    const plan = await world.rehearse('artifacts-cleanup');
    expect(plan.record.tally).toMatchObject({deleted: 1, skipped: 1});
    await world.live(plan.record);
    expect(await world.ids()).toEqual([1, 2, 4]);
  });

  it('keys that no text of JavaScript tells apart are left, and keep nothing else from being done', async () => {
    const world = await make({page: {items: 1, bytes: 1e9, seconds: 60}});
    const odd = [
      "'a' || char(0) || 'b'",
      "CAST(x'ff' AS TEXT)",
      "CAST(x'fe' AS TEXT)",
      "CAST(x'61eda080' AS TEXT)",
    ];
    await world.sql(
      odd
        .map(
          (key, index) => `INSERT INTO artifacts (artifact_id, r2_bucket, r2_key, source_type) VALUES
            (${2 * index + 1}, 'docs', ${key}, 'sec'), (${2 * index + 2}, 'docs', ${key}, 'sec')`,
        )
        .join(';'),
    );
    await world.insert(
      ...['🚢', 'a', 'z'].flatMap((key, n) => [
        {id: 2 * n + 21, key},
        {id: 2 * n + 22, key},
      ]),
    );
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({partitions: {failed: 0}, tally: {deleted: 3, skipped: 1, failed: 0}});
    expect(await world.ids()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 22, 24, 26]);
    expect(live.checks.find(({id}) => id === 'uniqueness')).toMatchObject({count: odd.length});
  });

  it('keys that are no text are left', async () => {
    const world = await make();
    await world.sql(`INSERT INTO artifacts (artifact_id, r2_bucket, r2_key) VALUES
      (1, 'docs', x'61'), (2, 'docs', x'61'), (3, x'62', 'a'), (4, x'62', 'a')`);
    const before = await world.digest();
    const plan = await world.rehearse('artifacts-cleanup');
    expect(plan.record.tally).toMatchObject({deleted: 0, updated: 0});
    expect(await world.digest()).toBe(before);
  });

  describe('a scope', () => {
    const objects = [
      ['docs', 'a'],
      ['docs', 'sec/1'],
      ['docs', 'sec/2'],
      ['docs', 'sec2/1'],
      ['docs', 'z'],
      ['docs-old', 'sec/1'],
      ['docs/x', 'sec/1'],
    ] as const;
    const inOrder = inByteOrder(objects.map(([bucket, key]) => groupKey({bucket, key})));

    it.each([
      ['a folder of a bucket', {prefix: 'docs/sec/'}, ['docs/sec/1', 'docs/sec/2']],
      ['a bucket', {prefix: 'docs/'}, inOrder.filter(key => key.startsWith('docs/'))],
      ['what several buckets begin with', {prefix: 'docs'}, inOrder],
      ['a bucket whose name has a slash', {prefix: 'docs%2Fx/'}, ['docs%2Fx/sec/1']],
      ['what nothing begins with', {prefix: 'nothing/'}, []],
      ['what is beyond a key', {startAfter: 'docs/sec/1'}, inOrder.filter(key => key > 'docs/sec/1')],
      ['what is beyond a bucket', {startAfter: 'docs-old/zzz'}, inOrder.filter(key => key > 'docs-old/zzz')],
      ['the first two', {maxItems: 2}, inOrder.slice(0, 2)],
      ['the first two beyond a key', {maxItems: 2, startAfter: 'docs/a'}, ['docs/sec/1', 'docs/sec/2']],
      ['the first of a folder', {maxItems: 1, prefix: 'docs/sec/'}, ['docs/sec/1']],
    ])('is %s', async (_, scope, expected) => {
      const world = await doubled(objects);
      const {record} = await world.rehearse('artifacts-cleanup', scope);
      const plan = await world.ledger.pages.between(record.id, 'plan', {lo: '', hi: null});
      expect(plan.map(({key, action}) => [key, action])).toEqual(expected.map(key => [key, 'delete']));
    });

    it('that is capped inside a page ends at the last key, and the next run goes on from there', async () => {
      const world = await doubled(objects);
      const first = await world.run('artifacts-cleanup', {maxItems: 3});
      const between = await world.digest();
      expect(first.record).toMatchObject({status: 'completed', tally: {deleted: 3}});
      const {cappedAt} = await world.ledger.runs.get(first.record.rehearsedBy ?? '');
      expect(cappedAt).toBe(inOrder[2]);
      const second = await world.run('artifacts-cleanup', {startAfter: cappedAt ?? ''});
      expect(second.record).toMatchObject({status: 'completed', tally: {deleted: objects.length - 3}});
      expect(await world.ids()).toEqual(winnersOf(objects));
      await world.undo(second.record);
      expect(await world.digest()).toBe(between);
    });
  });
});
