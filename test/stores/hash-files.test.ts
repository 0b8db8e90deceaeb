import {appendFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {HashPool} from '../../src/stores/hash-pool.ts';
import {sha256} from '../support/assets.ts';
import {listed, never} from '../support/listing.ts';
import {openOf} from '../support/open-files.ts';
import {folderUnderTest} from './folder-under-test.ts';

it('a hash leaves no file open, whether it comes, is stopped or fails', async ({skip}) => {
  if (process.platform !== 'linux') skip('only Linux lists what is open');
  const {folder, store, put} = await folderUnderTest();
  await put('large', '');
  truncateSync(join(folder, 'large'), 10e9);
  await put('small', 'content');
  const [large, small] = await listed(store);
  if (large === undefined || small === undefined) throw new Error('two files are listed');
  const pool = new HashPool({threads: 1});
  const stop = new AbortController();
  let wasOpen = 0;
  const onBytes = () => {
    wasOpen = openOf(join(folder, 'large'));
    stop.abort(new Error('paused'));
  };
  const hashing = pool.sha256({root: folder, ...large}, {signal: stop.signal, onBytes});
  await expect(hashing).rejects.toThrow('paused');
  expect(wasOpen).toBe(1);
  // The only thread lets go of what was stopped before it takes what comes next.
  expect(await pool.sha256({root: folder, ...small}, {signal: never})).toBe(sha256('content'));
  appendFileSync(join(folder, 'small'), 'more');
  const changed = pool.sha256({root: folder, ...small}, {signal: never});
  await expect(changed).rejects.toMatchObject({kind: 'changed'});
  expect([openOf(join(folder, 'large')), openOf(join(folder, 'small'))]).toEqual([0, 0]);
});

it('a name that is not UTF-8 has no hash, as its listing says, and harms no other', async ({skip}) => {
  const {folder, store, put} = await folderUnderTest();
  await put('file', 'content');
  try {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]), '');
  } catch {
    skip('this file system takes no such names');
  }
  const [odd, plain] = await listed(store);
  if (odd === undefined || plain === undefined) throw new Error('two files are listed');
  expect([odd.fault?.kind, plain.key]).toEqual(['invalid', 'file']);
  await expect(store.sha256(odd, {signal: never})).rejects.toMatchObject({kind: 'not-found'});
  expect(await store.sha256(plain, {signal: never})).toBe(sha256('content'));
});
