import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import {writeInventory} from '../../src/stores/inventory-write.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {tempFolder} from '../support/temp.ts';
import {object, objects, pagesOf, readAll, thrownBy} from './inventory-files.ts';

const modifiedAt = Date.UTC(2026, 10, 20, 5, 12);

describe('an inventory is written', () => {
  it('one object a line, in the form that is documented', async () => {
    const path = join(tempFolder(), 'inventory.json');
    const all = [
      object('a.jpg', {size: 12, version: '"abc"', modifiedAt, fileId: '4_z1'}),
      object('b "\n.jpg', {size: 0, version: '"0-2"', modifiedAt: 0}),
      {key: 'c', size: 1, modifiedAt, version: 'W/"def"', fingerprint: null},
      {key: 'd', size: 1, modifiedAt, version: '', fingerprint: null},
    ];
    expect(await writeInventory(path, pagesOf(all, 3))).toEqual({objects: 4, changed: true});
    expect(readFileSync(path, 'utf8')).toBe(
      [
        '{"objects":[',
        '{"key":"a.jpg","size":12,"last_modified":"2026-11-20T05:12:00.000Z","etag":"abc","file_id":"4_z1"},',
        '{"key":"b \\"\\n.jpg","size":0,"last_modified":null,"etag":"0-2","file_id":"4_z1"},',
        '{"key":"c","size":1,"last_modified":"2026-11-20T05:12:00.000Z","etag":"def","file_id":"def"},',
        '{"key":"d","size":1,"last_modified":"2026-11-20T05:12:00.000Z","etag":null,"file_id":null}',
        ']}',
        '',
      ].join('\n'),
    );
  });

  it('so that it is read as it was listed, whatever the keys', async () => {
    const path = join(tempFolder(), 'inventory.json');
    await fc.assert(
      fc.asyncProperty(objects(), fc.integer({min: 1, max: 5}), async (all, size) => {
        expect(await writeInventory(path, pagesOf(all, size))).toMatchObject({objects: all.length});
        expect(await readAll(path)).toEqual(all);
      }),
      {numRuns: 100},
    );
  });

  it('without what was skipped, and without any object', async () => {
    const path = join(tempFolder(), 'deep', 'er', 'inventory.json');
    const skipped = [object('a', {skip: 'a link'}), object('b'), object('c', {skip: 'a link'})];
    expect(await writeInventory(path, pagesOf(skipped))).toEqual({objects: 1, changed: true});
    expect(await readAll(path)).toEqual([object('b')]);
    expect(await writeInventory(path, pagesOf([]))).toEqual({objects: 0, changed: true});
    expect(readFileSync(path, 'utf8')).toBe('{"objects":[\n]}\n');
  });

  it('not at all where it says the same as before', async () => {
    const path = join(tempFolder(), 'inventory.json');
    await writeInventory(path, pagesOf([object('a')]));
    utimesSync(path, 1_000, 1_000);
    const before = statSync(path);
    expect(await writeInventory(path, pagesOf([object('a')]))).toEqual({objects: 1, changed: false});
    expect(statSync(path)).toMatchObject({ino: before.ino, mtimeMs: before.mtimeMs});
    expect(await writeInventory(path, pagesOf([object('a', {version: 'e2'})]))).toEqual({
      objects: 1,
      changed: true,
    });
    expect(readdirSync(join(path, '..'))).toEqual(['inventory.json']);
  });

  it('behind a link to it, with the rights of the file that it replaces', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real', 'file.json'), 'old');
    chmodSync(join(folder, 'real', 'file.json'), 0o664);
    symlinkSync('real/file.json', join(folder, 'link.json'));
    await writeInventory(join(folder, 'link.json'), pagesOf([object('a')]));
    expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true);
    expect(statSync(join(folder, 'real', 'file.json')).mode & 0o777).toBe(0o664);
    expect(await readAll(join(folder, 'real', 'file.json'))).toEqual([object('a')]);
  });
});

describe('the old inventory stays as it was, and nothing beside it,', () => {
  const denied = {kind: 'denied', message: 'no right'} as const;
  it.each<[string, readonly StoredObject[], unknown]>([
    [
      'where an object is not known for sure',
      [object('a'), object('b', {fault: denied})],
      {
        name: 'Fault',
        kind: 'denied',
        message: expect.stringMatching(/is not written: b could not be read: no right$/),
      },
    ],
    [
      'where a key comes again',
      [object('a'), object('a')],
      {name: 'Fault', kind: 'invalid', message: expect.stringMatching(/a was listed after a$/)},
    ],
    [
      'where keys go back',
      [object('b'), object('a')],
      {name: 'Fault', kind: 'invalid', message: expect.stringMatching(/a was listed after b$/)},
    ],
    [
      'where a key is no Unicode',
      [object('a\ud800')],
      {name: 'Fault', kind: 'invalid', message: expect.stringMatching(/half a character$/)},
    ],
  ])('%s', async (_, all, expected) => {
    const path = join(tempFolder(), 'inventory.json');
    writeFileSync(path, 'old');
    expect(await thrownBy(writeInventory(path, pagesOf(all, 1)))).toMatchObject(expected ?? {});
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(join(path, '..'))).toEqual(['inventory.json']);
  });

  it('where the listing is given up', async () => {
    const path = join(tempFolder(), 'inventory.json');
    writeFileSync(path, 'old');
    const reason = new Fault('connection', 'the listing broke');
    const broken = async function* () {
      yield [object('a')];
      throw reason;
    };
    expect(await thrownBy(writeInventory(path, broken()))).toBe(reason);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(join(path, '..'))).toEqual(['inventory.json']);
  });

  it('where the process is killed, but for a draft that nothing reads', async () => {
    const path = join(tempFolder(), 'inventory.json');
    writeFileSync(path, 'old');
    const script = fileURLToPath(new URL('./write-without-end.ts', import.meta.url));
    const child = spawn(process.execPath, [script, path], {stdio: ['ignore', 'pipe', 'inherit']});
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readFileSync(path, 'utf8')).toBe('old');
    const beside = readdirSync(join(path, '..')).filter(name => name !== 'inventory.json');
    expect(beside).toEqual([expect.stringMatching(/^\.inventory\.json\..+\.new$/)]);
  });
});
