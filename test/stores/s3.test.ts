import {objectStoreConformance} from '../conformance/object-store.ts';
import {bucketKeys} from './bucket-keys.ts';
import {bucketUnderTest} from './bucket-under-test.ts';

/** As AWS has it: any text, NUL too. */
const keySets = bucketKeys(() => true);

objectStoreConformance({name: 'S3 store (simulator)', make: () => bucketUnderTest(), keySets});
