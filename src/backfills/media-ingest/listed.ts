import type {StoredObject} from '../../stores/object-store.ts';
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
