import {Fault} from '../core/failure.ts';
import type {ObjectStore} from '../stores/object-store.ts';

/** A store in which the first reads of one object fail, as on a disk with a bad sector that is then remapped. */
export function flakyStore(store: ObjectStore, brokenKey: string, failingReads: number): ObjectStore {
  let reads = 0;
  return {
    ...store,
    sha256: async (object, options) => {
      if (object.key === brokenKey && ++reads <= failingReads)
        throw new Fault('server-error', `${object.key}: EIO: i/o error, read`, {host: store.host});
      return store.sha256(object, options);
    },
  };
}
