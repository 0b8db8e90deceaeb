import {hash, randomUUID} from 'node:crypto';
import {Fault, isRetryable} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import type {ExpectedFacts} from './bucket-facts.ts';
import type {BucketObjects} from './bucket-objects.ts';
import {type BucketRequests, isUnknownUpload, type NewObject, type SentPart} from './bucket-requests.ts';
import {FileReading} from './file-reading.ts';
import {PartSending} from './multipart.ts';
import {type PartPlan, partPlan} from './part-plan.ts';
import {patiently} from './patience.ts';
import type {UploadedFile, UploadOptions} from './provider.ts';

/** In the journal until the service has told the id of an upload: where that was never heard, nobody knows it. */
const beginning = 'beginning ';

/** Enough to end an upload some of whose parts are still on their way to the service. */
const abortAttempts = 3;

export interface UploadPlace {
  readonly key: string;
  readonly host: string;
  readonly requests: BucketRequests;
  readonly objects: BucketObjects;
}

/**
 * One file on its way to one key. One PUT is tried once: whether one that broke off was done is for `find` to say. An
 * upload in parts stays open in the journal until its object was seen to be right, or until it can never be.
 */
export class BucketUpload {
  readonly #place: UploadPlace;
  readonly #file: UploadedFile;
  readonly #options: UploadOptions;

  constructor(place: UploadPlace, file: UploadedFile, options: UploadOptions) {
    this.#place = place;
    this.#file = file;
    this.#options = options;
  }

  async go(): Promise<void> {
    const {name, size} = this.#file;
    const open = await this.#options.journal.begun(name);
    const plan = partPlan(size);
    if (plan !== null) return this.#inParts(plan, open);
    // It was a larger one when that was begun.
    if (open !== null) await this.#giveUp(open);
    await this.#inOne();
  }

  async #inOne(): Promise<void> {
    const {signal, onProgress} = this.#options;
    const {size} = this.#file;
    const reading = new FileReading(this.#file, signal);
    try {
      const bytes = await reading.next(size);
      const sha256 = await reading.end();
      await this.#place.requests.put(this.#object(sha256), bytes, signal);
      onProgress?.(size);
      await this.#verify({size, sha256, etag: hash('md5', bytes)});
    } finally {
      await reading.close();
    }
  }

  async #inParts(plan: PartPlan, open: string | null): Promise<void> {
    const {signal, journal} = this.#options;
    const begun = (open === null ? null : await this.#resume(open)) ?? (await this.#begin());
    if (begun === 'whole') return;
    try {
      await this.#sendParts(plan, begun);
    } catch (error) {
      signal.throwIfAborted();
      if (isUnknownUpload(error)) {
        if (await this.#isWhole()) return;
        throw new Fault('server-error', error.message, {host: this.#place.host, cause: error});
      }
      if (isFinal(error)) await this.#giveUp(begun.id).catch(() => signal.throwIfAborted());
      throw error;
    }
    await journal.end(this.#file.name);
  }

  async #begin(): Promise<Begun> {
    const {signal, journal} = this.#options;
    const {name, sha256} = this.#file;
    await journal.begin(name, beginning + randomUUID());
    const created = this.#place.requests.create(this.#object(sha256), signal);
    const id = await created.catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (isRefused(error)) await journal.end(name);
      throw error;
    });
    await journal.begin(name, id);
    return {id, known: []};
  }

  /** What an earlier attempt has begun; null where the service knows it no more, and it has come to nothing. */
  async #resume(id: string): Promise<Begun | 'whole' | null> {
    const {requests, key} = this.#place;
    const {signal} = this.#options;
    if (id.startsWith(beginning)) {
      await this.#giveUp(id);
      return null;
    }
    const known = await patiently(() => requests.listParts({key, id}, signal), signal);
    if (known !== null && known !== 'untold') return {id, known};
    if (await this.#isWhole()) return 'whole';
    // Whoever tells nothing of parts gets an upload of its own, or it would not be known where this one stands.
    if (known === 'untold') await this.#giveUp(id);
    return null;
  }

  /** The service does not know the upload any more: is that because it was completed? */
  async #isWhole(): Promise<boolean> {
    const {signal, journal} = this.#options;
    const found = await this.#place.objects.find(this.#place.key, this.#file, {signal});
    await journal.end(this.#file.name);
    return found === 'same';
  }

  async #sendParts(plan: PartPlan, {id, known}: Begun): Promise<void> {
    const {requests, key} = this.#place;
    const {signal, onProgress} = this.#options;
    const {size} = this.#file;
    let there = 0;
    const onBytes = (count: number) => {
      there += count;
      onProgress?.(there);
    };
    const reading = new FileReading(this.#file, signal);
    const sending = new PartSending({requests, upload: {key, id}, plan, size, known, onBytes}, signal);
    try {
      await sending.sendAll(reading);
      const sha256 = await reading.end();
      await sending.complete(signal);
      await this.#verify({size, sha256, etag: sending.etag});
    } finally {
      await reading.close();
    }
  }

  /** What differs from what was sent is taken away again: nobody is to find it there. */
  async #verify(expected: ExpectedFacts): Promise<void> {
    const {objects, requests, key, host} = this.#place;
    const {signal} = this.#options;
    const mismatch = await objects.mismatch(key, expected, signal);
    if (mismatch === null) return;
    await patiently(() => requests.remove(key, signal), signal);
    throw new Fault('server-error', `${printableKey(key)}: ${mismatch}`, {host});
  }

  /** Nothing of it stays, at the service and in the journal; where that fails, the journal still knows of it. */
  async #giveUp(id: string): Promise<void> {
    await abandonUpload(this.#place, id, this.#options.signal);
    await this.#options.journal.end(this.#file.name);
  }

  #object(sha256: string | null): NewObject {
    return {key: this.#place.key, contentType: this.#file.contentType, sha256};
  }
}

interface Begun {
  readonly id: string;
  readonly known: readonly SentPart[];
}

/** Where it is not known which upload was begun, all to the key are given up: whoever is at one of them begins anew. */
export async function abandonUpload(
  place: Omit<UploadPlace, 'objects'>,
  handle: string,
  signal: AbortSignal,
): Promise<void> {
  const {key, requests} = place;
  const ids = handle.startsWith(beginning)
    ? await patiently(() => requests.listUploads(key, signal), signal)
    : [handle];
  for (const id of ids) await abandonOne(place, id, signal);
}

/** A part that was on its way may land after an upload was ended, so it is looked whether it is gone. */
async function abandonOne(
  {key, host, requests}: Omit<UploadPlace, 'objects'>,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; attempt <= abortAttempts; attempt++) {
    await patiently(() => requests.abort({key, id}, signal), signal);
    const left = await patiently(() => requests.listParts({key, id}, signal), signal);
    if (left === null || left === 'untold') return;
  }
  throw new Fault('server-error', `${printableKey(key)}: its upload can't be ended`, {host});
}

/** The service has answered, and begun nothing. */
function isRefused(error: unknown): boolean {
  return error instanceof Fault && !error.isUnsettled && error.kind !== 'server-error';
}

/** Another attempt would not go on from here: it would fail in the same way, or be of other bytes. */
function isFinal(error: unknown): boolean {
  return error instanceof Fault && (error.kind === 'changed' || !isRetryable(error.kind));
}
