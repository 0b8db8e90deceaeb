import type {FailureKind} from '../failure.ts';

/** What an operator meets, why, and what to do about it. */
export interface Trouble {
  /** As the operator sees it. */
  readonly symptom: string;
  readonly cause: string;
  readonly remedy: string;
  /** Messages of failures that are this; none for what is no failure. */
  readonly matches?: RegExp;
  readonly kinds?: readonly FailureKind[];
}
