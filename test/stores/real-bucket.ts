import {hash} from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {type S3Options, s3Store} from '../../src/stores/s3.ts';
import type {StoreUnderTest} from '../conformance/object-store.ts';

export interface RealPlace {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Ways around the S3 API, for a server that has them. */
export interface Shortcuts {
  put(key: string, content: Uint8Array): Promise<void>;
  empty(): Promise<void>;
}

/** One bucket of a real server for a whole test file: every test finds it empty. */
export class RealBucket {
  readonly client: S3Client;
  readonly place: RealPlace;
  readonly #shortcuts: Shortcuts | null;
  readonly #keys = new Set<string>();

  constructor(place: RealPlace, shortcuts: Shortcuts | null = null) {
    this.#shortcuts = shortcuts;
    const {endpoint, accessKeyId, secretAccessKey} = place;
    this.place = place;
    this.client = new S3Client({
      endpoint,
      region: 'us-east-1',
      credentials: {accessKeyId, secretAccessKey},
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async create(): Promise<void> {
    await this.client.send(new CreateBucketCommand({Bucket: this.place.bucket}));
  }

  async destroy(): Promise<void> {
    await this.empty();
    await this.client.send(new DeleteBucketCommand({Bucket: this.place.bucket}));
    this.client.destroy();
  }

  async emptied(more: Pick<S3Options, 'versions'> = {}): Promise<StoreUnderTest> {
    await this.empty();
    const {bucket, endpoint, accessKeyId, secretAccessKey} = this.place;
    const store = await s3Store({
      bucket,
      endpoint,
      credentials: {accessKeyId, secretAccessKey},
      label: `s3://${bucket}`,
      ...more,
    });
    return {store, put: (key, content) => this.put(key, content), remove: key => this.remove(key)};
  }

  async put(key: string, content: Uint8Array | string): Promise<void> {
    if (this.#shortcuts !== null) return this.#shortcuts.put(key, Buffer.from(content));
    this.#keys.add(key);
    await this.client.send(new PutObjectCommand({Bucket: this.place.bucket, Key: key, Body: content}));
  }

  /** With the checksum that S3 is to keep of it. */
  async putWithSha256(key: string, content: Uint8Array): Promise<void> {
    this.#keys.add(key);
    await this.client.send(
      new PutObjectCommand({
        Bucket: this.place.bucket,
        Key: key,
        Body: content,
        ChecksumSHA256: hash('sha256', content, 'base64'),
      }),
    );
  }

  async keepVersions(): Promise<void> {
    await this.client.send(
      new PutBucketVersioningCommand({
        Bucket: this.place.bucket,
        VersioningConfiguration: {Status: 'Enabled'},
      }),
    );
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({Bucket: this.place.bucket, Key: key}));
    this.#keys.delete(key);
  }

  async empty(): Promise<void> {
    if (this.#shortcuts !== null) return this.#shortcuts.empty();
    await Promise.all([...this.#keys].map(key => this.remove(key)));
  }
}
