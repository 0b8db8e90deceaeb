import {HeadObjectCommand} from '@aws-sdk/client-s3';
import type {StoredObject} from './object-store.ts';
import type {S3Connection} from './s3-client.ts';

/** From this size on a request that may save the download is worth trying, also where the listing promises nothing. */
const worthAsking = 1_048_576;
/** A store that stated none of so many is not asked any more. */
const patience = 8;

/**
 * The SHA-256 that a store keeps of an object, where the uploader gave it: only that of the whole object counts. One of
 * a multipart upload's parts (`-N`, COMPOSITE) is a hash of hashes.
 */
export class StatedHashes {
  readonly #connection: S3Connection;
  readonly #bucket: string;
  #askedInVain = 0;

  constructor(connection: S3Connection, bucket: string) {
    this.#connection = connection;
    this.#bucket = bucket;
  }

  async of(
    {key, version, size, statesHash = false}: StoredObject,
    signal: AbortSignal,
  ): Promise<string | null> {
    if (!statesHash && (size < worthAsking || this.#askedInVain >= patience)) return null;
    const answer = await this.#connection.client
      .send(
        new HeadObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          ChecksumMode: 'ENABLED',
          ...(version === '' ? {} : {IfMatch: version}),
        }),
        {abortSignal: signal},
      )
      // Whatever is wrong, reading the object will say it better.
      .catch(() => null);
    signal.throwIfAborted();
    const hash = wholeHash(answer?.ChecksumSHA256, answer?.ChecksumType);
    if (!statesHash) this.#askedInVain = hash === null ? this.#askedInVain + 1 : 0;
    return answer?.ETag !== undefined && answer.ETag !== version && version !== '' ? null : hash;
  }
}

/** 64 hex digits from 32 bytes in base64; null for anything else. */
export function wholeHash(checksum: string | undefined, type: string | undefined): string | null {
  if (checksum === undefined || (type !== undefined && type !== 'FULL_OBJECT')) return null;
  if (!/^[A-Za-z0-9+/]{43}=$/.test(checksum)) return null;
  return Buffer.from(checksum, 'base64').toString('hex');
}
