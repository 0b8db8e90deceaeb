import {s3Store} from '../../src/stores/s3.ts';
import type {StoreUnderTest} from '../conformance/object-store.ts';
import type {S3Simulator, S3SimulatorOptions} from '../simulators/s3-server.ts';
import {s3UnderTest} from '../simulators/s3-under-test.ts';

export interface BucketUnderTest extends StoreUnderTest {
  readonly server: S3Simulator;
}

/** An empty bucket of a simulator of the test's own, and a store with so much patience. */
export async function bucketUnderTest({
  idleMs = 20_000,
  ...options
}: S3SimulatorOptions & {readonly idleMs?: number} = {}): Promise<BucketUnderTest> {
  const server = await s3UnderTest(options);
  const {endpoint, bucket, accessKeyId, secretAccessKey} = server;
  const store = await s3Store({
    bucket,
    endpoint,
    credentials: {accessKeyId, secretAccessKey},
    label: `s3://${bucket}`,
    ...(options.versions === true ? {versions: true} : {}),
    timeouts: {connectMs: 5_000, idleMs},
  });
  return {
    server,
    store,
    put: async (key, content) => server.put(key, content),
    remove: async key => server.remove(key),
  };
}
