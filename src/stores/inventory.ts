import {realpath} from 'node:fs/promises';
import {basename, resolve} from 'node:path';
import {Fault, remedies} from '../core/failure.ts';
import {compareKeys, inRange, printableKey} from '../core/keys.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Finding} from '../core/probe.ts';
import {readInventory} from './inventory-read.ts';
import type {Listing, ObjectStore, StoredObject} from './object-store.ts';

/**
 * An inventory file in the place of the bucket that it tells of. It is read from its beginning whenever something is
 * asked of it (a million objects in 6 s), and it holds no bytes of any object.
 */
export async function inventoryStore(path: string): Promise<ObjectStore> {
  const absolute = resolve(path);
  return {
    host: 'local disk',
    service: 'local',
    id: `inventory:${await realpath(absolute).catch(() => absolute)}`,
    label: `inventory:${absolute}`,
    bucket: basename(absolute),
    prefix: '',
    check: () => check(absolute),
    list: listing => listed(absolute, listing),
    lookup: (key, signal) => lookup(absolute, key, signal),
    sha256: ({key}) =>
      Promise.reject(new Fault('invalid', `${printableKey(key)}: an inventory holds no bytes`)),
    statedSha256: () => Promise.resolve(null),
    middle: () => Promise.resolve(null),
  };
}

/** Reads no further than its first page. */
async function check(path: string): Promise<readonly Finding[]> {
  const pages = readInventory(path, {signal: new AbortController().signal});
  try {
    await pages.next();
    return [{level: 'ok', subject: 'source', message: `${path}: the inventory can be read`}];
  } catch (error) {
    if (!(error instanceof OperatorError || error instanceof Fault)) throw error;
    const remedy = error instanceof Fault ? remedies[error.kind] : error.hint;
    return [
      {level: 'error', subject: 'source', message: error.message, ...(remedy === undefined ? {} : {remedy})},
    ];
  } finally {
    await pages.return(undefined);
  }
}

async function* listed(path: string, listing: Listing): AsyncGenerator<readonly StoredObject[]> {
  const {prefix, hi, signal} = listing;
  const isBeyond = (key: string) =>
    (hi !== null && compareKeys(key, hi) > 0) || (!key.startsWith(prefix) && compareKeys(key, prefix) > 0);
  for await (const page of readInventory(path, {signal, isBeyond})) {
    const narrowed = page.filter(({key}) => key.startsWith(prefix) && inRange(key, listing));
    if (narrowed.length > 0) yield narrowed;
  }
}

async function lookup(path: string, key: string, signal: AbortSignal): Promise<StoredObject | null> {
  const isBeyond = (other: string) => compareKeys(other, key) > 0;
  for await (const page of readInventory(path, {signal, isBeyond})) {
    const found = page.find(object => object.key === key);
    if (found !== undefined) return found;
  }
  return null;
}
