import {bucketProvider} from '../../../src/stores/providers/bucket.ts';
import type {Provider} from '../../../src/stores/providers/provider.ts';

export interface BucketPlace {
  readonly bucket: string;
  readonly endpoint: string;
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A provider that gives up soon. */
export function openBucket(
  {accessKeyId, secretAccessKey, ...place}: BucketPlace,
  idleMs: number,
): Promise<Provider> {
  return bucketProvider({
    ...place,
    id: 'archive',
    label: 'archive',
    credentials: {accessKeyId, secretAccessKey},
    timeouts: {connectMs: 5_000, idleMs},
  });
}
