import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {readInventory} from '../../src/stores/inventory-read.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {never} from '../support/listing.ts';
import {inByteOrder} from '../support/ranges.ts';
import {tempFolder} from '../support/temp.ts';

/** An object as a listing of a bucket gives it. */
export function object(key: string, rest: Partial<StoredObject> = {}): StoredObject {
  const {size = 1, version = 'e1'} = rest;
  return {
    key,
    size,
    modifiedAt: Date.UTC(2026, 10, 20),
    version,
    fingerprint: `${version}-${size}`,
    fileId: '4_z1',
    ...rest,
  };
}

/** Objects in key order whose keys are as odd as a bucket allows, up to 1,024 bytes. */
export function objects(maxLength = 12): fc.Arbitrary<readonly StoredObject[]> {
  const piece = fc.constantFrom(
    'a',
    '/',
    '&',
    '+',
    '%2F',
    ' ',
    '\u{1f6a2}',
    '\u5199',
    '\u00e9',
    'e\u0301',
    '\n',
    '"',
    '\\',
    '\u0000',
    '\ufeff',
    '\u2028',
    '}',
    ']',
    ',',
  );
  const key = fc.oneof(
    fc.string({unit: piece, minLength: 1, maxLength: 9}),
    fc.string({unit: 'binary', minLength: 1, maxLength: 9}),
    fc.constantFrom('x'.repeat(1_024), '\u00e9'.repeat(512), '\ufeff'),
  );
  const sizes = fc.oneof(fc.nat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER));
  const times = fc.oneof(
    fc.constant(0),
    fc.date({min: new Date(1), max: new Date('9999-12-31'), noInvalidDate: true}).map(Number),
  );
  const ids = fc.record({
    size: sizes,
    version: fc.stringMatching(/^[0-9a-f]{8}$/),
    modifiedAt: times,
    fileId: fc.stringMatching(/^4_z[0-9a-f]{6}$/),
  });
  return fc
    .uniqueArray(fc.tuple(key, ids), {maxLength, selector: ([each]) => each})
    .map(pairs => new Map(pairs))
    .map(known => inByteOrder([...known.keys()]).map(each => object(each, known.get(each))));
}

export async function* pagesOf(
  all: readonly StoredObject[],
  size = 1_000,
): AsyncGenerator<readonly StoredObject[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}

/** A file of the test's own with this in it. */
export function fileWith(content: string | Uint8Array): string {
  const path = join(tempFolder(), 'inventory.json');
  writeFileSync(path, content);
  return path;
}

export async function readAll(path: string): Promise<readonly StoredObject[]> {
  return (await Array.fromAsync(readInventory(path, {signal: never}))).flat();
}

/** Null where it was done. */
export function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}
