import {type Budgets, defaultBudgets} from '../core/budget.ts';
import {type DriftLimit, defaultDriftLimit} from '../core/drift.ts';

/** How the engine works; the config may change each of these. */
export interface Settings {
  readonly page: {
    readonly items: number;
    readonly bytes: number;
    readonly seconds: number;
  };
  readonly concurrency: {readonly start: number; readonly max: number};
  /** Partitions that run at once. */
  readonly partitions: number;
  /** Of partitions that are each served by a host of their own: repositories. */
  readonly hosts: {
    /** Hosts that are read from at once. */
    readonly atOnce: number;
    /** Repositories of one host at once. */
    readonly repositories: number;
    /** Repositories that may be found ahead of those that are read. */
    readonly window: number;
  };
  /** A partition is parted only after it has run so long. */
  readonly splitAfterSeconds: number;
  /** Items a second; null is as fast as the hosts allow. */
  readonly rate: number | null;
  readonly d1: {
    /** Requests a second to one Cloudflare account, all databases together. */
    readonly requestsPerSecond: number;
  };
  /** Attempts at one item or request before its failure is recorded. */
  readonly attempts: number;
  /** A service behind the target that does not answer is asked again for so long. */
  readonly patienceSeconds: number;
  readonly budgets: Budgets;
  readonly drift: DriftLimit;
  /** How long a live run's lease holds without a sign of life. */
  readonly leaseSeconds: number;
  /** How old a dry run may be when its plan is executed. */
  readonly planHours: number;
  /** Objects that verification reads again; null is all. */
  readonly sample: number | null;
}

export const defaultSettings: Settings = {
  page: {items: 1_000, bytes: 256 * 1024 * 1024, seconds: 20},
  concurrency: {start: 16, max: 64},
  partitions: 4,
  hosts: {atOnce: 8, repositories: 8, window: 50_000},
  splitAfterSeconds: 2,
  rate: null,
  d1: {requestsPerSecond: 3},
  attempts: 5,
  patienceSeconds: 120,
  budgets: defaultBudgets,
  drift: defaultDriftLimit,
  leaseSeconds: 60,
  planHours: 24,
  sample: 300,
};
