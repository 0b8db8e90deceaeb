import type {ObjectStore} from '../../src/stores/object-store.ts';

/** The store, where every listing asks for file ids: what is promised of a listing holds of that one too. */
export function withFileIds(store: ObjectStore): ObjectStore {
  const {host, service, id, label, bucket, prefix} = store;
  return {
    host,
    service,
    id,
    label,
    bucket,
    prefix,
    check: () => store.check(),
    list: listing => store.list({...listing, fileIds: true}),
    lookup: (key, signal) => store.lookup(key, signal),
    sha256: (object, options) => store.sha256(object, options),
    statedSha256: (object, signal) => store.statedSha256(object, signal),
    middle: listing => store.middle(listing),
  };
}
