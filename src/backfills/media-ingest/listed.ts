import type {KeyRange} from '../../core/keys.ts';
import type {KeyScope} from '../../core/scope.ts';
import type {ObjectStore, StoredObject} from '../../stores/object-store.ts';
import type {Item} from '../shape.ts';
import {identify} from './identity.ts';

/** No bucket takes a longer one. */
const maxKeyBytes = 1_024;
/** Of a staged row besides its key, as JSON. */
const restBytes = 300;

/** An object as an item: what could not be named, or not be a key, is a failure on record. */
export function listedObject(object: StoredObject): StoredObject & Pick<Item, 'rowBytes'> {
  const rowBytes = JSON.stringify(object.key).length + restBytes;
  if (object.skip !== undefined || object.fault !== undefined) return {...object, rowBytes};
  const keyBytes = Buffer.byteLength(object.key);
  if (keyBytes > maxKeyBytes)
    return {
      ...object,
      rowBytes,
      fault: {kind: 'invalid', message: `its key has ${keyBytes} bytes, and a bucket allows ${maxKeyBytes}`},
    };
  if (identify(object, 'version') === null)
    return {
      ...object,
      rowBytes,
      fault: {
        kind: 'invalid',
        message: 'it has neither an ETag nor a file id: nothing tells its versions apart',
      },
    };
  return {...object, rowBytes};
}

interface ListingIo {
  readonly source: ObjectStore;
  readonly scope: KeyScope;
  readonly signal: AbortSignal;
}

/** The objects of a scope, with their file ids where the store has some. */
export async function* listObjects(
  range: KeyRange,
  {source, scope, signal}: ListingIo,
): AsyncGenerator<readonly StoredObject[]> {
  for await (const page of source.list({...range, prefix: scope.prefix, fileIds: true, signal}))
    yield page.map(listedObject).filter(object => isSince(object, scope.since));
}

export async function lookupObject(
  key: string,
  {source, signal}: Omit<ListingIo, 'scope'>,
): Promise<StoredObject | null> {
  const found = await source.lookup(key, signal);
  return found === null ? null : listedObject(found);
}

/** What can't be dated is never filtered away. */
function isSince({modifiedAt, fault, skip}: StoredObject, since: number | null): boolean {
  return since === null || modifiedAt >= since || fault !== undefined || skip !== undefined;
}
