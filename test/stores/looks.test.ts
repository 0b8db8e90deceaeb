import {execFileSync} from 'node:child_process';
import {mkdirSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {listed, never} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';
import {folderUnderTest} from './folder-under-test.ts';

/** More than a process looks at without a thread for it. */
const many = 4_500;

it('in a folder of thousands, each file is listed as it is by itself, and what is no file as what it is', async () => {
  const {folder, store} = await folderUnderTest();
  const outside = join(tempFolder(), 'secret');
  writeFileSync(outside, 'not yours');
  for (let number = 0; number < many; number++) {
    const path = join(folder, `file ${number}`);
    writeFileSync(path, 'x'.repeat(number % 7));
    utimesSync(path, number * 1_000.123, number * 1_000.123);
  }
  execFileSync('touch', ['-d', '1960-01-02T03:04:05.6789Z', join(folder, 'file 7')]);
  mkdirSync(join(folder, 'below'));
  symlinkSync('file 1', join(folder, 'link in'));
  symlinkSync(outside, join(folder, 'link out'));
  symlinkSync('missing', join(folder, 'link to nowhere'));
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
  // What was made just now has no fingerprint, and a moment later it has one.
  utimesSync(join(folder, 'pipe'), 1, 1);
  const objects = await listed(store);
  expect(objects).toHaveLength(many + 4);
  for (const object of objects) expect(await store.lookup(object.key, never)).toEqual(object);
  expect(objects.filter(({skip}) => skip !== undefined).map(({key, skip}) => [key, skip])).toEqual([
    ['link out', 'a symbolic link that leads out of the folder'],
    ['link to nowhere', 'a symbolic link that leads nowhere'],
    ['pipe', 'not a regular file'],
  ]);
});

it('a listing of thousands stops where it is told to', async () => {
  const {folder, store} = await folderUnderTest();
  for (let number = 0; number < many; number++) writeFileSync(join(folder, `${number}`), '');
  const stop = new AbortController();
  const reason = new Error('paused');
  const pages: number[] = [];
  const listing = async () => {
    for await (const page of store.list({prefix: '', lo: '', hi: null, signal: stop.signal})) {
      pages.push(page.length);
      if (pages.length === 3) stop.abort(reason);
    }
  };
  await expect(listing()).rejects.toBe(reason);
  expect(pages).toEqual([1_000, 1_000, 1_000]);
});
