import {objectStoreConformance} from '../conformance/object-store.ts';
import type {S3Fault} from '../simulators/s3-faults.ts';
import {bucketKeys} from './bucket-keys.ts';
import {bucketUnderTest} from './bucket-under-test.ts';
import {withFileIds} from './with-file-ids.ts';

/** As AWS has it: any text, NUL too. */
const keySets = bucketKeys(() => true);

const writtenAs: readonly (readonly [string, readonly S3Fault[]])[] = [
  ['as AWS has them', []],
  // Its documented answer has delete markers first; its native API begins at a name, and says which one is next.
  ['as B2 has them', [{type: 'delete-markers-apart'}, {type: 'inclusive-key-marker', next: 'following'}]],
];

for (const [name, faults] of writtenAs)
  objectStoreConformance({
    name: `S3 store (simulator with versions, ${name})`,
    make: async () => {
      const bucket = await bucketUnderTest({versions: true});
      for (const fault of faults) bucket.server.inject(fault);
      return {...bucket, store: withFileIds(bucket.store)};
    },
    keySets,
    runs: 20,
  });
