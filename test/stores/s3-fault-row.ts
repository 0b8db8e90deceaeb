import type {FailureKind} from '../../src/core/failure.ts';
import type {S3Fault} from '../simulators/s3-faults.ts';

/** What is done while a fault is injected; every request that it makes is a real one. */
export type Doing =
  /** One object of 400,000 bytes is hashed. */
  | 'read'
  /** The same, of an object that was written anew after it was listed. */
  | 'read rewritten'
  /** The same, and as soon as a byte was read, the object is written anew, or deleted. */
  | 'read rewriting'
  | 'read deleting'
  /** 40 keys are listed, 4 a page. */
  | 'list'
  /** The same of a bucket with versions: some keys have several, some are deleted, one has more than a page. */
  | 'list versions'
  /** The same, from the 20th key on. */
  | 'resume'
  | 'middle'
  | 'lookup'
  | 'stated'
  | 'stated rewritten'
  | 'check'
  /** A dry run of all 40 objects, with the engine's retries: `right` is a plan with every key once, and its right hash. */
  | 'run';

export interface FaultRow {
  readonly while: Doing;
  /** Injected together, in this order. */
  readonly faults: readonly S3Fault[];
  /** How often each really happened; a number alone is exact. */
  readonly fired: readonly (number | 'some')[];
  readonly outcome: 'right' | Failed;
}

export interface Failed {
  readonly kind: FailureKind;
  readonly message: RegExp;
  readonly retryAfterMs?: readonly [least: number, most: number];
}
