import {Fault} from '../core/failure.ts';
import type {ObjectStore} from '../stores/object-store.ts';

/** A store in which the first reads of one object fail, as on a disk with a bad sector that is then remapped. */
export function flakyStore(store: ObjectStore, brokenKey: string, failingReads: number): ObjectStore {
  let reads = 0;
  const {host, service, id, label, bucket, prefix} = store;
  return {
    host,
    service,
    id,
    label,
    bucket,
    prefix,
    check: () => store.check(),
    list: listing => store.list(listing),
    lookup: (key, signal) => store.lookup(key, signal),
    statedSha256: (object, signal) => store.statedSha256(object, signal),
    middle: listing => store.middle(listing),
    sha256: async (object, options) => {
      if (object.key === brokenKey && ++reads <= failingReads)
        throw new Fault('server-error', `${object.key}: EIO: i/o error, read`, {host});
      return store.sha256(object, options);
    },
  };
}
