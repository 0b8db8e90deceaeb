import type {BigIntStats} from 'node:fs';
import {sep} from 'node:path';
import {faultOf, hasCode} from './directory-faults.ts';
import {lstat, type Path, realpath, stat} from './files.ts';
import type {Look} from './looks.ts';
import type {StoredObject} from './object-store.ts';

/** A file written more recently may change again without a new mtime: some file systems count in two seconds. */
const racyMs = 2_500;

/** A file as an object; null where it is gone. */
export async function describeFile(
  root: string,
  path: Path,
  key: string,
  signal: AbortSignal,
): Promise<StoredObject | null> {
  try {
    const info = await lstat(path, signal);
    if (info.isFile()) return objectOf(key, info);
    if (info.isSymbolicLink()) return await describeLink(root, path, key, signal);
    return {...objectOf(key, info), skip: 'not a regular file'};
  } catch (error) {
    signal.throwIfAborted();
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return null;
    return {...nothingKnown(key), fault: faultOf(error, key)};
  }
}

/** A link to a file inside the folder is that file under another key; any other is named and left alone. */
async function describeLink(
  root: string,
  path: Path,
  key: string,
  signal: AbortSignal,
): Promise<StoredObject> {
  let destination: string;
  try {
    destination = await realpath(path, signal);
  } catch {
    signal.throwIfAborted();
    return {...nothingKnown(key), skip: 'a symbolic link that leads nowhere'};
  }
  if (!isInside(root, destination))
    return {...nothingKnown(key), skip: 'a symbolic link that leads out of the folder'};
  const info = await stat(destination, signal);
  if (info.isFile()) return objectOf(key, info);
  return {...nothingKnown(key), skip: 'a symbolic link to something that is not a file'};
}

export function isInside(root: string, path: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Whether a folder, with all links resolved, is the root or lies below it. */
export async function isBelow(root: string, path: Path, signal: AbortSignal): Promise<boolean> {
  const real = await realpath(path, signal).catch(() => null);
  signal.throwIfAborted();
  return real !== null && (real === root || isInside(root, real));
}

/** A regular file as an object. */
export function objectOf(key: string, info: Look): StoredObject {
  const version = versionOf(info);
  const age = Date.now() - Number(info.mtimeMs);
  return {
    key,
    size: Number(info.size),
    modifiedAt: Number(info.mtimeMs),
    version,
    fingerprint: age > racyMs ? version : null,
  };
}

/** Size and modification time: what rsync trusts, to the nanosecond. */
export function versionOf(info: Pick<BigIntStats, 'size' | 'mtimeNs'>): string {
  return `${info.size}-${info.mtimeNs}`;
}

export function unreadableFolder(key: string, error: unknown): StoredObject {
  const fault = faultOf(error, key);
  return {
    ...nothingKnown(key),
    fault: {...fault, message: `the folder can't be listed, nor what is in it: ${fault.message}`},
  };
}

function nothingKnown(key: string): StoredObject {
  return {key, size: 0, modifiedAt: 0, version: '', fingerprint: null};
}
