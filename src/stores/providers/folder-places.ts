import {randomUUID} from 'node:crypto';
import {mkdir, open, realpath, rm, stat} from 'node:fs/promises';
import {basename, dirname} from 'node:path';
import {Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import {hasCode} from '../directory-faults.ts';
import {writing} from './folder-faults.ts';

/** Above that, a temporary file is called by its random part alone: 255 bytes is what file systems allow. */
const longestBase = 200;

/** Beside the object, on the same disk: renaming it is one step. Nobody else's file is ever called so. */
export function temporaryName(name: string): string {
  const folder = dirname(name);
  const base = basename(name);
  const shown = Buffer.byteLength(base) > longestBase ? '' : `${base}.`;
  return `${folder === '.' ? '' : `${folder}/`}.${shown}${randomUUID()}.part`;
}

/** Whether it is one that an upload of this object made: no other file is removed, whatever a journal says. */
export function isTemporaryOf(name: string, handle: string): boolean {
  return dirname(handle) === dirname(name) && /^\..*[0-9a-f-]{36}\.part$/.test(basename(handle));
}

/** The folder of an object, made so that it is there after a power cut too, and never outside of the root. */
export async function makeFolder(root: string, name: string): Promise<string> {
  const real = await requireRoot(root);
  let folder = real;
  for (const segment of name.split('/').slice(0, -1)) {
    const path = `${folder}/${segment}`;
    if (await makeOne(path)) await syncFolder(folder);
    folder = await requireBelow(real, path);
  }
  return folder;
}

/** Whether it was not there before. */
function makeOne(path: string): Promise<boolean> {
  return writing(path, async () => {
    try {
      await mkdir(path);
      return true;
    } catch (error) {
      const isThere = hasCode(error, 'EEXIST') && (await stat(path)).isDirectory();
      if (!isThere) throw error;
      return false;
    }
  });
}

/** The folder of an object; null where there is none. */
export async function folderOf(root: string, name: string): Promise<string | null> {
  const real = await requireRoot(root);
  const path = dirname(`${real}/${name}`);
  try {
    return await requireBelow(real, path);
  } catch (error) {
    if (error instanceof Fault && hasCode(error.cause, 'ENOENT')) return null;
    throw error;
  }
}

/** A folder that is not there is one whose disk is not mounted: what would be written then would be lost beneath it. */
async function requireRoot(root: string): Promise<string> {
  return writing(root, () => realpath(root));
}

async function requireBelow(root: string, path: string): Promise<string> {
  const real = await writing(path, () => realpath(path));
  if (real === root || real.startsWith(root === '/' ? root : `${root}/`)) return real;
  throw new Fault('invalid', `${printableKey(path)}: a link leads out of the folder: remove it`);
}

/** So that a new name survives a power cut; where folders can't be synced (Windows), it does so soon. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** A file of an object's folder, gone from the disk whether it was there or not. */
export async function removeFile(root: string, name: string, file: string): Promise<void> {
  const folder = await folderOf(root, name);
  if (folder === null) return;
  const path = `${folder}/${basename(file)}`;
  await writing(path, () => rm(path, {force: true}));
  await syncFolder(folder);
}
