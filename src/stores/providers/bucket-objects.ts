import {Fault} from '../../core/failure.ts';
import {printableKey} from '../../core/keys.ts';
import type {ObjectStore, ReadOptions} from '../object-store.ts';
import {S3Fault} from '../s3-faults.ts';
import type {S3Http} from '../s3-http.ts';
import {
  type BucketFacts,
  type ExpectedFacts,
  etagDecides,
  factsInWords,
  factsOf,
  verdict,
} from './bucket-facts.ts';
import {readThrough} from './file-digests.ts';
import {partPlan} from './part-plan.ts';
import {patiently} from './patience.ts';
import type {UploadedFile} from './provider.ts';

/** Tells from what a service says of its objects which file they are. */
export class BucketObjects {
  readonly store: ObjectStore;
  readonly #http: S3Http;

  constructor(store: ObjectStore, http: S3Http) {
    this.store = store;
    this.#http = http;
  }

  /** Where only an MD5 can tell, the file is read for it; where nothing tells, the object's bytes are. */
  async find(key: string, file: UploadedFile, reading: ReadOptions): Promise<'same' | 'other' | null> {
    const {signal} = reading;
    const facts = await this.#facts(key, signal);
    if (facts === null) return null;
    const {size, sha256} = file;
    if (facts.size !== size) return 'other';
    const isStated = facts.sha256 !== null && sha256 !== null;
    const isReadFor = !isStated && etagDecides(facts, partPlan(size)?.count ?? null);
    const etag = isReadFor ? (await readThrough(file, signal)).etag : null;
    return verdict(facts, {size, sha256, etag}) ?? this.#compare(key, file, reading);
  }

  /** Null where the service says nothing against it; else what it should be and what it is instead. */
  async mismatch(key: string, expected: ExpectedFacts, signal: AbortSignal): Promise<string | null> {
    const facts = await patiently(() => this.#facts(key, signal), signal);
    if (facts === null)
      throw new Fault('server-error', `${printableKey(key)}: it was uploaded, and is not there`, {
        host: this.#http.host,
      });
    if (verdict(facts, expected) !== 'other') return null;
    return `${factsInWords(expected)} were uploaded, and the provider reports ${factsInWords(facts)}`;
  }

  async #facts(key: string, signal: AbortSignal): Promise<BucketFacts | null> {
    const headers = {'x-amz-checksum-mode': 'ENABLED'};
    try {
      return factsOf(await this.#http.head({key, headers}, printableKey(key), signal), this.store.service);
    } catch (error) {
      if (error instanceof S3Fault && error.kind === 'not-found' && error.code !== 'NoSuchBucket')
        return null;
      throw error;
    }
  }

  async #compare(key: string, file: UploadedFile, reading: ReadOptions): Promise<'same' | 'other' | null> {
    const {signal} = reading;
    const object = await this.store.lookup(key, signal);
    if (object === null) return null;
    const sha256 = file.sha256 ?? (await readThrough(file, signal)).sha256;
    return (await this.store.sha256(object, reading)) === sha256 ? 'same' : 'other';
  }
}
