import fc from 'fast-check';
import {objectStoreConformance} from '../conformance/object-store.ts';
import {awkwardText} from '../support/awkward.ts';
import {bucketUnderTest} from './bucket-under-test.ts';

/** Keys that S3 takes: any text that is not empty, 1,024 bytes at most. */
const keySets = fc.array(
  awkwardText().filter(key => key !== '' && !/[\0\p{Cs}]/u.test(key)),
  {maxLength: 12},
).map(keys => [...new Set(keys)]);

objectStoreConformance({name: 'S3 store (simulator)', make: () => bucketUnderTest(), keySets});
