import {constants} from 'node:fs';
import {access, realpath as resolveLinks, stat} from 'node:fs/promises';
import {basename, dirname, resolve} from 'node:path';
import {printableKey} from '../core/keys.ts';
import type {Finding} from '../core/probe.ts';
import {faultOf} from './directory-faults.ts';
import {describeFile, isBelow} from './directory-object.ts';
import {readUnchanged} from './directory-read.ts';
import {middleOf, walk} from './directory-walk.ts';
import {localHashes} from './hash-pool.ts';
import type {Listing, ObjectStore, StoredObject} from './object-store.ts';

/** Its objects are files of this machine. */
export type LocalStore = ObjectStore & Required<Pick<ObjectStore, 'read' | 'pathOf'>>;

/** A folder as an object store: keys are paths below it, with slashes. Nothing outside of it is ever read. */
export async function directoryStore(folder: string): Promise<LocalStore> {
  const root = await rootOf(folder);
  return {
    host: 'local disk',
    service: 'local',
    id: `folder:${root}`,
    label: folder,
    bucket: basename(root),
    prefix: '',
    roots: [root],
    check: () => check(root, folder),
    list: listing => listed(root, listing),
    lookup: (key, signal) => lookup(root, key, signal),
    sha256: ({key, size, version}, options) => localHashes.sha256({root, key, size, version}, options),
    read: (object, {signal}) => readUnchanged(root, object, signal),
    pathOf: key => `${root}/${key}`,
    statedSha256: () => Promise.resolve(null),
    middle: (listing: Listing) => middleOf(root, listing),
  };
}

/** With all links resolved, as far as it is there. */
export async function rootOf(folder: string): Promise<string> {
  const absolute = resolve(folder);
  return resolveLinks(absolute).catch(() => absolute);
}

async function check(root: string, folder: string): Promise<readonly Finding[]> {
  const info = await stat(root).catch(() => null);
  if (info === null)
    return [
      error(
        `${folder}: there is no such folder`,
        'Name an existing folder, or bring it back: is it mounted?',
      ),
    ];
  if (!info.isDirectory())
    return [error(`${folder}: this is not a folder`, 'Name the folder that holds the files.')];
  try {
    await access(root, constants.R_OK | constants.X_OK);
  } catch {
    return [
      error(`${folder}: this folder can't be read`, 'Grant the user that runs headgate read access to it.'),
    ];
  }
  return [{level: 'ok', subject: 'source', message: `${folder}: the folder can be read`}];
}

function error(message: string, remedy: string): Finding {
  return {level: 'error', subject: 'source', message, remedy};
}

async function* listed(root: string, listing: Listing): AsyncGenerator<readonly StoredObject[]> {
  try {
    yield* walk(root, listing);
  } catch (error) {
    listing.signal.throwIfAborted();
    throw faultOf(error, root);
  }
}

async function lookup(root: string, key: string, signal: AbortSignal): Promise<StoredObject | null> {
  signal.throwIfAborted();
  if (key.endsWith('/')) return lookupFolder(root, key, signal);
  const segments = key.split('/');
  const isPath =
    !key.includes('\0') && !segments.some(segment => segment === '' || segment === '.' || segment === '..');
  if (!isPath || !(await isBelow(root, dirname(`${root}/${key}`), signal))) return null;
  const found = await describeFile(root, `${root}/${key}`, key, signal);
  return found ?? (key.includes('\\x') ? findEscaped(root, key, signal) : null);
}

/** A folder stands in a listing only because it could not be listed: what is in it is found by a listing alone. */
async function lookupFolder(root: string, key: string, signal: AbortSignal): Promise<StoredObject | null> {
  for await (const page of walk(root, {prefix: key, lo: '', hi: null, signal})) {
    return page.find(object => object.key === key) ?? notListed(key);
  }
  return (await isBelow(root, `${root}/${key}`, signal)) ? notListed(key) : null;
}

function notListed(key: string): StoredObject {
  const message = `${printableKey(key)}: the folder can be listed now, but what is in it was not: make a new dry run`;
  return {key, size: 0, modifiedAt: 0, version: '', fingerprint: null, fault: {kind: 'invalid', message}};
}

/** A name that is not UTF-8 is known by an escaped key, which only a listing gives. */
async function findEscaped(root: string, key: string, signal: AbortSignal): Promise<StoredObject | null> {
  for await (const page of walk(root, {prefix: key, lo: '', hi: key, signal})) {
    const found = page.find(object => object.key === key);
    if (found !== undefined) return found;
  }
  return null;
}
