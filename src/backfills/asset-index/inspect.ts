import {Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import type {StoredObject} from '../../stores/object-store.ts';
import type {Inspected, Io} from '../shape.ts';
import type {AssetIndex} from './asset-index.ts';

/**
 * Hashes an object, or takes the hash that the store states of the whole object and reads nothing. One that changed since it was listed is looked up and read as it is now: that is an answer, not a
 * fault. Only one that changes again while it is read is left to the engine's retries.
 */
export async function inspectObject(
  object: StoredObject,
  io: Io<AssetIndex>,
): Promise<Inspected<AssetIndex>> {
  try {
    return await hashed(object, io);
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'changed') throw error;
    const now = await io.source.lookup(object.key, io.signal);
    if (now === null)
      throw new Fault('not-found', `${printableKey(object.key)}: it was deleted while it was read`);
    if (now.fault !== undefined) throw new Fault(now.fault.kind, now.fault.message);
    return hashed(now, io);
  }
}

async function hashed(
  object: StoredObject,
  {source, signal, onBytes}: Io<AssetIndex>,
): Promise<Inspected<AssetIndex>> {
  const stated = await source.statedSha256(object, signal);
  if (stated !== null) return {item: object, found: {hash: stated, size: object.size}, bytes: 0};
  const hash = await source.sha256(object, {signal, onBytes});
  return {item: object, found: {hash, size: object.size}, bytes: object.size};
}
