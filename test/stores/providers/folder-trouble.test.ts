import {execFileSync, fork} from 'node:child_process';
import {once} from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, onTestFinished} from 'vitest';
import {z} from 'zod';
import {folderProvider} from '../../../src/stores/providers/folder.ts';
import {writing} from '../../../src/stores/providers/folder-faults.ts';
import {never} from '../../support/listing.ts';
import {tempFolder} from '../../support/temp.ts';
import {FileJournal, MemoryJournal} from '../../support/upload-journal.ts';
import {fileToUpload} from '../../support/uploaded-file.ts';

const script = fileURLToPath(new URL('./folder-child.ts', import.meta.url));
const mebibyte = 1_048_576;

const printed = z.object({
  error: z.object({kind: z.string(), message: z.string()}),
  check: z.array(z.object({level: z.string(), message: z.string()})),
  names: z.array(z.string()),
  open: z.array(z.unknown()),
});

/** What comes of an upload in a shell that something was done in first. */
function uploadAfter(first: string, wanted: object): z.infer<typeof printed> {
  const command = `${first}; exec "${process.execPath}" "${script}" '${JSON.stringify(wanted)}'`;
  return printed.parse(JSON.parse(execFileSync('bash', ['-c', command], {encoding: 'utf8'})));
}

/** A disk of its own, which is gone with the processes that see it, needs a kernel that lets us. */
function canMount(): boolean {
  try {
    execFileSync('bash', ['-c', 'unshare -rm true'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
}

describe('a folder that can not be written', () => {
  it.skipIf(!canMount())('because its disk is full leaves nothing behind', () => {
    const folder = tempFolder();
    const wanted = JSON.stringify({folder, size: 3 * mebibyte});
    const inside = `mount -t tmpfs -o size=1m tmpfs "${folder}" && exec "${process.execPath}" "${script}" '${wanted}'`;
    const out = execFileSync('bash', ['-c', 'unshare -rm bash -c "$0"', inside], {encoding: 'utf8'});
    const {error, names, open} = printed.parse(JSON.parse(out));
    expect(error.kind).toBe('refused');
    expect(error.message).toMatch(
      /\/u\/\.video\..*\.part: it can't be written: the disk is full \(ENOSPC\): free some space, or name a folder on another disk$/,
    );
    expect([names, open]).toEqual([['u'], []]);
  });

  it('because a file may not be so large leaves nothing behind', () => {
    const folder = tempFolder();
    const {error, names, open} = uploadAfter('ulimit -f 2048', {folder, size: 3 * mebibyte});
    expect(error.kind).toBe('too-large');
    expect(error.message).toMatch(
      /it is larger than a file may be there \(EFBIG\): name a folder on another disk$/,
    );
    expect([names, open]).toEqual([['u'], []]);
  });

  it('because that is not permitted says so, and its check does', () => {
    const folder = tempFolder();
    chmodSync(folder, 0o555);
    onTestFinished(() => chmodSync(folder, 0o755));
    const {error, check, names, open} = uploadAfter(':', {folder, size: 10, asNobody: true});
    expect(error.kind).toBe('denied');
    expect(error.message).toMatch(
      /\/u: it can't be written: that is not permitted \(EACCES\): grant the user that runs headgate the right to write there$/,
    );
    expect(check).toMatchObject([{level: 'error', message: `${folder}: this folder can't be written to`}]);
    expect([names, open]).toEqual([[], []]);
  });

  it.each([
    ['ENOSPC', 'refused', 'the disk is full'],
    ['EDQUOT', 'refused', 'the disk quota is used up'],
    ['EROFS', 'denied', 'the disk is read-only'],
    ['EIO', 'server-error', 'EIO: broken'],
  ])('because of %s', async (code, kind, why) => {
    const error = Object.assign(new Error(`${code}: broken`), {code});
    await expect(writing('/disk/x', () => Promise.reject(error))).rejects.toMatchObject({
      name: 'Fault',
      kind,
      message: expect.stringMatching(new RegExp(`^/disk/x: .*${why}`)),
    });
  });

  it.runIf(process.platform === 'linux').each(['/proc', '/sys'])(
    'because no files are kept there: %s',
    async folder => {
      const [found] = await (await folderProvider({id: 'a', label: 'a', folder})).check();
      expect(found).toMatchObject({level: 'error', subject: 'provider'});
      // Whoever is not root is told so by the folder's rights.
      expect(found?.message).toMatch(
        /: (no files are kept in this folder|this folder's disk is mounted read-only|this folder can't be written to)$/,
      );
    },
  );

  it('is not so of a folder that takes files: looking leaves nothing there, and does not write', async () => {
    const folder = tempFolder();
    const provider = await folderProvider({id: 'a', label: 'a', folder});
    const before = statSync(folder, {bigint: true}).mtimeNs;
    expect(await provider.check()).toEqual([
      {level: 'ok', subject: 'provider', message: `${folder}: the folder can be written to`},
    ]);
    expect(readdirSync(folder)).toEqual([]);
    expect(statSync(folder, {bigint: true}).mtimeNs).toBe(before);
  });

  it('because it is not there is not made: its disk may not be mounted', async () => {
    const folder = join(tempFolder(), 'disk');
    const provider = await folderProvider({id: 'a', label: 'a', folder});
    const uploading = provider.upload(fileToUpload('x', 10), {signal: never, journal: new MemoryJournal()});
    await expect(uploading).rejects.toMatchObject({
      kind: 'not-found',
      message: `${folder}: it can't be written: the folder is gone (ENOENT): bring it back: is its disk mounted?`,
    });
    expect(existsSync(folder)).toBe(false);
    expect(await provider.check()).toMatchObject([{level: 'error', subject: 'provider'}]);
  });

  it.each([
    ['a file in the place of its folder', 'file/x', 'a file is in the place of one of its folders'],
    ['a folder in its place', 'folder', 'a folder is in its place'],
    ['a name that is too long', 'x'.repeat(300), 'ENAMETOOLONG'],
  ])('because of %s', async (_, name, why) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'file'), 'kept');
    mkdirSync(join(folder, 'folder'));
    const provider = await folderProvider({id: 'a', label: 'a', folder});
    const journal = new MemoryJournal();
    const uploading = provider.upload(fileToUpload(name, 10), {signal: never, journal});
    await expect(uploading).rejects.toMatchObject({kind: 'invalid', message: expect.stringContaining(why)});
    expect(readdirSync(folder).toSorted()).toEqual(['file', 'folder']);
    expect(journal.open.size).toBe(0);
  });
});

it('a process that was killed in the middle leaves a temporary file, which the next attempt removes', async () => {
  const [folder, state] = [tempFolder(), tempFolder()];
  const path = join(state, 'journal.json');
  const wanted = {folder, size: 5 * mebibyte, journal: path, stuckAt: 3 * mebibyte};
  const child = fork(script, [JSON.stringify(wanted)]);
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(readdirSync(join(folder, 'u'))).toEqual([expect.stringMatching(/^\.video\..*\.part$/)]);
  const provider = await folderProvider({id: 'archive', label: 'archive', folder});
  const file = fileToUpload('u/video', 5 * mebibyte);
  expect(await provider.find(file, never)).toBeNull();
  const journal = new FileJournal(path);
  expect(journal.open.size).toBe(1);
  await provider.upload(file, {signal: never, journal});
  expect(readdirSync(join(folder, 'u'))).toEqual(['video']);
  expect(await provider.find(file, never)).toBe('same');
  expect(journal.open.size).toBe(0);
});

it('what was begun stays in the journal where its folder is gone for now', async () => {
  const folder = tempFolder();
  const provider = await folderProvider({id: 'a', label: 'a', folder});
  const journal = new MemoryJournal();
  const file = fileToUpload('x', 2 * mebibyte, {
    onReading: from => {
      if (from === mebibyte) rmSync(folder, {recursive: true});
    },
  });
  await expect(provider.upload(file, {signal: never, journal})).rejects.toMatchObject({kind: 'not-found'});
  expect(journal.open.size).toBe(1);
});

it.each([
  ['other bytes', 'x', / were uploaded, and the provider has 2097152 bytes, SHA-256 \w{64}$/],
  ['more bytes', 'x'.repeat(3 * mebibyte), / were uploaded, and the provider has 3145728 bytes$/],
])(
  'what is there in the end is what counts: %s are not believed, and removed',
  async (_, spoilt, message) => {
    const folder = tempFolder();
    const provider = await folderProvider({id: 'a', label: 'a', folder});
    const journal = new MemoryJournal();
    const size = 2 * mebibyte;
    const onProgress = (bytes: number) => {
      if (bytes < size) return;
      const [draft = ''] = readdirSync(folder);
      const file = openSync(join(folder, draft), 'r+');
      writeSync(file, spoilt);
      closeSync(file);
    };
    const uploading = provider.upload(fileToUpload('x', size), {signal: never, journal, onProgress});
    await expect(uploading).rejects.toMatchObject({
      kind: 'server-error',
      message: expect.stringMatching(message),
    });
    expect([readdirSync(folder), journal.open.size]).toEqual([[], 0]);
  },
);
