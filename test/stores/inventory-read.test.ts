import {execFileSync} from 'node:child_process';
import {appendFileSync, mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {readInventory} from '../../src/stores/inventory-read.ts';
import {InventoryValues} from '../../src/stores/inventory-values.ts';
import {writeInventory} from '../../src/stores/inventory-write.ts';
import {never} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';
import {fileWith, object, objects, pagesOf, readAll} from './inventory-files.ts';

const plain = {key: 'a', size: 1, last_modified: '2026-11-20T05:12:00.000Z', etag: 'e1', file_id: '4_z1'};

describe('an inventory is read', () => {
  it.each([
    ['on one line', JSON.stringify({objects: [plain, {...plain, key: 'b'}]})],
    ['indented', JSON.stringify({objects: [plain, {...plain, key: 'b'}]}, null, 4)],
    ['with a byte order mark', `\ufeff${JSON.stringify({objects: [plain, {...plain, key: 'b'}]})}`],
    [
      'with line ends of Windows',
      JSON.stringify({objects: [plain, {...plain, key: 'b'}]}, null, '\t').replaceAll('\n', '\r\n'),
    ],
    [
      'with other fields around',
      JSON.stringify({
        made: {by: ['x', '}]']},
        n: -1.5e3,
        t: true,
        z: null,
        objects: [plain, {...plain, key: 'b'}],
        end: '"',
      }),
    ],
    [
      'with other fields in an object',
      JSON.stringify({
        objects: [
          {...plain, tags: {a: [1, '{"']}, n: null},
          {...plain, key: 'b'},
        ],
      }),
    ],
    [
      'with the name of the list escaped',
      JSON.stringify({objects: [plain, {...plain, key: 'b'}]}).replace('objects', 'obj\\u0065cts'),
    ],
    [
      'with space wherever it may be',
      ' \n{ "objects"\t:\r\n[ ' +
        JSON.stringify(plain) +
        ' , ' +
        JSON.stringify({...plain, key: 'b'}) +
        '\n ] } \n\n',
    ],
  ])('%s', async (_, text) => {
    const modifiedAt = Date.parse(plain.last_modified);
    expect(await readAll(fileWith(text))).toEqual([object('a', {modifiedAt}), object('b', {modifiedAt})]);
  });

  it('without any object', async () => {
    expect(await readAll(fileWith('{"objects":[]}'))).toEqual([]);
    expect(await readAll(fileWith('{"objects":[\n]}\n'))).toEqual([]);
  });

  it.each([
    [
      {etag: '"e1"', file_id: null},
      {version: 'e1', fileId: 'e1', fingerprint: 'e1-1'},
    ],
    [{etag: 'W/"e1"'}, {version: 'e1', fileId: 'e1', fingerprint: 'e1-1'}],
    [
      {etag: 'e1', file_id: '"e1"'},
      {version: 'e1', fileId: 'e1', fingerprint: 'e1-1'},
    ],
    [
      {etag: 'e1', file_id: ''},
      {version: 'e1', fileId: 'e1', fingerprint: 'e1-1'},
    ],
    [
      {etag: null, file_id: '4_z1'},
      {version: '', fileId: '4_z1', fingerprint: null},
    ],
    [{file_id: 'W/id'}, {version: '', fileId: 'W/id', fingerprint: null}],
    [{}, {version: '', fingerprint: null}],
    [{last_modified: null}, {version: '', fingerprint: null}],
    [
      {last_modified: '2026-11-20T05:12:00+00:00'},
      {version: '', fingerprint: null, modifiedAt: Date.parse(plain.last_modified)},
    ],
  ])('with %j beside key and size', async (fields, expected) => {
    const [only] = await readAll(fileWith(JSON.stringify({objects: [{key: 'a', size: 1, ...fields}]})));
    expect(only).toEqual({key: 'a', size: 1, modifiedAt: 0, ...expected});
  });

  it('with 0 as a size', async () => {
    expect(await readAll(fileWith('{"objects":[{"key":"a","size":0}]}'))).toMatchObject([{size: 0}]);
  });

  it('with a key that no bucket can have, as an object with a fault', async () => {
    const keys = ['\u00e9'.repeat(512), `${'\u00e9'.repeat(512)}x`];
    const text = JSON.stringify({objects: keys.map(key => ({key, size: 1}))});
    const [fits, tooLong] = await readAll(fileWith(text));
    expect(fits).not.toHaveProperty('fault');
    expect(tooLong?.fault).toEqual({
      kind: 'invalid',
      message: 'the key has 1,025 bytes, and a bucket allows 1,024',
    });
  });

  it('in pages of a thousand', async () => {
    const text = JSON.stringify({
      objects: Array.from({length: 2_001}, (_, n) => ({key: String(n).padStart(5, '0'), size: n})),
    });
    const pages = await Array.fromAsync(readInventory(fileWith(text), {signal: never}));
    expect(pages.map(page => page.length)).toEqual([1_000, 1_000, 1]);
  });

  it('the same wherever its chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        objects(4),
        fc.integer({min: 1, max: 40}),
        fc.boolean(),
        async (all, chunk, isIndented) => {
          const path = join(tempFolder(), 'inventory.json');
          await writeInventory(path, pagesOf(all));
          const written: unknown = JSON.parse(execFileSync('cat', [path], {encoding: 'utf8'}));
          const escaped = JSON.stringify(written, null, isIndented ? 2 : 0).replaceAll('a', '\\u0061');
          const bytes = Buffer.from(isIndented ? `\ufeff${escaped}` : escaped);
          const values = new InventoryValues();
          const found: unknown[] = [];
          // One buffer for all chunks: what is kept of one must have been copied.
          const buffer = Buffer.alloc(chunk);
          for (let from = 0; from < bytes.length; from += chunk) {
            const length = bytes.copy(buffer, 0, from, from + chunk);
            found.push(...values.push(buffer.subarray(0, length)).map(({value}) => value));
          }
          values.end();
          expect({objects: found}).toEqual(written);
        },
      ),
      {numRuns: 60},
    );
  });
});

describe('an inventory that changes while it is read', () => {
  const many = JSON.stringify({
    objects: Array.from({length: 9_000}, (_, n) => ({key: String(n).padStart(200, '0'), size: n})),
  });

  it.each([
    ['grows', (path: string) => appendFileSync(path, ' ')],
    [
      'is replaced',
      (path: string) => {
        writeFileSync(`${path}.new`, many);
        renameSync(`${path}.new`, path);
      },
    ],
    [
      'is truncated, so that it is no JSON any more',
      (path: string) => writeFileSync(path, many.slice(0, many.length - 9)),
    ],
  ])('is told where it %s', async (_, change) => {
    const path = fileWith(many);
    const reading = async () => {
      let isFirst = true;
      for await (const page of readInventory(path, {signal: never})) {
        expect(page.length).toBeGreaterThan(0);
        if (isFirst) change(path);
        isFirst = false;
      }
    };
    await expect(reading()).rejects.toMatchObject({
      name: 'Fault',
      kind: 'changed',
      message: `${path}: the file changed while it was read`,
    });
  });
});

describe('what is no inventory file', () => {
  it('is told with its path', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'file'), '');
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
    const told = (name: string) =>
      readAll(join(folder, name)).then(
        () => '',
        (error: unknown) => String(error),
      );
    expect(await told('missing')).toBe(`OperatorError: ${folder}/missing: there is no such file`);
    expect(await told('file/missing')).toBe(`OperatorError: ${folder}/file/missing: there is no such file`);
    expect(await told('folder')).toBe(
      `OperatorError: ${folder}/folder: this is a folder, expected an inventory`,
    );
    expect(await told('pipe')).toBe(
      `OperatorError: ${folder}/pipe: this is not a regular file, expected an inventory`,
    );
  });
});

it('reading stops with the reason of its signal', async () => {
  const controller = new AbortController();
  const path = fileWith(
    JSON.stringify({
      objects: Array.from({length: 9_000}, (_, n) => ({key: String(n).padStart(200, '0'), size: n})),
    }),
  );
  const reason = new Error('paused');
  const reading = async () => {
    for await (const page of readInventory(path, {signal: controller.signal})) {
      expect(page).toHaveLength(1_000);
      controller.abort(reason);
    }
  };
  await expect(reading()).rejects.toBe(reason);
});
