import {Fault, type FaultData} from '../core/failure.ts';
import {type HashedFile, isLarge} from './hash-protocol.ts';
import type {ReadOptions} from './object-store.ts';

/** A file that somebody waits for. It is settled once, and hears nothing afterwards. */
export class HashJob {
  readonly file: HashedFile;
  readonly isLarge: boolean;
  readonly sha256: Promise<string>;
  readonly #options: ReadOptions;
  readonly #deferred = Promise.withResolvers<string>();
  readonly #stop: () => void;
  #isSettled = false;

  /** `onStop`: the signal was aborted, and the job is settled with its reason. */
  constructor(file: HashedFile, options: ReadOptions, onStop: (job: HashJob) => void) {
    this.file = file;
    this.isLarge = isLarge(file);
    this.sha256 = this.#deferred.promise;
    this.#options = options;
    this.#stop = () => {
      this.reject(options.signal.reason);
      onStop(this);
    };
    options.signal.addEventListener('abort', this.#stop);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  read(bytes: number): void {
    if (this.#isSettled) return;
    try {
      if (bytes > 0) this.#options.onBytes?.(bytes);
    } catch (error) {
      this.reject(error);
    }
  }

  /** Who stops it on hearing of the last bytes gets the hash all the same: it is known. */
  finish(sha256: string, bytes: number): void {
    this.#options.signal.removeEventListener('abort', this.#stop);
    this.read(bytes);
    this.#settle();
    this.#deferred.resolve(sha256);
  }

  fail({kind, message}: FaultData): void {
    this.reject(new Fault(kind, message));
  }

  reject(reason: unknown): void {
    this.#settle();
    this.#deferred.reject(reason);
  }

  #settle(): void {
    this.#isSettled = true;
    this.#options.signal.removeEventListener('abort', this.#stop);
  }
}
