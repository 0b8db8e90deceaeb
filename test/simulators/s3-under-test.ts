import {S3Client, type S3ClientConfig} from '@aws-sdk/client-s3';
import {onTestFinished} from 'vitest';
import {type S3Simulator, type S3SimulatorOptions, startS3Simulator} from './s3-server.ts';

/** A simulator that stops with the test. */
export async function s3UnderTest(options: S3SimulatorOptions = {}): Promise<S3Simulator> {
  const simulator = await startS3Simulator(options);
  onTestFinished(() => simulator.stop());
  return simulator;
}

/** The real SDK, let in, and trying everything once only: what it meets is what the simulator did. */
export function sdkClient(simulator: S3Simulator, config: S3ClientConfig = {}): S3Client {
  const {endpoint, accessKeyId, secretAccessKey} = simulator;
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: {accessKeyId, secretAccessKey},
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...config,
  });
  onTestFinished(() => client.destroy());
  return client;
}
