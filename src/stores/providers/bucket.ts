import type {Finding} from '../../core/probe.ts';
import type {Service} from '../../core/service.ts';
import type {ObjectStore} from '../object-store.ts';
import {storeOver} from '../s3.ts';
import {connectS3, defaultTimeouts, type S3Place, type S3Timeouts} from '../s3-client.ts';
import {S3Http} from '../s3-http.ts';
import {BucketObjects} from './bucket-objects.ts';
import {BucketRequests} from './bucket-requests.ts';
import {abandonUpload, BucketUpload} from './bucket-upload.ts';
import {requireName} from './object-name.ts';
import {partPlan} from './part-plan.ts';
import type {Provider, UploadedFile, UploadOptions} from './provider.ts';

export interface BucketProviderOptions extends S3Place {
  readonly id: string;
  readonly label: string;
  /** What objects are below: a slash is put behind it where it has none. */
  readonly prefix: string;
  /** As of a store (s3.ts). */
  readonly versions?: true;
  readonly keysRemedy?: string;
  readonly timeouts?: Partial<S3Timeouts>;
}

/**
 * A bucket of S3, R2, B2 or a server of one's own. Up to 16 MiB a file is one PUT, beyond that an upload in parts whose
 * id the journal has before the first of them. In a bucket that keeps versions, what is removed gets a delete marker.
 */
export async function bucketProvider({timeouts, ...options}: BucketProviderOptions): Promise<Provider> {
  const times = {...defaultTimeouts, ...timeouts};
  const connection = await connectS3({...options, end: 'provider'}, times);
  const http = new S3Http(connection, times);
  const prefix =
    options.prefix === '' || options.prefix.endsWith('/') ? options.prefix : `${options.prefix}/`;
  const store = storeOver(connection, http, {...options, prefix});
  return new BucketProvider(options.id, store, http, new BucketRequests(connection, options.bucket));
}

class BucketProvider implements Provider {
  readonly id: string;
  readonly host: string;
  readonly service: Service;
  readonly label: string;
  readonly store: ObjectStore;
  readonly #objects: BucketObjects;
  readonly #requests: BucketRequests;

  constructor(id: string, store: ObjectStore, http: S3Http, requests: BucketRequests) {
    this.id = id;
    this.label = store.label;
    this.host = store.host;
    this.service = store.service;
    this.store = store;
    this.#objects = new BucketObjects(store, http);
    this.#requests = requests;
  }

  key(name: string): string {
    return this.store.prefix + name;
  }

  /**
   * Two say that it is not there (the second whether the bucket is), and one that it is: between them one PUT, or a
   * beginning, the parts and an end.
   */
  requestsFor(size: number): number {
    const plan = partPlan(size);
    return 3 + (plan === null ? 1 : plan.count + 2);
  }

  async check(): Promise<readonly Finding[]> {
    const found = await this.store.check();
    return found.map(finding => ({...finding, subject: 'provider'}));
  }

  async find(
    file: UploadedFile,
    signal: AbortSignal,
    onBytes?: (count: number) => void,
  ): Promise<'same' | 'other' | null> {
    requireName(file.name);
    return this.#objects.find(this.key(file.name), file, {
      signal,
      ...(onBytes === undefined ? {} : {onBytes}),
    });
  }

  async upload(file: UploadedFile, options: UploadOptions): Promise<void> {
    requireName(file.name);
    await new BucketUpload({...this.#place(file.name), objects: this.#objects}, file, options).go();
  }

  async abandon(name: string, handle: string, signal: AbortSignal): Promise<void> {
    requireName(name);
    await abandonUpload(this.#place(name), handle, signal);
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    requireName(name);
    await this.#requests.remove(this.key(name), signal);
  }

  #place(name: string) {
    return {key: this.key(name), host: this.host, requests: this.#requests};
  }
}
