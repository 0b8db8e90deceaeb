import {compareKeys, inRange} from '../../src/core/keys.ts';
import type {Listing, ObjectStore, StoredObject} from '../../src/stores/object-store.ts';
import {type ArtifactsCounts, bucket, objectKey} from './artifacts-corpus.ts';

const pageSize = 1_000;

/** Generated objects, a thousand to a page as a bucket gives them, at no cost. They can be listed, and parted, alone. */
export class GeneratedStore implements ObjectStore {
  readonly host = 'generated';
  readonly service = 'local';
  readonly id = 'generated:';
  readonly label = bucket;
  readonly bucket = bucket;
  readonly prefix = '';
  readonly #counts: ArtifactsCounts;

  constructor(counts: ArtifactsCounts) {
    this.#counts = counts;
  }

  async check() {
    return [];
  }

  async *list(listing: Listing): AsyncGenerator<readonly StoredObject[]> {
    let from = this.#firstBeyond(listing.lo);
    while (from < this.#counts.listed) {
      listing.signal.throwIfAborted();
      const to = Math.min(from + pageSize, this.#counts.listed);
      const page = Array.from({length: to - from}, (_, index) => this.#object(from + index));
      const within = page.filter(({key}) => key.startsWith(listing.prefix) && inRange(key, listing));
      yield within;
      if (listing.hi !== null && page.some(({key}) => compareKeys(key, listing.hi ?? '') > 0)) return;
      from = to;
    }
  }

  async middle({lo, hi}: Listing): Promise<string | null> {
    const from = this.#firstBeyond(lo);
    const to = hi === null ? this.#counts.listed : this.#firstBeyond(hi);
    return to - from < 2 * pageSize ? null : objectKey(Math.floor((from + to) / 2), this.#counts);
  }

  async lookup(): Promise<null> {
    return null;
  }

  async sha256(): Promise<string> {
    throw new Error('generated objects have no bytes');
  }

  async statedSha256() {
    return null;
  }

  #object(number: number): StoredObject {
    const key = objectKey(number, this.#counts);
    return {key, size: 100_000, modifiedAt: Date.UTC(2025, 0, 1), version: '1', fingerprint: '1'};
  }

  #firstBeyond(key: string): number {
    let [low, high] = [0, this.#counts.listed];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (compareKeys(objectKey(middle, this.#counts), key) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
