import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {bareRow, type PastRow, quotedRow, versionRow} from '../../support/media.ts';
import {BucketWorld, oddKeys} from '../../support/media-bucket.ts';
import {targetHosts} from '../../support/target-host.ts';

const keys = [...oddKeys, 'a', 'a/b', 'b', 'b/', 'z'];
const named = {
  quoted: quotedRow,
  bare: bareRow,
  old: (key: string) => versionRow(key, `4_z_old_${key}`),
} as const;

const catalogues = fc.record({
  rows: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), fc.constantFrom('quoted', 'bare', 'old' as const)), {
      selector: String,
      maxLength: 24,
    })
    .map(all => all.map(([key, family]): PastRow => named[family as keyof typeof named](key))),
  /** What is there, and what of it a listing leaves out. */
  objects: fc.subarray(keys),
  hidden: fc.subarray(keys),
  /** What comes back between dry run and live, and whose rows change. */
  back: fc.subarray(keys, {maxLength: 3}),
  touched: fc.subarray(keys, {maxLength: 3}),
  items: fc.constantFrom(1, 3, 1_000),
  shrink: fc.constantFrom(0.2, 0.9, 1),
});

describe.each(targetHosts)('on $host', ({host, begin}) => {
  const hosted = begin();

  it('a prune deletes no row of an object that is there, none that was not reviewed, and undo brings back the rest', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(catalogues, async ({rows, objects, hidden, back, touched, items, shrink}) => {
        const world = await BucketWorld.make(hosted, {
          options: {shrink},
          settings: {page: {items, bytes: 1e9, seconds: 60}, drift: {share: 1, least: 100}},
        });
        world.put(objects);
        for (const key of hidden) world.hidden.add(key);
        await world.insert(...rows);
        const catalogued = new Set(rows.map(({key}) => key));
        const plan = await world.rehearse('media-prune');
        const listed = objects.filter(key => !hidden.includes(key));
        const share = [...catalogued].filter(key => !listed.includes(key)).length / catalogued.size;
        const isBelieved = shrink === 1 || (listed.length > 0 && share <= shrink);
        const planned = isBelieved ? [...catalogued].filter(key => !objects.includes(key)) : [];
        expect(plan.record.tally).toMatchObject({
          deleted: planned.length,
          inserted: 0,
          updated: 0,
          failed: 0,
        });

        world.put(back);
        for (const key of touched)
          await world.sql(
            `UPDATE media_assets SET size = size + 1 WHERE b2_key = '${key.replaceAll("'", "''")}'`,
          );
        const start = await world.digest();
        const live = await world.live(plan.record);
        const there = new Set([...objects, ...back]);
        const left = new Set(await world.keys());
        for (const key of catalogued)
          if (there.has(key) || touched.includes(key)) expect(left).toContain(key);
        // What is reviewed and still as it was goes, as long as the listing is believed.
        const due = planned.filter(key => !there.has(key) && !touched.includes(key));
        const gone = [...catalogued].filter(key => !left.has(key));
        expect(gone.toSorted()).toEqual(due.toSorted());
        expect(live.record.tally).toMatchObject({
          deleted: due.length,
          rows: rows.filter(({key}) => due.includes(key)).length,
        });
        if (due.length > 0) expect((await world.undo(live.record)).record.tally.inserted).toBe(due.length);
        expect(await world.digest()).toBe(start);
      }),
      {numRuns: host === 'D1' ? 6 : 40},
    );
  });
});
