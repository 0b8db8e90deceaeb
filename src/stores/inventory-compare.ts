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

/** A listing that is compared with the inventory before it while it passes. */
export interface Comparison {
  /** The same objects, in pages of their own. */
  readonly pages: Pages;
  /** What has passed so far; it holds once the pages have come to their end. */
  difference(): InventoryDifference;
}

const pageObjects = 1_000;

/** Both are read once, side by side, in the memory of a page of each. Skipped objects are left out. */
export function comparing(before: string | null, after: Pages, signal: AbortSignal): Comparison {
  const counts = {objects: 0, before: 0, added: 0, changed: 0, gone: 0};
  return {
    pages: passing(),
    difference: () => ({...counts, before: before === null ? null : counts.before}),
  };

  async function* passing(): AsyncGenerator<readonly StoredObject[]> {
    const old = before === null ? null : readInventory(before, {signal});
    const now = withoutSkipped(after);
    let page: StoredObject[] = [];
    try {
      for await (const {left, right} of mergeJoin(old ?? nothing(), now)) {
        if (left !== null) counts.before++;
        if (right === null) {
          counts.gone++;
          continue;
        }
        counts.objects++;
        if (left === null) counts.added++;
        else if (identityOf(left) !== identityOf(right)) counts.changed++;
        page.push(right);
        if (page.length < pageObjects) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    } finally {
      // A join that ended early leaves its sides open.
      await old?.return(undefined);
      await now.return(undefined);
    }
  }
}

function identityOf(object: StoredObject): string {
  return JSON.stringify([normaliseEtag(object.version), fileIdOf(object), object.size]);
}

async function* withoutSkipped(pages: Pages): AsyncGenerator<readonly StoredObject[]> {
  for await (const page of pages) yield page.filter(({skip}) => skip === undefined);
}

async function* nothing(): AsyncGenerator<never> {}
