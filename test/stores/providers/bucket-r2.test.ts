import {afterAll, beforeAll} from 'vitest';
import {type LocalCloudflare, startLocalCloudflare} from '../../../src/sandbox/local-cloudflare.ts';
import {providerConformance} from '../../conformance/provider.ts';
import {goingOnConformance} from './bucket-going-on.ts';
import {RealBuckets} from './bucket-provider.ts';
import {refusalsConformance} from './bucket-refusals.ts';

/** workerd's own R2, behind miniflare's S3 API. */
let local: LocalCloudflare;
let buckets: RealBuckets;

beforeAll(async () => {
  local = await startLocalCloudflare({databases: [], bucket: 'assets'});
  buckets = new RealBuckets(local.s3);
});
afterAll(() => local.stop());

const name = "a bucket (workerd's R2)";
providerConformance({name, make: () => buckets.make()});
goingOnConformance(name, changes => buckets.make(changes), {listsParts: false});
refusalsConformance(name, changes => buckets.make(changes));
