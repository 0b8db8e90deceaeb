import {createHash, hash} from 'node:crypto';
import {normaliseEtag} from '../../core/identity.ts';
import {type BucketRequests, isUnknownUpload, type OpenUpload, type SentPart} from './bucket-requests.ts';
import type {FileReading} from './file-reading.ts';
import {type PartPlan, partBytes} from './part-plan.ts';
import {patiently} from './patience.ts';

export interface PartsToSend {
  readonly requests: BucketRequests;
  readonly upload: OpenUpload;
  readonly plan: PartPlan;
  readonly size: number;
  /** What the service has already, of an earlier attempt. */
  readonly known: readonly SentPart[];
  readonly onBytes: (count: number) => void;
}

/**
 * Sends a file in parts, several at once, while it is read in order. A part that the service has already, by number, size
 * and MD5 of what is read now, is not sent again. The first that fails for good ends the others.
 */
export class PartSending {
  readonly #todo: PartsToSend;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  readonly #known: ReadonlyMap<number, SentPart>;
  readonly #md5s = createHash('md5');
  readonly #sent: SentPart[] = [];
  readonly #running = new Set<Promise<void>>();
  #failure: {readonly error: unknown} | null = null;

  constructor(todo: PartsToSend, signal: AbortSignal) {
    this.#todo = todo;
    this.#signal = AbortSignal.any([signal, this.#ending.signal]);
    this.#known = new Map(todo.known.map(part => [part.number, part]));
  }

  /** The ETag that an object of these parts has where ETags are made of MD5s: that of the parts' MD5s. */
  get etag(): string {
    return `${this.#md5s.copy().digest('hex')}-${this.#todo.plan.count}`;
  }

  async sendAll(reading: FileReading): Promise<void> {
    const {plan, size} = this.#todo;
    try {
      for (let number = 1; number <= plan.count; number++) {
        // With the one that is read next, as many are in memory as may be.
        while (this.#running.size >= plan.inMemory - 1) await Promise.race(this.#running);
        this.#throwFailure();
        this.#take(number, await reading.next(partBytes(plan, size, number)));
      }
      await Promise.all(this.#running);
      this.#throwFailure();
    } finally {
      this.#ending.abort();
      await Promise.all(this.#running);
    }
  }

  /** Where the answer to it was lost, the next attempt finds that the upload is not known: then the object tells. */
  async complete(signal: AbortSignal): Promise<void> {
    const {requests, upload} = this.#todo;
    const parts = this.#sent.toSorted((a, b) => a.number - b.number);
    await patiently(async attempt => {
      try {
        await requests.complete(upload, parts, signal);
      } catch (error) {
        if (attempt === 1 || !isUnknownUpload(error)) throw error;
      }
    }, signal);
  }

  #take(number: number, bytes: Buffer): void {
    const md5 = hash('md5', bytes, 'buffer');
    this.#md5s.update(md5);
    const known = this.#known.get(number);
    if (known?.size === bytes.length && normaliseEtag(known.etag) === md5.toString('hex')) {
      this.#done(known);
      return;
    }
    const running = this.#send(number, bytes)
      .catch((error: unknown) => {
        this.#failure ??= {error};
        this.#ending.abort();
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #send(number: number, bytes: Buffer): Promise<void> {
    const {requests, upload} = this.#todo;
    const send = () => requests.sendPart(upload, number, bytes, this.#signal);
    this.#done({number, size: bytes.length, etag: await patiently(send, this.#signal)});
  }

  #done(part: SentPart): void {
    this.#sent.push(part);
    this.#todo.onBytes(part.size);
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}
