import {hash} from 'node:crypto';
import {S3History, type S3Version} from './s3-history.ts';

export interface S3Checksum {
  /** Base64. */
  readonly sha256: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface S3Object {
  readonly key: string;
  readonly keyBytes: Buffer;
  readonly content: Buffer;
  /** With its quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch, a whole second: S3 knows no less. */
  readonly modifiedAt: number;
  readonly checksum: S3Checksum | null;
  readonly storageClass: string;
  /** What else a GET and a HEAD tell of it: metadata, content type. */
  readonly headers: Readonly<Record<string, string>>;
  /** "null" in a bucket without versions. */
  readonly versionId: string;
}

export interface PutOptions {
  /** Without quotes; the MD5 of the content if left out. */
  readonly etag?: string;
  readonly checksum?: S3Checksum;
  readonly modifiedAt?: number;
  readonly storageClass?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Content = Uint8Array | string;
export type ContentOfKey = (key: string) => {readonly content: Content} & PutOptions;

/** The objects of a bucket, by key and in the UTF-8 byte order of their keys. */
export class S3Objects {
  readonly #byKey = new Map<string, S3Object>();
  #sorted: S3Object[] = [];
  readonly #history: S3History | null;

  constructor({versions}: {readonly versions: boolean} = {versions: false}) {
    this.#history = versions ? new S3History() : null;
  }

  get hasVersions(): boolean {
    return this.#history !== null;
  }

  /** Every version and delete marker there is, in the order of a listing. */
  versions(): readonly S3Version[] {
    if (this.#history !== null) return this.#history.all();
    return this.#sorted.map(object => ({...object, object}));
  }

  isNewest({key, versionId}: S3Version): boolean {
    return this.#history === null || this.#history.newest(key)?.versionId === versionId;
  }

  get(key: string): S3Object | undefined {
    return this.#byKey.get(key);
  }

  at(index: number): S3Object | undefined {
    return this.#sorted[index];
  }

  put(key: string, content: Content, options: PutOptions = {}): S3Object {
    const object = this.#kept(makeObject(key, content, options));
    const index = this.from(object.keyBytes);
    this.#sorted.splice(index, this.#byKey.has(key) ? 1 : 0, object);
    this.#byKey.set(key, object);
    return object;
  }

  putMany(keys: Iterable<string>, contentOf: ContentOfKey): void {
    for (const key of keys) {
      const {content, ...options} = contentOf(key);
      this.#byKey.set(key, this.#kept(makeObject(key, content, options)));
    }
    this.#sorted = [...this.#byKey.values()].sort((a, b) => Buffer.compare(a.keyBytes, b.keyBytes));
  }

  /** The delete marker that a bucket with versions puts in its place. */
  remove(key: string): S3Version | null {
    this.#forget(key);
    return this.#history?.addDeleteMarker(key) ?? null;
  }

  /** Null where the key is there, or was never. */
  deleteMarkerOf(key: string): S3Version | null {
    const newest = this.#history?.newest(key);
    return newest?.object === null ? newest : null;
  }

  #kept(object: S3Object): S3Object {
    return this.#history?.add(object) ?? object;
  }

  #forget(key: string): void {
    const object = this.#byKey.get(key);
    if (object === undefined) return;
    this.#byKey.delete(key);
    this.#sorted.splice(this.from(object.keyBytes), 1);
  }

  /** Index of the first key that is not less than these bytes. */
  from(bytes: Buffer): number {
    return this.#firstIndex(({keyBytes}) => Buffer.compare(keyBytes, bytes) >= 0);
  }

  /** Index of the first key that is greater than these bytes. */
  after(bytes: Buffer): number {
    return this.#firstIndex(({keyBytes}) => Buffer.compare(keyBytes, bytes) > 0);
  }

  /** Index of the first key that is greater than all keys with this prefix. */
  afterPrefix(prefix: Buffer): number {
    return this.#firstIndex(({keyBytes}) => Buffer.compare(keyBytes.subarray(0, prefix.length), prefix) > 0);
  }

  #firstIndex(holds: (object: S3Object) => boolean): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const object = this.#sorted[middle];
      if (object !== undefined && holds(object)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function makeObject(key: string, content: Content, options: PutOptions): S3Object {
  const keyBytes = Buffer.from(key);
  if (key === '' || keyBytes.length > 1024 || !key.isWellFormed())
    throw new Error(`S3 simulator: ${JSON.stringify(key)} is no key: expected 1 to 1,024 bytes of UTF-8`);
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const {etag = hash('md5', bytes), modifiedAt = Date.now(), checksum, storageClass = 'STANDARD'} = options;
  return {
    key,
    keyBytes,
    content: bytes,
    etag: `"${etag}"`,
    modifiedAt: Math.floor(modifiedAt / 1_000) * 1_000,
    checksum: checksum ?? null,
    storageClass,
    headers: options.headers ?? {},
    versionId: 'null',
  };
}
