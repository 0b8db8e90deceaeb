import type {Settings} from './settings.ts';

/** Counts the pages that a listing is cut into by one partition, by items and bytes as the pager does it. */
export class PageCount {
  readonly #page: Settings['page'];
  #full = 0;
  #items = 0;
  #bytes = 0;

  constructor(page: Settings['page']) {
    this.#page = page;
  }

  get pages(): number {
    return this.#full + (this.#items > 0 ? 1 : 0);
  }

  add(bytes: number): void {
    this.#items++;
    this.#bytes += bytes;
    if (this.#items < this.#page.items && this.#bytes < this.#page.bytes) return;
    this.#full++;
    this.#items = 0;
    this.#bytes = 0;
  }
}
