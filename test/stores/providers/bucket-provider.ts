import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type {ProviderUnderTest} from '../../conformance/provider.ts';
import {type S3Proxy, s3ProxyFor} from '../../simulators/s3-proxy.ts';
import type {RealPlace} from '../real-bucket.ts';
import {type BucketPlace, openBucket} from './bucket-place.ts';

export interface BucketUnderTest extends ProviderUnderTest {
  readonly proxy: S3Proxy;
  /** As a child process opens it. */
  readonly place: BucketPlace;
  /** Around the provider. */
  put(name: string, content: Uint8Array, metadata?: Readonly<Record<string, string>>): Promise<void>;
}

export interface BucketChanges {
  readonly secretAccessKey?: string;
  readonly idleMs?: number;
}

export type MakeBucket = (changes?: BucketChanges) => Promise<BucketUnderTest>;

/** Buckets of one real server, each test's objects below a prefix of their own; every request comes by a proxy. */
export class RealBuckets {
  readonly #place: RealPlace;
  readonly #client: S3Client;
  #made = 0;

  constructor(place: RealPlace) {
    const {endpoint, accessKeyId, secretAccessKey} = place;
    this.#place = place;
    this.#client = new S3Client({
      endpoint,
      region: 'us-east-1',
      credentials: {accessKeyId, secretAccessKey},
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      expectContinueHeader: false,
    });
  }

  async create(): Promise<void> {
    await this.#client.send(new CreateBucketCommand({Bucket: this.#place.bucket}));
  }

  async destroy(): Promise<void> {
    const {bucket} = this.#place;
    const {Contents = []} = await this.#client.send(new ListObjectsV2Command({Bucket: bucket}));
    for (const {Key} of Contents) await this.#client.send(new DeleteObjectCommand({Bucket: bucket, Key}));
    await this.#client.send(new DeleteBucketCommand({Bucket: bucket}));
    this.#client.destroy();
  }

  async make({
    secretAccessKey = this.#place.secretAccessKey,
    idleMs = 20_000,
  } = {}): Promise<BucketUnderTest> {
    const proxy = await s3ProxyFor(this.#place.endpoint);
    const prefix = `test & ${++this.#made}`;
    const {bucket, accessKeyId} = this.#place;
    const place = {bucket, endpoint: proxy.endpoint, accessKeyId, secretAccessKey, prefix};
    const provider = await openBucket(place, idleMs);
    return {
      provider,
      proxy,
      place,
      leftovers: () => this.#uploads(proxy, `${prefix}/`),
      put: async (name, content, metadata = {}) => {
        const object = {Bucket: bucket, Key: `${prefix}/${name}`, Body: content, Metadata: {...metadata}};
        await this.#client.send(new PutObjectCommand(object));
      },
    };
  }

  async #uploads(proxy: S3Proxy, prefix: string): Promise<readonly string[]> {
    try {
      const list = new ListMultipartUploadsCommand({Bucket: this.#place.bucket});
      const {Uploads = []} = await this.#client.send(list);
      return Uploads.flatMap(({Key = ''}) => (Key.startsWith(prefix) ? [Key] : []));
    } catch (error) {
      if (error instanceof Error && error.name === 'NotImplemented') return proxy.openUploads;
      throw error;
    }
  }
}
