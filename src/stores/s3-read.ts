import {createHash} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';
import {Fault, isRetryable} from '../core/failure.ts';
import {normaliseEtag} from '../core/identity.ts';
import {printableKey} from '../core/keys.ts';
import type {ReadOptions, StoredObject} from './object-store.ts';
import {faultOfConnection} from './s3-faults.ts';
import type {S3Http} from './s3-http.ts';

/** Attempts in a row that get no further, before the failure goes to the engine, which counts and waits longer. */
const fruitlessAttempts = 3;
const firstWaitMs = 100;
/** A longer one is for the engine as well: what was read so far is not worth a place that others could have. */
const longestWaitMs = 20_000;

/**
 * Hashes an object's bytes. Every request names the listed version (If-Match), every answer has to name it too, every
 * length is compared with the listing's, and a body that breaks is gone on with where it broke (Range, in the same
 * version) or begun anew: the hash is of exactly these bytes, or there is none.
 */
export async function hashObject(http: S3Http, object: StoredObject, options: ReadOptions): Promise<string> {
  const reading = new Reading(http, object, options);
  const {signal} = options;
  for (let fruitless = 0; ; ) {
    const best = reading.best;
    try {
      await reading.go();
      return reading.digest();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault) || !isRetryable(error.kind) || error.kind === 'changed') throw error;
      fruitless = reading.best > best ? 0 : fruitless + 1;
      const waitMs = error.retryAfterMs ?? (fruitless === 0 ? 0 : firstWaitMs * 2 ** fruitless);
      // Without a byte there is nothing to go on with: the engine tries again as well, and gives its place to others.
      if (reading.best === 0 || fruitless >= fruitlessAttempts || waitMs > longestWaitMs) throw error;
      await sleep(waitMs, undefined, {signal}).catch(() => signal.throwIfAborted());
    }
  }
}

class Reading {
  /** Bytes that are in the hash, and the most that ever were: a store without ranges begins anew each time. */
  #done = 0;
  best = 0;
  readonly #http: S3Http;
  readonly #object: StoredObject;
  readonly #options: ReadOptions;
  readonly #what: string;
  #hash = createHash('sha256');

  constructor(http: S3Http, object: StoredObject, options: ReadOptions) {
    this.#http = http;
    this.#object = object;
    this.#options = options;
    this.#what = printableKey(object.key);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }

  async go(): Promise<void> {
    const {key, version, size} = this.#object;
    if (this.#done > 0 && this.#done === size) return;
    // Only a version makes sure that the rest is of the same object.
    if (version === '') this.#restart();
    const headers = {
      ...(version === '' ? {} : {'if-match': version}),
      ...(this.#done === 0 ? {} : {range: `bytes=${this.#done}-`}),
    };
    const response = await this.#http.get({key, headers}, [200, 206], this.#what, this.#options.signal);
    try {
      this.#begin(response);
      await this.#read(response);
    } finally {
      response.destroy();
    }
  }

  #begin({statusCode, headers}: IncomingMessage): void {
    const {version, size} = this.#object;
    if (version !== '' && headers.etag !== version) this.#requireVersion(headers.etag);
    if (statusCode === 206) this.#requireRange(headers['content-range']);
    else this.#restart();
    const length = headers['content-length'];
    const expected = size - this.#done;
    if (length === undefined || Number(length) === expected) return;
    const how = `${length} bytes are announced, where ${expected} of ${size} were expected`;
    throw version === '' ? this.#changed(how) : this.#wrong(how);
  }

  #requireVersion(etag: string | undefined): void {
    const {version} = this.#object;
    if (etag === undefined) throw this.#wrong('the answer does not name its version: is it S3 that answers?');
    if (normaliseEtag(etag) !== normaliseEtag(version))
      throw this.#changed(`its ETag is ${etag}, where ${version} was listed`);
  }

  /** The store sends all of it: some don't know ranges. */
  #restart(): void {
    if (this.#done === 0) return;
    this.#hash = createHash('sha256');
    this.#done = 0;
  }

  #requireRange(range: string | undefined): void {
    const found = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range ?? '');
    const [, from, to, total] = found ?? [];
    const {size} = this.#object;
    const isRest = Number(from) === this.#done && Number(to) === size - 1;
    if (isRest && (total === '*' || Number(total) === size)) return;
    throw this.#wrong(
      `bytes ${this.#done}-${size - 1} of ${size} were asked for, and "${range ?? 'nothing'}" came`,
    );
  }

  #read(response: IncomingMessage): Promise<void> {
    const {size} = this.#object;
    return new Promise((resolve, reject) => {
      response.on('data', (chunk: Buffer) => {
        if (this.#options.signal.aborted || response.destroyed) return;
        if (this.#done + chunk.length > size) {
          reject(this.#wrong(`more than ${size} bytes came`));
          response.destroy();
          return;
        }
        this.#hash.update(chunk);
        this.#done += chunk.length;
        this.best = Math.max(this.best, this.#done);
        this.#options.onBytes?.(chunk.length);
      });
      response.on('end', () => {
        if (this.#done === size) resolve();
        else reject(this.#short());
      });
      response.on('error', (error: Error) => reject(faultOfConnection(error, this.#what, this.#http.host)));
      // It comes after every body; an Error that nobody needs would cost 4 % of a small object's time.
      response.on('close', () => {
        if (!response.readableEnded) reject(this.#short());
      });
    });
  }

  #short(): Fault {
    return new Fault(
      'connection',
      `${this.#what}: the body broke off after ${this.#done} of ${this.#object.size} bytes`,
      {host: this.#http.host},
    );
  }

  /** The store contradicts itself: it is the listed version, and yet not. Then nothing that it sent can be built upon. */
  #wrong(how: string): Fault {
    this.#restart();
    return new Fault('server-error', `${this.#what}: ${how}`, {host: this.#http.host});
  }

  #changed(how: string): Fault {
    return new Fault('changed', `${this.#what}: it changed since it was listed (${how})`);
  }
}
