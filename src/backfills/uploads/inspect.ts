import {Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import type {FileHash} from '../../core/uploads.ts';
import type {StoredObject} from '../../stores/object-store.ts';
import type {Inspected, Io} from '../shape.ts';
import type {FoundFile, UploadItem} from './item.ts';
import {looksLikeSomething} from './media-type.ts';
import type {Uploads} from './uploads.ts';

/** A file that changes while it is read is read anew so often; a recording that goes on is left for later. */
const readings = 4;

/**
 * Hashes a file, unless its hash is known, and says what an image looks like. One that changed since it was listed, or
 * changes while it is read, is hashed again as it is then. One that can be read but not hashed is uploaded without.
 */
export async function inspectFile(
  item: UploadItem,
  io: Io<Uploads>,
  onProgress: (bytes: number) => void,
): Promise<Inspected<Uploads>> {
  const {known} = item;
  if (known?.isSure === true) return {item, found: foundOf(item, known), bytes: 0};
  let object: StoredObject = item;
  for (let reading = 1; ; reading++) {
    try {
      const found = await hashed(object, io, onProgress);
      return {item: {...object, known: null}, found, bytes: object.size};
    } catch (error) {
      io.signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      if (error.kind === 'changed' && reading < readings) object = await lookedUp(item.key, io);
      else if (isOfHashing(error) && reading > 1)
        return {item: {...object, known: null}, found: unhashed(object, error), bytes: 0};
      else if (!isOfHashing(error)) throw error;
    }
  }
}

/** The thread that hashes has died, or the disk gives what it gave before: not that there is no such file. */
function isOfHashing({kind}: Fault): boolean {
  return kind === 'server-error';
}

async function hashed(
  object: StoredObject,
  {source, signal, onBytes, kept, options}: Io<Uploads>,
  onProgress: (bytes: number) => void,
): Promise<FoundFile> {
  let bytes = 0;
  const sha256 = await source.sha256(object, {
    signal,
    onBytes: count => {
      bytes += count;
      onBytes(count);
      onProgress(bytes);
    },
  });
  const path = source.pathOf?.(object.key);
  const isImage = options.similar && path !== undefined && looksLikeSomething(object.key);
  const phash64 = isImage ? await source.looks(path, signal) : null;
  const isSure = object.fingerprint !== null;
  if (path !== undefined) kept.keepHash({path, version: object.version, sha256, phash64, isSure});
  return {sha256, phash64, size: object.size, version: object.version};
}

function foundOf({size, version}: UploadItem, {sha256, phash64}: FileHash): FoundFile {
  return {sha256, phash64, size, version};
}

function unhashed({size, version}: StoredObject, {message}: Fault): FoundFile {
  return {sha256: null, phash64: null, size, version, unhashed: message};
}

async function lookedUp(key: string, {source, signal}: Io<Uploads>): Promise<StoredObject> {
  const now = await source.lookup(key, signal);
  if (now === null) throw new Fault('not-found', `${printableKey(key)}: it was deleted while it was read`);
  if (now.fault !== undefined) throw new Fault(now.fault.kind, now.fault.message);
  return now;
}
