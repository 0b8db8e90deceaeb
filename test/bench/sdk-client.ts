import {Agent} from 'node:http';
import {S3Client} from '@aws-sdk/client-s3';
import type {BucketAddress} from '../../src/config/bucket-address.ts';

/** The SDK at its fastest: connections are kept, and there are enough of them; no checksums are asked for. */
export function sdkClient({endpoint = ''}: BucketAddress): S3Client {
  return new S3Client({
    endpoint,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {httpAgent: new Agent({keepAlive: true, maxSockets: Number.POSITIVE_INFINITY})},
  });
}
