import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, onTestFinished} from 'vitest';
import {unwritable} from '../../src/stores/inventory-unwritable.ts';
import {writeInventory} from '../../src/stores/inventory-write.ts';
import {asNobody} from '../support/nobody.ts';
import {tempFolder} from '../support/temp.ts';
import {object, pagesOf, thrownBy} from './inventory-files.ts';

describe('where an inventory can not be written, its path is told', () => {
  it.each([
    ['a folder in its place', 'folder', /folder: the inventory can't be written: a folder is in its place$/],
    [
      'a file in the place of its folder',
      'file/x.json',
      /file\/x\.json: the inventory can't be written: a file is in the place of one of its folders$/,
    ],
    [
      'a file in the place of a folder above',
      'file/x/y.json',
      /y\.json: the inventory can't be written: a file is in the place of one of its folders$/,
    ],
    [
      'a pipe in its place',
      'pipe',
      /pipe: the inventory can't be written: something that is no file is in its place$/,
    ],
    [
      'a link to itself',
      'loop',
      /loop: the inventory can't be written: it is a link that leads back to itself$/,
    ],
    ['a name that is too long', 'x'.repeat(300), /x: the inventory can't be written: its name is too long$/],
  ])('%s', async (_, name, expected) => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'file'), '');
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
    symlinkSync('loop', join(folder, 'loop'));
    const names = readdirSync(folder);
    const error = await thrownBy(writeInventory(join(folder, name), pagesOf([object('a')])));
    expect(error).toMatchObject({
      name: 'OperatorError',
      code: 'usage',
      message: expect.stringMatching(expected),
      hint: 'Name another file.',
    });
    expect(readdirSync(folder)).toEqual(names);
  });

  it('a folder without the right to write, and whether it can be read at all', async () => {
    const folder = tempFolder();
    const path = join(folder, 'x.json');
    writeFileSync(path, 'old', {mode: 0});
    chmodSync(folder, 0o555);
    onTestFinished(() => chmodSync(folder, 0o755));
    expect(await asNobody(new URL('./inventory-as-nobody.ts', import.meta.url), path)).toEqual({
      check: [
        {
          level: 'error',
          subject: 'source',
          message: `${path}: this file can't be read`,
          remedy: 'Grant the user that runs headgate read access to it.',
        },
      ],
      said: `OperatorError: ${path}: the inventory can't be written: that is not permitted`,
    });
    expect(readdirSync(folder)).toEqual(['x.json']);
  });

  it('a file that grows beyond what is allowed, as a full disk does', () => {
    const folder = tempFolder();
    const path = join(folder, 'inventory.json');
    writeFileSync(path, 'old');
    const script = fileURLToPath(new URL('./write-without-end.ts', import.meta.url));
    const limited = `ulimit -f 64; "${process.execPath}" "${script}" "${path}" 2>&1 >/dev/null || true`;
    const said = execFileSync('bash', ['-c', limited], {encoding: 'utf8'});
    expect(said).toBe(
      `OperatorError: ${path}: the inventory can't be written: it is larger than a file may be\n`,
    );
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['inventory.json']);
  });

  it.each([
    ['ENOSPC', 'the disk is full', 'Free some space, or name a file on another disk.'],
    [
      'EROFS',
      'the disk is read-only',
      'Grant the user that runs headgate the right to write there, or name another file.',
    ],
    ['EIO', 'EIO: broken', 'Name another file.'],
  ])('%s', (code, why, hint) => {
    const error = Object.assign(new Error(`${code}: broken`), {code, syscall: 'write'});
    expect(unwritable('x.json', error)).toMatchObject({
      name: 'OperatorError',
      message: `x.json: the inventory can't be written: ${why}`,
      hint,
    });
  });

  it('and what is no fault of the disk stays what it is', () => {
    const error = new Error('a bug');
    expect(unwritable('x.json', error)).toBe(error);
  });
});
