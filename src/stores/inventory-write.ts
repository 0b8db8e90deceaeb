import {randomUUID} from 'node:crypto';
import {type FileHandle, mkdir, open, realpath, rename, rm, stat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {Fault} from '../core/failure.ts';
import {compareKeys, printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import {hasCode} from './directory-faults.ts';
import {entryText} from './inventory-entry.ts';
import {isSameContent} from './inventory-same.ts';
import {unwritable} from './inventory-unwritable.ts';
import type {StoredObject} from './object-store.ts';

export interface WrittenInventory {
  readonly objects: number;
  /** Whether the file says something else than before. Where it does not, it was not touched. */
  readonly changed: boolean;
}

/**
 * Writes an inventory, whole or not at all: it takes its place in one step when all of it is on the disk, and until
 * then, whatever happens, the old one stays as it was. One object a line, so that what changed can be read in a diff.
 * Pages come in key order; skipped objects are left out. Memory is that of a page.
 *
 * Throws what the pages throw; a Fault where one of the objects is not known for sure; an OperatorError that names the
 * path where it can't be written. A process that is killed leaves `.NAME.….new` behind, which nothing reads.
 */
export async function writeInventory(
  path: string,
  pages: AsyncIterable<readonly StoredObject[]>,
): Promise<WrittenInventory> {
  const place = await placeOf(path);
  const draft = join(dirname(place.path), `.${basename(place.path)}.${randomUUID()}.new`);
  const file = await onDisk(path, () => open(draft, 'wx'));
  try {
    // Some file systems know no rights: then there is nothing to keep.
    if (place.mode !== null) await file.chmod(place.mode).catch(() => undefined);
    const objects = await writePages(file, path, pages).finally(() => onDisk(path, () => file.close()));
    const changed = !(await onDisk(path, () => isSameContent(draft, place.path)));
    if (changed) await onDisk(path, () => replace(draft, place.path));
    return {objects, changed};
  } finally {
    await rm(draft, {force: true});
  }
}

interface Place {
  /** Where the file really is: a link to it stays one. */
  readonly path: string;
  /** The rights of the file that is replaced; null where there is none yet. */
  readonly mode: number | null;
}

async function placeOf(path: string): Promise<Place> {
  return onDisk(path, async () => {
    const absolute = resolve(path);
    await mkdir(dirname(absolute), {recursive: true});
    const real = await realpath(absolute).catch(error => {
      if (hasCode(error, 'ENOENT')) return null;
      throw error;
    });
    if (real === null) return {path: absolute, mode: null};
    const found = await stat(real);
    if (found.isFile()) return {path: real, mode: found.mode};
    throw new OperatorError(
      'usage',
      `${path}: the inventory can't be written: ${found.isDirectory() ? 'a folder' : 'something that is no file'} is in its place`,
      'Name another file.',
    );
  });
}

async function writePages(
  file: FileHandle,
  path: string,
  pages: AsyncIterable<readonly StoredObject[]>,
): Promise<number> {
  let objects = 0;
  let last = '';
  const append = (text: string) => onDisk(path, () => file.writeFile(text));
  await append('{"objects":[');
  for await (const page of pages) {
    let text = '';
    for (const object of page) {
      if (object.skip !== undefined) continue;
      requireKnown(path, object, last);
      text += `${objects === 0 ? '' : ','}\n${entryText(object)}`;
      objects++;
      last = object.key;
    }
    await append(text);
  }
  await append('\n]}\n');
  await onDisk(path, () => file.sync());
  return objects;
}

/** An inventory stands for all that there is: one object that is not known for sure, and there is none. */
function requireKnown(path: string, {key, fault}: StoredObject, last: string): void {
  const refused = `${path} is not written`;
  if (fault !== undefined)
    throw new Fault(fault.kind, `${refused}: ${printableKey(key)} could not be read: ${fault.message}`);
  if (compareKeys(key, last) <= 0)
    throw new Fault('invalid', `${refused}: ${printableKey(key)} was listed after ${printableKey(last)}`);
  if (!key.isWellFormed())
    throw new Fault('invalid', `${refused}: the key ${printableKey(key)} has half a character`);
}

async function replace(draft: string, path: string): Promise<void> {
  await rename(draft, path);
  // So that the new name survives a power cut; where folders can't be synced (Windows), it does so soon.
  const folder = await open(dirname(path), 'r').catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

async function onDisk<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw unwritable(path, error);
  }
}
