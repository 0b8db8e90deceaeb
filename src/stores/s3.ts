import {compareKeys, inRange, printableKey} from '../core/keys.ts';
import type {Finding} from '../core/probe.ts';
import {type Service, serviceOfHost} from '../core/service.ts';
import type {Listing, ObjectMetadata, ObjectStore, ReadOptions, StoredObject} from './object-store.ts';
import {checkBucket} from './s3-check.ts';
import {connectS3, defaultTimeouts, type S3Connection, type S3Place, type S3Timeouts} from './s3-client.ts';
import {S3Fault} from './s3-faults.ts';
import {S3Http} from './s3-http.ts';
import {fingerprintOf, listPage, type PageStart} from './s3-listing.ts';
import {listAhead, StartIgnored} from './s3-listing-ahead.ts';
import {readMetadata} from './s3-metadata.ts';
import {type AskFirst, middleKey} from './s3-middle.ts';
import {hashObject} from './s3-read.ts';
import {StatedHashes} from './s3-stated.ts';
import {fileIdOf, listVersions} from './s3-versions.ts';

export interface S3Options extends S3Place {
  readonly label: string;
  readonly prefix?: string;
  readonly timeouts?: Partial<S3Timeouts>;
  /** The bucket keeps versions with ids of their own, as every one of B2 does: for a gateway in front of it. */
  readonly versions?: true;
  /** What to do where the keys are refused, if they don't come from where AWS tools take them. */
  readonly keysRemedy?: string;
}

/** A bucket of S3, R2, B2 or a server of one's own. Keys are whole keys, whatever the prefix. */
export async function s3Store({timeouts, ...options}: S3Options): Promise<ObjectStore> {
  const times = {...defaultTimeouts, ...timeouts};
  const connection = await connectS3(options, times);
  return storeOver(connection, new S3Http(connection, times), options);
}

/** The same over a connection that somebody else has a use for as well. */
export function storeOver(
  connection: S3Connection,
  http: S3Http,
  options: Omit<S3Options, 'timeouts'>,
): ObjectStore {
  return new S3Store(connection, http, options);
}

class S3Store implements ObjectStore {
  readonly host: string;
  readonly service: Service;
  readonly id: string;
  readonly label: string;
  readonly prefix: string;
  readonly #connection: S3Connection;
  readonly #http: S3Http;
  readonly bucket: string;
  readonly #stated: StatedHashes;
  readonly #hasVersions: boolean;
  readonly #keysRemedy: string | undefined;
  /** False once the server has shown that it does not know StartAfter. */
  #startsAnywhere = true;

  constructor(connection: S3Connection, http: S3Http, options: Omit<S3Options, 'timeouts'>) {
    const {bucket, label, prefix = '', versions, keysRemedy} = options;
    this.#connection = connection;
    this.#http = http;
    this.bucket = bucket;
    this.#stated = new StatedHashes(http);
    this.host = http.host;
    this.service = serviceOfHost(http.host);
    this.#hasVersions = versions === true || this.service === 'b2';
    this.#keysRemedy = keysRemedy;
    // A gateway may serve several stores under one host, each below a path of its own.
    this.id = `s3:${connection.url.host}${connection.url.pathname}`;
    this.label = label;
    this.prefix = prefix;
  }

  check(): Promise<readonly Finding[]> {
    const {url, region} = this.#connection;
    const name = `s3://${this.bucket} at ${url.origin} (region ${region})`;
    return checkBucket(this.#http, {prefix: this.prefix, name, keysRemedy: this.#keysRemedy});
  }

  async *list({prefix, lo, hi, signal, fileIds}: Listing): AsyncGenerator<readonly StoredObject[]> {
    if (fileIds === true && this.#hasVersions) {
      yield* listVersions(this.#http, {prefix, lo, hi, signal});
      return;
    }
    let last = lo;
    if (this.#startsAnywhere)
      try {
        for await (const page of listAhead(
          (start, ending) => listPage(this.#http, {prefix, start, signal: ending}),
          {lo, hi},
          signal,
        )) {
          last = page.at(-1)?.key ?? last;
          yield page;
        }
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof StartIgnored)) throw error;
        this.#startsAnywhere = false;
      }
    yield* this.#inTurn({prefix, lo: last, hi, signal});
  }

  /** One page after the other, from the beginning of the bucket where the server can't begin elsewhere. */
  async *#inTurn({prefix, lo, hi, signal}: Listing): AsyncGenerator<readonly StoredObject[]> {
    for (let start: PageStart = {after: lo}; ; ) {
      const {objects, next} = await listPage(this.#http, {prefix, start, inTurn: true, signal});
      const inside = objects.filter(({key}) => inRange(key, {lo, hi}));
      if (inside.length > 0) yield inside;
      if (next === null || (hi !== null && next.after !== '' && compareKeys(next.after, hi) >= 0)) return;
      start = next;
    }
  }

  async lookup(key: string, signal: AbortSignal): Promise<StoredObject | null> {
    try {
      const head = await this.#http.head({key}, printableKey(key), signal);
      const version = head.etag ?? '';
      const size = Number(head['content-length'] ?? 0);
      const modifiedAt = Date.parse(head['last-modified'] ?? '') || 0;
      const fingerprint = fingerprintOf(version, size);
      const id = this.#hasVersions ? fileIdOf(head['x-amz-version-id']) : {};
      return {key, size, modifiedAt, version, fingerprint, ...id};
    } catch (error) {
      if (error instanceof S3Fault && error.kind === 'not-found' && error.code !== 'NoSuchBucket')
        return null;
      throw error;
    }
  }

  sha256(object: StoredObject, options: ReadOptions): Promise<string> {
    return hashObject(this.#http, object, options);
  }

  statedSha256(object: StoredObject, signal: AbortSignal): Promise<string | null> {
    return this.#stated.of(object, signal);
  }

  metadata(object: StoredObject, signal: AbortSignal): Promise<ObjectMetadata | null> {
    return readMetadata(this.#http, object, signal);
  }

  async middle({prefix, lo, hi, signal}: Listing): Promise<string | null> {
    if (!this.#startsAnywhere) return null;
    const ask: AskFirst = async ({lo: after, hi: end}, maxKeys) => {
      const page = await listPage(this.#http, {prefix, start: {after}, maxKeys, signal});
      if (page.ignoresStart) throw new StartIgnored();
      const keys = page.objects.map(({key}) => key);
      const inside = end === null ? keys : keys.filter(key => compareKeys(key, end) <= 0);
      return {keys: inside, isAll: page.next === null || inside.length < keys.length};
    };
    try {
      return await middleKey(ask, {lo, hi}, prefix);
    } catch (error) {
      if (!(error instanceof StartIgnored)) throw error;
      this.#startsAnywhere = false;
      return null;
    }
  }
}
