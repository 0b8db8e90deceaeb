import {createHash} from 'node:crypto';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {inventoryStore} from '../../src/stores/inventory.ts';
import {writeInventory} from '../../src/stores/inventory-write.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {listingConformance, lookupConformance, type StoreUnderTest} from '../conformance/object-store.ts';
import {awkwardText} from '../support/awkward.ts';
import {listed, listedKeys, never} from '../support/listing.ts';
import {inByteOrder} from '../support/ranges.ts';
import {tempFolder} from '../support/temp.ts';
import {fileWith, object, pagesOf} from './inventory-files.ts';

/** Its objects are put into the file as soon as somebody reads it. */
async function inventoryUnderTest(): Promise<StoreUnderTest> {
  const path = join(tempFolder(), 'inventory.json');
  const known = new Map<string, StoredObject>();
  const store = await inventoryStore(path);
  const written = async () => {
    const all = inByteOrder([...known.keys()]).flatMap(key => known.get(key) ?? []);
    await writeInventory(path, pagesOf(all));
  };
  const list = async function* (...[listing]: Parameters<typeof store.list>) {
    await written();
    yield* store.list(listing);
  };
  const put: StoreUnderTest['put'] = async (key, content) => {
    const version = createHash('md5').update(content).digest('hex');
    known.set(key, object(key, {size: Buffer.byteLength(content), version, fileId: `4_z${version}`}));
  };
  const remove = async (key: string) => void known.delete(key);
  const lookup: typeof store.lookup = (...asked) => written().then(() => store.lookup(...asked));
  const check = () => written().then(() => store.check());
  return {store: {...store, list, lookup, check}, put, remove};
}

const conforming = {
  name: 'an inventory',
  make: inventoryUnderTest,
  keySets: fc.uniqueArray(
    awkwardText().filter(key => key !== ''),
    {maxLength: 14},
  ),
};
listingConformance(conforming);
lookupConformance(conforming);

describe('an inventory as a store', () => {
  it('says what it is, by its path', async () => {
    const path = fileWith('{"objects":[]}');
    const store = await inventoryStore(path);
    expect(store).toMatchObject({
      host: 'local disk',
      service: 'local',
      id: `inventory:${path}`,
      label: `inventory:${path}`,
      bucket: basename(path),
      prefix: '',
    });
    symlinkSync(path, `${path}.link`);
    expect((await inventoryStore(`${path}.link`)).id).toBe(store.id);
  });

  it('has file ids, and no bytes', async () => {
    const store = await inventoryStore(
      fileWith('{"objects":[{"key":"a","size":1,"etag":"e","file_id":"4_z"}]}'),
    );
    const [only = object('')] = await listed(store);
    expect(only).toMatchObject({version: 'e', fingerprint: 'e-1', fileId: '4_z'});
    await expect(store.sha256(only, {signal: never})).rejects.toMatchObject({
      name: 'Fault',
      kind: 'invalid',
      message: 'a: an inventory holds no bytes',
    });
    expect(await store.statedSha256(only, never)).toBeNull();
    expect(await store.middle({prefix: '', lo: '', hi: null, signal: never})).toBeNull();
  });

  it('is not read behind the end of a range or of a prefix', async () => {
    const entries = ['a', 'b/1', 'b/2', 'c'].map(key => JSON.stringify({key, size: 1}));
    const store = await inventoryStore(fileWith(`{"objects":[${entries.join(',')},\nwrong`));
    expect(await listedKeys(store, {hi: 'b/1'})).toEqual(['a', 'b/1']);
    expect(await listedKeys(store, {prefix: 'b/'})).toEqual(['b/1', 'b/2']);
    expect(await store.lookup('b/1', never)).toMatchObject({key: 'b/1'});
    expect(await store.lookup('b/11', never)).toBeNull();
    await expect(listedKeys(store)).rejects.toThrow(/line 2: expected an object, found w$/);
    await expect(store.lookup('d', never)).rejects.toThrow(/line 2: expected an object, found w$/);
  });
});

describe('whether an inventory can be read is found', () => {
  it.each([
    ['a missing file', () => undefined, /there is no such file$/, /--inventory-out/],
    ['a folder', (path: string) => mkdirSync(path), /this is a folder, expected an inventory$/, /./],
    [
      'a beginning that is no inventory',
      (path: string) => writeFileSync(path, '[]'),
      /line 1: expected \{"objects":\[…\]\}, found \[$/,
      /written anew/,
    ],
  ])('%s', async (_, make, message, remedy) => {
    const path = join(tempFolder(), 'x.json');
    make(path);
    const findings = await (await inventoryStore(path)).check();
    expect(findings).toEqual([
      {
        level: 'error',
        subject: 'source',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      },
    ]);
    expect(findings[0]?.message).toContain(path);
  });
});
