import type {TargetCosts} from '../backfills/target-costs.ts';
import type {Count} from '../core/count.ts';
import type {Service} from '../core/service.ts';
import type {EffectFacts} from './estimate-effects.ts';
import type {Reading} from './estimate-time.ts';
import type {Settings} from './settings.ts';

/** What an estimate measured, and what its prediction is made from. */
export interface EstimateFacts {
  readonly source: Service;
  readonly target: TargetFacts;
  readonly listing: ListingFacts;
  readonly sample: SampleFacts;
  readonly settings: Pick<
    Settings,
    'page' | 'partitions' | 'splitAfterSeconds' | 'leaseSeconds' | 'rate' | 'sample'
  >;
  /** The run means key order, and so one partition. */
  readonly isOrdered: boolean;
  /** Less than everything: the table has rows beside those of the scope. */
  readonly isNarrowed: boolean;
}

/** Items and their sizes. */
export interface Amount {
  readonly items: number;
  readonly bytes: number;
}

export interface ListingFacts {
  readonly all: Amount;
  /** Not to be indexed, says the source. */
  readonly skipped: number;
  /** Listed, and not to be read. */
  readonly faulty: number;
  /** Read by an earlier run, and unchanged since. */
  readonly known: Amount;
  /** To be read. */
  readonly unread: Amount;
  /** Without a fingerprint: what a dry run read is read again by the live run. */
  readonly unproven: Amount;
  /** Pages in which the listing came: requests, where a bucket is listed. */
  readonly requests: number;
  /** Pages that a run would cut it into, by items and bytes. */
  readonly pages: number;
  readonly seconds: number;
}

export const kinds = ['insert', 'update', 'delete', 'unchanged', 'skip', 'fail'] as const;
export type Kind = (typeof kinds)[number];
export type Kinds<T> = Readonly<Record<Kind, T>>;

export const noKinds: Kinds<number> = {insert: 0, update: 0, delete: 0, unchanged: 0, skip: 0, fail: 0};

export function addKinds(a: Kinds<number>, b: Kinds<number>): Kinds<number> {
  const sum: Record<Kind, number> = {...a};
  for (const kind of kinds) sum[kind] += b[kind];
  return sum;
}

/** What would become of the items. `changes` are inserts, updates and deletes together, known better than each of them. */
export interface Outlook {
  readonly items: Kinds<Count>;
  readonly changes: Count;
}

/** Of items drawn at random: how many there were, and what was decided of them. */
export interface Looked {
  readonly looked: number;
  readonly found: Kinds<number>;
}

export interface SampleFacts {
  readonly unread: Looked;
  readonly known: Looked;
  readonly readings: readonly Reading[];
  /** From the first reading's beginning to the last one's end. */
  readonly seconds: number;
  /** Readings at once, at most. */
  readonly atOnce: number;
  /** That were read from the source. */
  readonly bytes: number;
  /** Of what was read, the source stated what was looked for, and no bytes were needed. */
  readonly stated: Amount;
  /** What its changes would do outside of the target; missing where a backfill does nothing there. */
  readonly effects?: EffectFacts;
}

export interface TargetFacts {
  readonly service: Service;
  /** Requests a second; null where there are no requests to count. */
  readonly perSecond: number | null;
  readonly probeRequests: number;
  /** How long the pages of the sample took to decide. */
  readonly decided: {readonly pages: number; readonly seconds: number};
  readonly marks: boolean;
  readonly provesAtomicity: boolean;
  readonly costs: TargetCosts;
}
