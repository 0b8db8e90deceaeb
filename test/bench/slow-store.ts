import {createHash} from 'node:crypto';
import {setImmediate as nextTurn, setTimeout as wait} from 'node:timers/promises';
import {inRange} from '../../src/core/keys.ts';
import type {Listing, ObjectStore, ReadOptions, StoredObject} from '../../src/stores/object-store.ts';

const objects = 1_000;
const readMs = 20;
const readsOfObject = 250;

/**
 * Generated objects on a slow disk: each is hashed in 250 reads of 20 ms, and a read that has begun can't be called
 * back, as with a file. It remembers when I/O last began, and how many objects are being read. Left out: requests
 * to a real folder also queue in libuv's pool of four threads, and what waits there begins whatever was asked since.
 */
export class SlowStore implements ObjectStore {
  readonly host = 'slow disk';
  readonly service = 'local';
  readonly id = 'slow:';
  readonly label = 'slow disk';
  readonly bucket = 'slow';
  readonly prefix = '';
  /** On the clock of `performance.now()`. */
  lastIoAt = 0;
  #underWay = 0;

  async check() {
    return [];
  }

  async statedSha256() {
    return null;
  }

  async *list(listing: Listing): AsyncGenerator<readonly StoredObject[]> {
    listing.signal.throwIfAborted();
    this.lastIoAt = performance.now();
    yield Array.from({length: objects}, (_, number) => objectOf(number)).filter(
      ({key}) => key.startsWith(listing.prefix) && inRange(key, listing),
    );
  }

  async lookup(): Promise<null> {
    return null;
  }

  async sha256({key}: StoredObject, {signal}: ReadOptions): Promise<string> {
    this.#underWay++;
    try {
      for (let read = 0; read < readsOfObject; read++) {
        signal.throwIfAborted();
        this.lastIoAt = performance.now();
        await wait(readMs);
      }
      return createHash('sha256').update(key).digest('hex');
    } finally {
      this.#underWay--;
    }
  }

  async middle(): Promise<null> {
    return null;
  }

  /** Waits until as many objects as that are being read. */
  async until(holds: (underWay: number) => boolean): Promise<void> {
    while (!holds(this.#underWay)) await nextTurn();
  }
}

function objectOf(number: number): StoredObject {
  const key = `object-${String(number).padStart(4, '0')}`;
  return {key, size: readsOfObject * 4_096, modifiedAt: 0, version: '1', fingerprint: '1'};
}
