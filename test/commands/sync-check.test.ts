import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, expect, it} from 'vitest';
import {sha256} from '../support/assets.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

let cwd: string;
const awkward = 'a & b/new\nline 🚢.txt';

function headgate(...args: readonly string[]): Promise<Ended> {
  return runProgram([...args], {cwd});
}

function write(key: string, content: string): void {
  const path = join(cwd, 'files', key);
  mkdirSync(join(path, '..'), {recursive: true});
  writeFileSync(path, content);
}

beforeEach(async () => {
  cwd = tempFolder();
  for (const key of ['same.txt', 'changed.txt', awkward]) write(key, `content of ${key}`);
  await headgate('migrate', 'asset-index', '--target', 'index.sqlite');
  const ends = ['--source', 'files', '--target', 'index.sqlite'];
  await headgate('run', 'asset-index', ...ends, '--unattended', '--confirm', 'index.sqlite');
});

it('says file by file what an uploader would do, and why', async () => {
  write('changed.txt', 'other content');
  write('new.txt', 'new');
  const {out, code} = await headgate('sync-check', 'files', '--target', 'index.sqlite');
  expect(out).toContain(
    `upload   changed.txt  other content: the index has ${sha256('content of changed.txt')}`,
  );
  expect(out).toContain('upload   new.txt  the index has no such key');
  expect(out).not.toContain('same.txt');
  expect(out).toContain('4 files = 2 to upload (16 B) + 2 up to date');
  expect(code).toBe(0);
});

it('names what is up to date as well, if asked, under the key that it has in the index', async () => {
  const {lines} = await headgate('sync-check', 'files', '--target', 'index.sqlite', '--all', '--json');
  expect(lines).toContainEqual(
    expect.objectContaining({
      type: 'file',
      key: awkward,
      action: 'skip',
      why: 'same content',
      hash: sha256(`content of ${awkward}`),
    }),
  );
  expect(lines.at(-1)).toMatchObject({
    type: 'sync',
    files: 3,
    upload: 0,
    skip: 3,
    fail: 0,
    ignore: 0,
    bytes: 0,
  });
});

it('puts a prefix in front of the paths', async () => {
  const {out} = await headgate('sync-check', 'files/a & b', '--target', 'index.sqlite', '--prefix', 'a & b/');
  expect(out).toContain('1 file = 0 to upload (0 B) + 1 up to date');
});

it('leaves a link that leads out alone, and says what it could not read', async () => {
  symlinkSync(cwd, join(cwd, 'files', 'out'));
  write('secret.txt', 'secret');
  chmodSync(join(cwd, 'files', 'secret.txt'), 0);
  const {out, code} = await headgate('sync-check', 'files', '--target', 'index.sqlite');
  expect(out).toContain('ignored  out  a symbolic link that leads out of the folder');
  // Root reads everything.
  const isRoot = process.getuid?.() === 0;
  expect(out).toContain(isRoot ? 'upload   secret.txt' : 'failed   secret.txt');
  expect(code).toBe(isRoot ? 0 : 5);
});

it('writes nothing', async () => {
  const before = await headgate('status', '--json');
  await headgate('sync-check', 'files', '--target', 'index.sqlite');
  expect((await headgate('status', '--json')).lines).toEqual(before.lines);
});

it.each([
  [['sync-check', 'files'], 'no index is named'],
  [['sync-check', 'missing', '--target', 'index.sqlite'], 'missing: there is no such folder'],
  [['sync-check', 'files', '--target', 'nothing.sqlite'], 'nothing.sqlite: there is no such file'],
])('%j is refused: %s', async (args, said) => {
  const {err, code} = await headgate(...args);
  expect(err).toContain(said);
  expect(code).toBe(2);
});
