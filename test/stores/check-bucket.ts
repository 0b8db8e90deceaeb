import type {Finding} from '../../src/core/probe.ts';
import {s3Store} from '../../src/stores/s3.ts';
import type {S3Place} from '../../src/stores/s3-client.ts';

/** Those of the simulator. */
export const credentials = {accessKeyId: 'simulatorkey', secretAccessKey: 'simulatorsecret'};

/** What a bucket's check finds, of a store that gives up soon. */
export async function check(place: Partial<S3Place>, prefix = ''): Promise<readonly Finding[]> {
  const store = await s3Store({
    bucket: 'assets',
    credentials,
    label: 's3://assets',
    prefix,
    timeouts: {connectMs: 1_000, idleMs: 2_000},
    ...place,
  });
  return store.check();
}
