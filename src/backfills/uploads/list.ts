import type {KeyRange} from '../../core/keys.ts';
import type {StoredObject} from '../../stores/object-store.ts';
import type {Io} from '../shape.ts';
import type {UploadItem} from './item.ts';
import type {Uploads} from './uploads.ts';

type ListIo = Pick<Io<Uploads>, 'source' | 'options' | 'kept'>;

/** Files in the order of their keys, with the hashes of those that have not changed since they were hashed. */
export async function* listFiles(
  range: KeyRange,
  io: Pick<Io<Uploads>, 'source' | 'scope' | 'options' | 'kept' | 'signal'>,
): AsyncGenerator<readonly UploadItem[]> {
  const {source, scope, signal} = io;
  for await (const page of source.list({...range, prefix: scope.prefix, signal})) yield withHashes(page, io);
}

/** What is not to be uploaded is skipped with its reason. */
export async function withHashes(
  objects: readonly StoredObject[],
  {source, options, kept}: ListIo,
): Promise<readonly UploadItem[]> {
  const ignored = new Set(options.ignore);
  const versions = objects.flatMap(({key, version}) => {
    const path = source.pathOf?.(key);
    return path === undefined ? [] : [{path, version}];
  });
  const hashes = await kept.hashes(versions);
  return objects.map(object => {
    const known = hashes.get(source.pathOf?.(object.key) ?? '') ?? null;
    const isIgnored = ignored.has(object.key.slice(object.key.lastIndexOf('/') + 1));
    return {
      ...object,
      known,
      ...(isIgnored && object.skip === undefined ? {skip: 'left out by the option ignore'} : {}),
    };
  });
}
