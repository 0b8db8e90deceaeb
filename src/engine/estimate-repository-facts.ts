import type {FailureKind, FaultData} from '../core/failure.ts';
import type {Kinds, TargetFacts} from './estimate-facts.ts';
import type {Settings} from './settings.ts';

/** What an estimate measured where partitions are found one by one, and what its prediction is made from. */
export interface RepositoriesFacts {
  readonly target: TargetFacts;
  readonly discovery: DiscoveryFacts;
  readonly sample: RepositorySample;
  readonly settings: Pick<Settings, 'hosts' | 'rate' | 'patienceSeconds'>;
  /** Requests that a host is known to take from one address, where it limits them; null where nobody knows. */
  readonly hostLimit: {readonly requests: number; readonly seconds: number} | null;
}

export interface DiscoveryFacts {
  /** Each counted once, however often it was listed. */
  readonly found: number;
  /** It was given up before the end: there are more. */
  readonly isLeast: boolean;
  readonly doubles: number;
  /** Pages of those who list. */
  readonly requests: number;
  readonly seconds: number;
  readonly streams: number;
  /** Those that could not be read to their end. */
  readonly failed: readonly UnreadStream[];
}

export interface UnreadStream extends FaultData {
  readonly stream: string;
  /** What only it would have found may be of this group; '' where that is not known. */
  readonly group: string;
}

export interface RepositorySample {
  readonly repositories: readonly SampledRepository[];
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Answers that asked for fewer requests, by host. */
  readonly limited: Readonly<Record<string, number>>;
  /** Of the first that did not fail for good, as its account is: what it said; null where there was none. */
  readonly firstFault: string | null;
}

/** A repository that was drawn, and read as a whole. */
export interface SampledRepository {
  readonly id: string;
  /** '' where that was not found out. */
  readonly host: string;
  /** Whoever was asked where it is. */
  readonly directory: string;
  /** Null where it was read to its end. */
  readonly failed: FailureKind | null;
  /** Also those of one that failed later on. */
  readonly items: Kinds<number>;
  /** That were read from its host. */
  readonly bytes: number;
  readonly pages: number;
  readonly requests: ByServer;
  readonly seconds: ByServer;
}

/** Of whoever tells where it is, and of whoever serves it. */
export type ByServer = Readonly<Record<'directory' | 'host', number>>;
