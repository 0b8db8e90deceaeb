import {access} from 'node:fs/promises';
import {resolve} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';
import {shrinkOf} from '../core/shrink.ts';
import {comparing, type InventoryDifference} from '../stores/inventory-compare.ts';
import {writeInventory} from '../stores/inventory-write.ts';
import type {ObjectStore} from '../stores/object-store.ts';
import {ListingFailed, listAscending, type Relisting} from './listing.ts';

export interface InventoryOrder extends Relisting {
  readonly source: ObjectStore;
  readonly prefix: string;
  /** The file that it is written to, and compared with where it is there. */
  readonly path: string;
  /** By how much it may be smaller than the one before. */
  readonly share: number;
  /** How many objects of an inventory that is empty or has shrunk are accepted; null accepts none. */
  readonly accepted: number | null;
}

export interface TakenInventory extends InventoryDifference {
  /** Whether the file says something else than before. */
  readonly isNew: boolean;
}

/**
 * Lists a source into an inventory file, whole or not at all: where the listing breaks for good, or has shrunk and nobody
 * accepts that, the file is as it was.
 */
export async function takeInventory(order: InventoryOrder): Promise<TakenInventory> {
  const {source, prefix, path, share, accepted, halt: signal} = order;
  const before = await access(path).then(
    () => path,
    () => null,
  );
  const listing = listAscending(order, range => source.list({...range, prefix, fileIds: true, signal}), {
    lo: '',
    hi: null,
  });
  const {pages, difference} = comparing(before, listing, signal);
  const {changed} = await writeInventory(path, guarded());
  return {...difference(), isNew: changed};

  /** The last page passes only where the whole may take the old one's place. */
  async function* guarded() {
    try {
      yield* pages;
    } catch (error) {
      if (!(error instanceof ListingFailed)) throw error;
      throw new OperatorError(
        'failed',
        `${source.label}: it could not be listed as a whole (${error.message})`,
        `${before === null ? 'No inventory was written' : `The inventory ${resolve(path)} is as it was`}.`,
      );
    }
    const {objects, before: had} = difference();
    const shrink = shrinkOf(had, objects, share);
    if (shrink !== null && accepted !== objects)
      throw new OperatorError(
        'gate',
        `${shrink}${accepted === null ? '' : `, and ${accepted} were accepted`}`,
        `${before === null ? 'No inventory was written' : `The inventory ${path} is as it was`}. Look whether the source was listed as a whole; then accept it: --accept-shrunk ${objects}`,
      );
  }
}
