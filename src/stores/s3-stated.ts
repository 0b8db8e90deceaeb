import {Fault} from '../core/failure.ts';
import {normaliseEtag} from '../core/identity.ts';
import {printableKey} from '../core/keys.ts';
import type {StoredObject} from './object-store.ts';
import type {S3Http} from './s3-http.ts';

/** From this size on a request that may save the download is worth trying, also where the listing promises nothing. */
const worthAsking = 1_048_576;
/** A store that stated none of so many is not asked any more. */
const patience = 8;

/**
 * The SHA-256 that a store keeps of an object, where the uploader gave it: only that of the whole object counts, and
 * only of the listed version. One of a multipart upload's parts (`-N`, COMPOSITE) is a hash of hashes. AWS keeps them;
 * neither Ceph 16 nor miniflare's R2 does.
 */
export class StatedHashes {
  readonly #http: S3Http;
  #askedInVain = 0;

  constructor(http: S3Http) {
    this.#http = http;
  }

  async of(
    {key, version, size, statesHash = false}: StoredObject,
    signal: AbortSignal,
  ): Promise<string | null> {
    const isWorthIt = statesHash || (size >= worthAsking && this.#askedInVain < patience);
    // Without a version there is no telling whose hash it would be.
    if (version === '' || !isWorthIt) return null;
    const headers = {'x-amz-checksum-mode': 'ENABLED', 'if-match': version};
    try {
      const answer = await this.#http.head({key, headers}, printableKey(key), signal);
      const etag = normaliseEtag(answer.etag ?? '');
      const hash =
        etag === normaliseEtag(version)
          ? wholeHash(header(answer['x-amz-checksum-sha256']), header(answer['x-amz-checksum-type']), etag)
          : null;
      if (!statesHash) this.#askedInVain = hash === null ? this.#askedInVain + 1 : 0;
      return hash;
    } catch (error) {
      // Whatever is wrong, reading the object will say it better.
      if (error instanceof Fault) return null;
      throw error;
    }
  }
}

function header(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** 64 hex digits from 32 bytes in base64; null for anything else. An upload in parts has `-N` in its ETag. */
export function wholeHash(
  checksum: string | undefined,
  type: string | undefined,
  etag: string,
): string | null {
  const isWhole = type === 'FULL_OBJECT' || (type === undefined && !/-\d+$/.test(etag));
  if (!isWhole || checksum === undefined || !/^[A-Za-z0-9+/]{43}=$/.test(checksum)) return null;
  return Buffer.from(checksum, 'base64').toString('hex');
}
