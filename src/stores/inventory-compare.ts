import {normaliseEtag} from '../core/identity.ts';
import {mergeJoin} from '../core/merge-join.ts';
import {fileIdOf} from './inventory-entry.ts';
import {readInventory} from './inventory-read.ts';
import type {StoredObject} from './object-store.ts';

/** How many objects an inventory has, and how they differ from those of the one before it. */
export interface InventoryDifference {
  readonly objects: number;
  /** Of the one before; null where there was none, and all objects are added. */
  readonly before: number | null;
  readonly added: number;
  /** Under the same key, but with another ETag, file id or size. */
  readonly changed: number;
  readonly gone: number;
}

type Pages = AsyncIterable<readonly StoredObject[]>;

/** Both are read once, side by side, in the memory of a page of each. Skipped objects are left out. */
export async function compareInventories(
  before: string | null,
  after: string | Pages,
  signal: AbortSignal,
): Promise<InventoryDifference> {
  const old = before === null ? null : readInventory(before, {signal});
  const now = typeof after === 'string' ? readInventory(after, {signal}) : withoutSkipped(after);
  const counts = {objects: 0, before: 0, added: 0, changed: 0, gone: 0};
  try {
    for await (const {left, right} of mergeJoin(old ?? nothing(), now)) {
      if (left !== null) counts.before++;
      if (right !== null) counts.objects++;
      if (right === null) counts.gone++;
      else if (left === null) counts.added++;
      else if (identityOf(left) !== identityOf(right)) counts.changed++;
    }
  } finally {
    // A join that ended early leaves its sides open.
    await old?.return(undefined);
    await now.return(undefined);
  }
  return {...counts, before: before === null ? null : counts.before};
}

function identityOf(object: StoredObject): string {
  return JSON.stringify([normaliseEtag(object.version), fileIdOf(object), object.size]);
}

async function* withoutSkipped(pages: Pages): AsyncGenerator<readonly StoredObject[]> {
  for await (const page of pages) yield page.filter(({skip}) => skip === undefined);
}

async function* nothing(): AsyncGenerator<never> {}
