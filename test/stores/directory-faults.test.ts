import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {directoryStore} from '../../src/stores/directory.ts';
import {sha256} from '../support/assets.ts';
import {listed, listedKeys, never, theOne} from '../support/listing.ts';
import {asNobody} from '../support/nobody.ts';
import {tempFolder} from '../support/temp.ts';
import {folderUnderTest} from './folder-under-test.ts';

const script = new URL('./read-as-nobody.ts', import.meta.url);

function openFolder(): string {
  const folder = tempFolder();
  chmodSync(folder, 0o755);
  return folder;
}

/** So that the folder can be removed again by a user who is not root. */
function forbid(path: string, mode: number): void {
  chmodSync(path, mode);
  onTestFinished(() => chmodSync(path, 0o755));
}

describe('what may not be read', () => {
  it('a file is listed, and a fault of kind denied when it is read; all else is read', async () => {
    const folder = openFolder();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), name);
    forbid(join(folder, 'b'), 0);
    expect(await asNobody(script, folder)).toMatchObject({
      check: [{level: 'ok'}],
      objects: [{key: 'a'}, {key: 'b', size: 1}, {key: 'c'}],
      reads: [
        {key: 'a', hash: sha256('a')},
        {key: 'b', kind: 'denied', message: expect.stringMatching(/^b: EACCES/)},
        {key: 'c', hash: sha256('c')},
      ],
    });
  });

  it('a folder is a fault of its own that says so; what follows is listed', async () => {
    const folder = openFolder();
    for (const name of ['a', 'b', 'c']) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'file'), name);
    }
    forbid(join(folder, 'b'), 0);
    expect(await asNobody(script, folder)).toMatchObject({
      objects: [
        {key: 'a/file'},
        {key: 'b/', fault: {kind: 'denied', message: expect.stringMatching(/the folder can't be listed/)}},
        {key: 'c/file'},
      ],
    });
  });

  it('a folder whose names alone can be read gives a fault for each of them', async () => {
    const folder = openFolder();
    mkdirSync(join(folder, 'b'));
    writeFileSync(join(folder, 'b', 'file'), '');
    forbid(join(folder, 'b'), 0o444);
    expect(await asNobody(script, folder)).toMatchObject({
      objects: [{key: 'b/file', fault: {kind: 'denied'}}],
    });
  });

  it('the source itself is an error of the probe, with a remedy', async () => {
    const folder = openFolder();
    forbid(folder, 0);
    expect(await asNobody(script, folder)).toMatchObject({
      check: [
        {
          level: 'error',
          message: expect.stringMatching(/can't be read/),
          remedy: expect.stringMatching(/\S/),
        },
      ],
      objects: [{fault: {kind: 'denied'}}],
    });
  });
});

function acceptsAnyBytes(): boolean {
  const folder = Buffer.from(`${tempFolder()}/`);
  try {
    writeFileSync(Buffer.concat([folder, Buffer.from([0xff])]), '');
    return true;
  } catch {
    return false;
  }
}

describe('names that are not UTF-8', () => {
  function put(folder: string, name: readonly number[], inside?: string): void {
    const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]);
    if (inside !== undefined) mkdirSync(path);
    writeFileSync(inside === undefined ? path : Buffer.concat([path, Buffer.from(`/${inside}`)]), '');
  }

  it('are faults that say so, each with a key of its own, beside everything else', async ({skip}) => {
    if (!acceptsAnyBytes()) skip('this file system takes no such names');
    const {folder, store, put: write} = await folderUnderTest();
    await write('a', '');
    await write('\\xff', '');
    await write('z', '');
    put(folder, [0xff]);
    put(folder, [0xfe, 0x41]);
    put(folder, [0xed, 0xa0, 0x80]);
    put(folder, [0xc3], 'file');
    const objects = await listed(store);
    const faults = objects.filter(({fault}) => fault !== undefined);
    expect(objects).toHaveLength(7);
    expect(new Set(objects.map(({key}) => key)).size).toBe(7);
    expect(faults).toHaveLength(4);
    for (const {key, fault} of faults) {
      expect(fault).toMatchObject({kind: 'invalid', message: expect.stringMatching(/not UTF-8/)});
      expect(key).toMatch(/^[\x20-\x7e]+$/);
    }
    expect(objects.filter(({fault}) => fault === undefined).map(({key}) => key)).toEqual(['\\xff', 'a', 'z']);
  });

  it('are listed in order, and in no range twice', async ({skip}) => {
    if (!acceptsAnyBytes()) skip('this file system takes no such names');
    const {folder, store, put: write} = await folderUnderTest();
    for (const key of ['a', '\\xff', '\\xfe', '\\xff?', 'é']) await write(key, '');
    for (const byte of [0xff, 0xfe, 0x80]) put(folder, [byte]);
    put(folder, [0xfd], 'file');
    const keys = await listedKeys(store);
    expect(keys).toEqual([...new Set(keys)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    for (const key of keys)
      expect([...(await listedKeys(store, {hi: key})), ...(await listedKeys(store, {lo: key}))]).toEqual(
        keys,
      );
  });

  it('can be looked up by the key that the listing gave them', async ({skip}) => {
    if (!acceptsAnyBytes()) skip('this file system takes no such names');
    const {folder, store} = await folderUnderTest();
    put(folder, [0xff]);
    const [object] = await listed(store);
    expect(await store.lookup(object?.key ?? '', never)).toEqual(object);
  });
});

/** Node can't make a named pipe. */
function makePipe(path: string): void {
  execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
}

describe('what is no file', () => {
  it('a named pipe is skipped with a reason', async () => {
    const {folder, store} = await folderUnderTest();
    makePipe(join(folder, 'pipe'));
    expect(await theOne(store, 'pipe')).toMatchObject({skip: 'not a regular file'});
  });

  it('a socket is skipped with a reason', async () => {
    const folder = tempFolder();
    const server = createServer().listen(join(folder, 's'));
    onTestFinished(() => void server.close());
    await new Promise(resolve => server.once('listening', resolve));
    expect(await theOne(await directoryStore(folder), 's')).toMatchObject({skip: 'not a regular file'});
  });

  it('a named pipe that has taken the place of a file is not waited for', async () => {
    const {folder, store, put} = await folderUnderTest();
    await put('file', 'content');
    const seen = await theOne(store, 'file');
    rmSync(join(folder, 'file'));
    makePipe(join(folder, 'file'));
    await expect(store.sha256(seen, {signal: never})).rejects.toMatchObject({kind: 'changed'});
  });

  it('a folder that has taken the place of a file is not read', async () => {
    const {folder, store, put} = await folderUnderTest();
    await put('file', 'content');
    const seen = await theOne(store, 'file');
    rmSync(join(folder, 'file'));
    mkdirSync(join(folder, 'file'));
    await expect(store.sha256(seen, {signal: never})).rejects.toMatchObject({kind: 'changed'});
  });
});
