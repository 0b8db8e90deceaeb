import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {comparing} from '../../src/stores/inventory-compare.ts';
import {readInventory} from '../../src/stores/inventory-read.ts';
import {writeInventory} from '../../src/stores/inventory-write.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {never} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';
import {fileWith, object, objects, pagesOf} from './inventory-files.ts';

/** Of two inventories; the second may be a file as well. */
async function compareInventories(
  before: string | null,
  after: string | AsyncIterable<readonly StoredObject[]>,
  signal: AbortSignal,
) {
  const now = typeof after === 'string' ? readInventory(after, {signal}) : after;
  const {pages, difference} = comparing(before, now, signal);
  for await (const _ of pages);
  return difference();
}

async function written(all: readonly StoredObject[]): Promise<string> {
  const path = join(tempFolder(), 'inventory.json');
  await writeInventory(path, pagesOf(all));
  return path;
}

describe('two inventories', () => {
  it('differ by key, ETag, file id and size', async () => {
    const before = await written([
      object('a'),
      object('b'),
      object('c'),
      object('d'),
      object('e'),
      object('f'),
    ]);
    const after = [
      object('a', {modifiedAt: 0}),
      object('b', {version: 'e2'}),
      object('c', {fileId: '4_z2'}),
      object('d', {size: 2}),
      object('e', {version: '"e1"'}),
      object('g'),
      object('h', {skip: 'a link'}),
    ];
    const expected = {objects: 6, before: 6, added: 1, changed: 3, gone: 1};
    expect(await compareInventories(before, pagesOf(after, 2), never)).toEqual(expected);
    expect(await compareInventories(before, await written(after), never)).toEqual(expected);
  });

  it('are all added where there was none before', async () => {
    const after = await written([object('a'), object('b')]);
    expect(await compareInventories(null, after, never)).toEqual({
      objects: 2,
      before: null,
      added: 2,
      changed: 0,
      gone: 0,
    });
  });

  it('are counted as two maps would be', async () => {
    await fc.assert(
      fc.asyncProperty(objects(8), objects(8), async (old, now) => {
        const known = new Map(old.map(each => [each.key, each]));
        const both = now.filter(({key}) => known.has(key));
        expect(await compareInventories(await written(old), pagesOf(now, 3), never)).toEqual({
          objects: now.length,
          before: old.length,
          added: now.length - both.length,
          gone: old.length - both.length,
          changed: both.filter(({key, version, size, fileId}) => {
            const other = known.get(key);
            return other?.version !== version || other.size !== size || other.fileId !== fileId;
          }).length,
        });
      }),
      {numRuns: 60},
    );
  });

  it('are not compared where one of them can not be read', async () => {
    const wrong = fileWith('{"objects":[{"key":"a"}]}');
    const right = await written([object('a')]);
    await expect(compareInventories(wrong, right, never)).rejects.toThrow(`${wrong}, line 1: `);
    await expect(compareInventories(right, wrong, never)).rejects.toThrow(`${wrong}, line 1: `);
    await expect(compareInventories(`${right}.missing`, right, never)).rejects.toThrow(
      /there is no such file/,
    );
  });
});
