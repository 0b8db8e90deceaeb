import {Fault} from '../../../core/failure.ts';
import {printableKey} from '../../../core/keys.ts';
import type {StoredObject} from '../../../stores/object-store.ts';
import type {Inspected, Io} from '../../shape.ts';
import {listedObject} from '../listed.ts';
import type {FoundMetadata} from './change.ts';
import type {MediaMetadata} from './metadata.ts';

/** S3 takes 2 KB of an object, B2 7,000 bytes, R2 8 KB: more comes from no bucket, and would fill the target. */
const mostBytes = 8_192;

/** An object of which no bytes are read: `size` is 0. */
export interface MetadataItem extends StoredObject {
  /** Bytes. */
  readonly objectSize: number;
}

/**
 * An ETag says nothing of metadata: whoever copies an object onto itself to change them leaves it as it is. The date of the
 * version does, and so does its file id.
 */
export function itemOf(object: StoredObject): MetadataItem {
  const {fingerprint, modifiedAt, fileId, size} = object;
  return {
    ...object,
    size: 0,
    objectSize: size,
    fingerprint: fingerprint === null ? null : JSON.stringify([fingerprint, modifiedAt, fileId ?? null]),
  };
}

/** One HEAD. An object that changed since it was listed is asked for as it is now: that is an answer, not a fault. */
export async function inspectMetadata(
  object: MetadataItem,
  io: Io<MediaMetadata>,
): Promise<Inspected<MediaMetadata>> {
  try {
    return await asked(object, io);
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'changed') throw error;
    const found = await io.source.lookup(object.key, io.signal);
    if (found === null) throw gone(object);
    const now = itemOf(listedObject(found));
    if (now.fault !== undefined) throw new Fault(now.fault.kind, now.fault.message);
    return asked(now, io);
  }
}

async function asked(
  item: MetadataItem,
  {source, signal}: Pick<Io<MediaMetadata>, 'source' | 'signal'>,
): Promise<Inspected<MediaMetadata>> {
  if (source.metadata === undefined) throw new RangeError(`${source.label} keeps no metadata`);
  const found = await source.metadata(item, signal);
  if (found === null) throw gone(item);
  const bytes = bytesOf(found);
  if (bytes > mostBytes)
    throw new Fault(
      'too-large',
      `${printableKey(item.key)}: its metadata have ${bytes} bytes, and a bucket allows ${mostBytes}`,
    );
  return {item, found, bytes: 0};
}

function bytesOf({contentType, cacheControl, contentDisposition, metadata}: FoundMetadata): number {
  return [contentType, cacheControl, contentDisposition, ...Object.entries(metadata).flat()]
    .map(text => Buffer.byteLength(text ?? ''))
    .reduce((sum, size) => sum + size, 0);
}

function gone({key}: StoredObject): Fault {
  return new Fault('not-found', `${printableKey(key)}: it was deleted since it was listed`);
}
