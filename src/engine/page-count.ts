import type {Item} from '../backfills/shape.ts';
import type {Settings} from './settings.ts';

/** Bytes of rows that one page holds: as text in a parameter they stay below what D1 takes in one (2 MB). */
export const mostRowBytes = 1024 * 1024;

/** Counts the pages that a listing is cut into by one partition, by items and bytes as the pager does it. */
export class PageCount {
  readonly #page: Settings['page'];
  #full = 0;
  #items = 0;
  #bytes = 0;
  #rowBytes = 0;

  constructor(page: Settings['page']) {
    this.#page = page;
  }

  get pages(): number {
    return this.#full + (this.#items > 0 ? 1 : 0);
  }

  /** An item of which so many bytes are read. */
  add(bytes: number, {rowBytes = 0}: Pick<Item, 'rowBytes'>): void {
    this.#items++;
    this.#bytes += bytes;
    this.#rowBytes += rowBytes;
    const isFull =
      this.#items >= this.#page.items || this.#bytes >= this.#page.bytes || this.#rowBytes >= mostRowBytes;
    if (!isFull) return;
    this.#full++;
    this.#items = 0;
    this.#bytes = 0;
    this.#rowBytes = 0;
  }
}
