import {afterAll, beforeAll, describe} from 'vitest';
import {providerConformance} from '../../conformance/provider.ts';
import {cephEndpoint} from '../../support/ceph.ts';
import {goingOnConformance} from './bucket-going-on.ts';
import {RealBuckets} from './bucket-provider.ts';
import {refusalsConformance} from './bucket-refusals.ts';

const endpoint = cephEndpoint();

describe.skipIf(endpoint === null)('Ceph', () => {
  const buckets = new RealBuckets({
    endpoint: endpoint ?? '',
    bucket: `headgate-${Math.random().toString(36).slice(2)}`,
    accessKeyId: 'demoaccess',
    secretAccessKey: 'demosecret',
  });
  beforeAll(() => buckets.create());
  afterAll(() => buckets.destroy());

  const name = 'a bucket (Ceph)';
  providerConformance({name, make: () => buckets.make()});
  goingOnConformance(name, changes => buckets.make(changes), {listsParts: true});
  refusalsConformance(name, changes => buckets.make(changes));
});
