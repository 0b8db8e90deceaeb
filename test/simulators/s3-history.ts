import type {S3Object} from './s3-objects.ts';

/** One version of a key, or a delete marker in its place. */
export interface S3Version {
  readonly key: string;
  readonly versionId: string;
  /** Null: a delete marker. */
  readonly object: S3Object | null;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** What a versioned bucket remembers: of every key all versions, the newest first. */
export class S3History {
  readonly #byKey = new Map<string, S3Version[]>();
  #count = 0;
  #ordered: readonly S3Version[] | null = null;

  /** The object, with the id that it gets. */
  add(object: S3Object): S3Object {
    const known = {...object, versionId: this.#nextId()};
    this.#push({key: known.key, versionId: known.versionId, object: known, modifiedAt: known.modifiedAt});
    return known;
  }

  addDeleteMarker(key: string): S3Version {
    const modifiedAt = Math.floor(Date.now() / 1_000) * 1_000;
    return this.#push({key, versionId: this.#nextId(), object: null, modifiedAt});
  }

  newest(key: string): S3Version | undefined {
    return this.#byKey.get(key)?.[0];
  }

  /** All of the bucket, keys in the byte order. */
  all(): readonly S3Version[] {
    this.#ordered ??= [...this.#byKey]
      .map(([key, versions]) => ({bytes: Buffer.from(key), versions}))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .flatMap(({versions}) => versions);
    return this.#ordered;
  }

  #push(version: S3Version): S3Version {
    this.#ordered = null;
    const versions = this.#byKey.get(version.key);
    if (versions === undefined) this.#byKey.set(version.key, [version]);
    else versions.unshift(version);
    return version;
  }

  /** It looks like one of B2, and says nothing of the order. */
  #nextId(): string {
    const scattered = Math.imul(++this.#count, 0x9e3779b1) >>> 0;
    return `4_z${scattered.toString(16).padStart(8, '0')}_t${this.#count}`;
  }
}
