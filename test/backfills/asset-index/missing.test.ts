import {symlinkSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {AssetIndex} from '../../../src/backfills/asset-index/asset-index.ts';
import {coverage} from '../../../src/backfills/asset-index/coverage.ts';
import {missingOf} from '../../../src/backfills/asset-index/missing.ts';
import type {CheckIo} from '../../../src/backfills/invariant.ts';
import {writeAsset} from '../../support/assets.ts';
import {fileKeys} from '../../support/awkward.ts';
import {inByteOrder} from '../../support/ranges.ts';
import {literal} from '../../support/target-host.ts';
import {documentedSchema, hashOf, IndexUnderTest} from './index-under-test.ts';

function checkIo(index: IndexUnderTest, changes: Partial<CheckIo<AssetIndex>> = {}): CheckIo<AssetIndex> {
  return {
    ...index.io,
    range: {lo: '', hi: null},
    sample: 0,
    random: () => 0,
    limited: (_, request) => request(),
    causes: async () => new Map(),
    remembered: async () => null,
    reached: async () => null,
    written: async function* () {},
    ...changes,
  };
}

async function missing(io: CheckIo<AssetIndex>, group: string) {
  return (await Array.fromAsync(missingOf(io, group))).flat();
}

function byCause(items: readonly {readonly why: string}[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const {why} of items) counts[why] = (counts[why] ?? 0) + 1;
  return counts;
}

it('items by cause are what coverage counts of the group, whatever the keys, rows and scope', async () => {
  const row = fc.constantFrom('none', 'no hash', 'hash' as const);
  const cause = fc.constantFrom(null, 'failed', 'appeared during the run', 'in conflict');
  await fc.assert(
    fc.asyncProperty(
      fileKeys(12),
      fc.array(fc.tuple(row, cause), {minLength: 12, maxLength: 12}),
      fc.record({depth: fc.nat(3), from: fc.nat(11), since: fc.constantFrom(null, 0, Date.now() + 1e9)}),
      async (keys, fates, {depth, from, since}) => {
        const index = await IndexUnderTest.make(documentedSchema);
        const causes = new Map<string, string>();
        for (const [place, key] of keys.entries()) {
          writeAsset(index.folder, key, '');
          const [has = 'none', why = null] = fates[place] ?? [];
          if (why !== null) causes.set(key, why);
          if (has === 'none') continue;
          const hash = has === 'hash' ? literal(hashOf('a')) : 'NULL';
          await index.sql(
            `INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id) VALUES (${literal(key)}, 1, ${hash}, 1, 'u')`,
          );
        }
        symlinkSync('nowhere', join(index.folder, 'skipped link'));
        const prefix = keys[from % Math.max(1, keys.length)]?.slice(0, depth) ?? '';
        const scope = {...index.io.scope, prefix: prefix.isWellFormed() ? prefix : '', since};
        const io = () => checkIo(index, {scope, causes: async () => causes});
        let together = 0;
        for await (const group of coverage(io())) {
          const items = await missing(io(), group.group);
          expect(byCause(items), group.group).toEqual(group.missing);
          const found = items.map(({key}) => key);
          expect(found).toEqual(inByteOrder([...new Set(found)]));
          together += group.group === '*' ? -items.length : items.length;
        }
        expect(together).toBe(0);
      },
    ),
    {numRuns: 40},
  );
});

it('of what goes beyond a thousand prefixes is told together', async () => {
  const index = await IndexUnderTest.make(documentedSchema);
  const keys = Array.from({length: 1_003}, (_, number) => `${String(number).padStart(4, '0')}/x`);
  for (const key of keys) writeAsset(index.folder, key, '');
  const rest = (await Array.fromAsync(coverage(checkIo(index)))).at(-1);
  expect(rest).toMatchObject({group: '(other prefixes)', missing: {'never listed': 3}});
  const items = await missing(checkIo(index), '(other prefixes)');
  expect(items.map(({key}) => key)).toEqual(keys.slice(1_000));
});

it('of a group outside the scope is nothing', async () => {
  const index = await IndexUnderTest.make(documentedSchema);
  for (const key of ['a/1', 'b/1']) writeAsset(index.folder, key, '');
  const io = checkIo(index, {scope: {...index.io.scope, prefix: 'a/'}});
  expect(await missing(io, 'b/')).toEqual([]);
  expect(await missing(io, 'a/')).toEqual([{key: 'a/1', why: 'never listed'}]);
});
