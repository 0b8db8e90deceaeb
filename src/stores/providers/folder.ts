import {type FileHandle, open, rename} from 'node:fs/promises';
import {basename, resolve} from 'node:path';
import {Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import {directoryStore} from '../directory.ts';
import type {ObjectStore, ReadOptions, StoredObject} from '../object-store.ts';
import {readThrough} from './file-digests.ts';
import {FileReading} from './file-reading.ts';
import {checkFolder} from './folder-check.ts';
import {writing} from './folder-faults.ts';
import {isTemporaryOf, makeFolder, removeFile, syncFolder, temporaryName} from './folder-places.ts';
import {requireName} from './object-name.ts';
import type {Provider, UploadedFile, UploadOptions} from './provider.ts';

export interface FolderProviderOptions {
  readonly id: string;
  readonly label: string;
  readonly folder: string;
}

const pieceBytes = 1_048_576;

/**
 * A folder of this machine, or one that is mounted. A file is written under a temporary name and takes its own when all
 * of it is on the disk. What was begun is begun anew: to trust half a file it would have to be read as a whole.
 */
export async function folderProvider({id, label, folder}: FolderProviderOptions): Promise<Provider> {
  const root = resolve(folder);
  const store = {...(await directoryStore(root)), label};
  return {
    id,
    label,
    store,
    host: store.host,
    service: store.service,
    key: name => name,
    check: () => checkFolder(root),
    find: (file, signal, onBytes) => find(store, file, {signal, ...(onBytes === undefined ? {} : {onBytes})}),
    upload: (file, options) => upload(root, store, file, options),
    abandon: async (name, handle, signal) => {
      signal.throwIfAborted();
      await removeTemporary(root, name, handle);
    },
    remove: async (name, signal) => {
      signal.throwIfAborted();
      requireName(name);
      await removeFile(root, name, name);
    },
  };
}

async function find(
  store: ObjectStore,
  file: UploadedFile,
  reading: ReadOptions,
): Promise<'same' | 'other' | null> {
  const {signal} = reading;
  requireName(file.name);
  const object = await store.lookup(file.name, signal);
  if (object === null) return null;
  if (object.fault !== undefined) throw new Fault(object.fault.kind, object.fault.message);
  if (object.skip !== undefined || object.size !== file.size) return 'other';
  const sha256 = file.sha256 ?? (await readThrough(file, signal)).sha256;
  return (await store.sha256(object, reading)) === sha256 ? 'same' : 'other';
}

async function upload(
  root: string,
  store: ObjectStore,
  file: UploadedFile,
  options: UploadOptions,
): Promise<void> {
  const {name, size} = file;
  const {signal, journal} = options;
  requireName(name);
  signal.throwIfAborted();
  const begun = await journal.begun(name);
  if (begun !== null) await removeTemporary(root, name, begun);
  const folder = await makeFolder(root, name);
  const handle = temporaryName(name);
  await journal.begin(name, handle);
  try {
    const draft = `${folder}/${basename(handle)}`;
    const path = `${folder}/${basename(name)}`;
    const sha256 = await write(draft, file, options);
    await writing(path, () => rename(draft, path));
    await syncFolder(folder);
    await verify(store, name, {size, sha256}, signal).catch(async error => {
      if (error instanceof Mismatch) await removeFile(root, name, name);
      throw error;
    });
  } catch (error) {
    // Left to the next attempt, or to whoever gives it up.
    signal.throwIfAborted();
    const isGone = await removeTemporary(root, name, handle).then(
      () => true,
      () => false,
    );
    if (isGone) await journal.end(name);
    throw error;
  }
  await journal.end(name);
}

/** All of it is on the disk when this comes back, with its SHA-256. */
async function write(
  draft: string,
  file: UploadedFile,
  {signal, onProgress}: UploadOptions,
): Promise<string> {
  const reading = new FileReading(file, signal);
  let target: FileHandle | null = null;
  try {
    const opened = await writing(draft, () => open(draft, 'wx'));
    target = opened;
    onProgress?.(0);
    for (let written = 0; written < file.size; ) {
      const piece = await reading.next(Math.min(pieceBytes, file.size - written));
      signal.throwIfAborted();
      await writing(draft, () => opened.writeFile(piece));
      written += piece.length;
      onProgress?.(written);
    }
    const sha256 = await reading.end();
    await writing(draft, () => opened.sync());
    return sha256;
  } finally {
    await reading.close();
    await target?.close();
  }
}

class Mismatch extends Fault {}

/** Of what is there now, not of what was written. */
async function verify(
  store: ObjectStore,
  name: string,
  expected: Pick<StoredObject, 'size'> & {readonly sha256: string},
  signal: AbortSignal,
): Promise<void> {
  const what = printableKey(name);
  const object = await store.lookup(name, signal);
  if (object === null) throw new Fault('server-error', `${what}: it was uploaded, and is not there`);
  const {size} = object;
  const sha256 = size === expected.size ? await store.sha256(object, {signal}) : null;
  if (sha256 === expected.sha256) return;
  const found = `${size} bytes${sha256 === null ? '' : `, SHA-256 ${sha256}`}`;
  throw new Mismatch(
    'server-error',
    `${what}: ${expected.size} bytes, SHA-256 ${expected.sha256} were uploaded, and the provider has ${found}`,
  );
}

async function removeTemporary(root: string, name: string, handle: string): Promise<void> {
  requireName(name);
  if (!isTemporaryOf(name, handle))
    throw new Fault('invalid', `${printableKey(handle)}: no upload of ${printableKey(name)} made this file`);
  await removeFile(root, name, handle);
}
