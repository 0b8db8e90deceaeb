import {Fault} from '../../src/core/failure.ts';
import type {ObjectStore, StoredObject} from '../../src/stores/object-store.ts';
import {bareRow} from './media.ts';

/** A store whose listing breaks for good after some keys. */
export class BreakingStore implements ObjectStore {
  isBroken = true;
  readonly host: string;
  readonly service: ObjectStore['service'];
  readonly id: string;
  readonly label: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly #inner: ObjectStore;
  readonly #keys: readonly string[];
  readonly #after: number;

  constructor(inner: ObjectStore, keys: readonly string[], after: number) {
    this.#inner = inner;
    this.#keys = keys;
    this.#after = after;
    ({
      host: this.host,
      service: this.service,
      id: this.id,
      label: this.label,
      bucket: this.bucket,
      prefix: this.prefix,
    } = inner);
  }

  check() {
    return this.#inner.check();
  }

  async *list({lo, hi}: Parameters<ObjectStore['list']>[0]): AsyncGenerator<readonly StoredObject[]> {
    const keys = this.#keys.filter(key => key > lo && (hi === null || key <= hi));
    const rest = this.#keys.length - this.#after;
    for (const key of keys) {
      if (this.isBroken && this.#keys.indexOf(key) >= this.#keys.length - rest)
        throw new Fault('server-error', 'the listing of b2 is truncated, and does not say where it goes on');
      yield [objectOf(key)];
    }
  }

  async lookup(key: string) {
    return objectOf(key);
  }

  sha256(): Promise<string> {
    return Promise.reject(new Fault('invalid', 'no bytes'));
  }

  statedSha256() {
    return Promise.resolve(null);
  }

  middle() {
    return Promise.resolve(null);
  }
}

function objectOf(key: string): StoredObject {
  return {key, size: 1, modifiedAt: 0, version: bareRow(key).etag ?? '', fingerprint: null};
}
