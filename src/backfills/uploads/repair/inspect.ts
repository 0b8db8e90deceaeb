import {Fault} from '../../../core/failure.ts';
import type {Inspected, Io} from '../../shape.ts';
import type {RepairItem, UploadsRepair} from './repair.ts';

/** What the bytes of a row's object have for a hash: as the provider states it of the whole object, or by reading it. */
export async function readObject(
  item: RepairItem,
  {source, signal, onBytes}: Io<UploadsRepair>,
  onProgress: (bytes: number) => void,
): Promise<Inspected<UploadsRepair>> {
  const {id, user, sha256, object} = item;
  const {provider} = source;
  const {store} = provider;
  const found = await store.lookup(provider.key(object), signal);
  if (found === null) return {item, found: {id, user, sha256, object, bytes: null}, bytes: 0};
  if (found.fault !== undefined) throw new Fault(found.fault.kind, found.fault.message);
  const stated = await store.statedSha256(found, signal);
  if (stated !== null) return {item, found: {id, user, sha256, object, bytes: stated}, bytes: 0};
  let done = 0;
  const bytes = await store.sha256(found, {
    signal,
    onBytes: count => {
      done += count;
      onBytes(count);
      onProgress(done);
    },
  });
  return {item: {...item, size: found.size}, found: {id, user, sha256, object, bytes}, bytes: found.size};
}
