import type {S3FaultType} from '../simulators/s3-faults.ts';
import type {FaultRow} from './s3-fault-row.ts';
import {bodyFaults} from './s3-fault-rows-body.ts';
import {listingFaults} from './s3-fault-rows-listing.ts';
import {serviceFaults} from './s3-fault-rows-service.ts';
import {versionsFaults} from './s3-fault-rows-versions.ts';

/** Every fault that the simulator knows, where it hurts, and what must come of it. */
export const faultTable: Readonly<Record<S3FaultType, readonly FaultRow[]>> = {
  ...serviceFaults,
  ...bodyFaults,
  ...listingFaults,
  ...versionsFaults,
};
