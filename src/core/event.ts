import type {PartitionTally, Tally} from './accounting.ts';
import type {CheckResult, CoverageGroup, Summary} from './checks.ts';
import type {Drift} from './drift.ts';
import type {FaultData} from './failure.ts';
import type {Finding} from './probe.ts';
import type {RunMode, RunStatus, StopReason} from './run.ts';

/** Where a run stands. Both identities hold in every snapshot. */
export interface Snapshot {
  readonly run: string;
  readonly backfill: string;
  readonly mode: RunMode;
  readonly status: RunStatus;
  readonly tally: Tally;
  readonly partitions: PartitionTally;
  readonly drift: Drift;
  /** Read from the source by this process so far, also of items under way: what a throughput is measured by. */
  readonly bytesRead: number;
  /** Missing until something was inspected. */
  readonly underWay?: UnderWay;
  /** Items that a plan announces; null while the total is not known. */
  readonly expected: number | null;
  readonly limits: readonly HostLimit[];
  /** Missing where partitions are all known from the beginning. */
  readonly discovery?: Discovery;
  /** Items a second at most, as the operator wants it; null is as fast as the hosts allow. */
  readonly rate: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface UnderWay {
  /** Items that this process has inspected so far, and those whose effects it has made, with the bytes that these moved. */
  readonly inspected: number;
  readonly applied: number;
  readonly moved: number;
  /** Items whose effects are made, and whose pages are not checkpointed: what counts them does not say so yet. */
  readonly unrecorded: number;
  /** What is large and takes a while, as far as it is, the largest first; not all where there are many. */
  readonly motions: readonly Motion[];
}

/** An item that is being hashed or uploaded. */
export interface Motion {
  readonly key: string;
  readonly doing: 'hashing' | 'uploading';
  /** Bytes that are done, and of how many. */
  readonly bytes: number;
  readonly of: number;
}

export interface HostLimit {
  readonly host: string;
  readonly limit: number;
  readonly inFlight: number;
  readonly reason: string;
  /** When the host wants the next request, in milliseconds since the epoch; null is now. */
  readonly waitsUntil: number | null;
  /** Requests that were made so far, and when the first one was. */
  readonly requests: number;
  readonly firstAt: number | null;
  /** Requests a second at most; null is as many as the limit at once allows. */
  readonly perSecond: number | null;
  /** It is down, and what waits for it is set aside until it answers again. */
  readonly aside?: {
    readonly waiting: number;
    /** When it went down, and when it is tried again, in milliseconds since the epoch. */
    readonly since: number;
    readonly until: number;
    readonly fault: FaultData;
  };
}

/** How far repositories have been found: those that were, and of them those whose host is known. */
export interface Discovery {
  readonly found: number;
  readonly resolved: number;
  /** Everything was found: until then `found` is only so far. */
  readonly isOver: boolean;
}

/** A host went down, or answers again. */
export interface HostNews {
  readonly type: 'host';
  readonly host: string;
  readonly state: 'down' | 'up';
  /** When it went down. */
  readonly since: number;
  readonly fault?: FaultData;
}

/** What a run tells whoever watches. Screens, plain lines and JSON are all made from these. */
export type RunEvent = {readonly snapshot: Snapshot} & (
  | {
      readonly type: 'started';
      readonly source: string;
      readonly target: string;
      readonly scope: unknown;
      /** The run that is undone, or rehearsed to be. */
      readonly undoes: string | null;
      /** It goes on where it stopped: its counts begin above zero. */
      readonly resumed: boolean;
      /** Items in a page at most. */
      readonly pageItems: number;
      readonly label: string;
    }
  | {readonly type: 'probed'; readonly findings: readonly Finding[]}
  | {
      readonly type: 'partition';
      readonly partition: string;
      readonly state: 'found' | 'split' | 'done' | 'failed';
    }
  /** A page of a stream was read: so many repositories that were not known before. */
  | {readonly type: 'discovered'; readonly stream: string; readonly partitions: number}
  | HostNews
  /** Something large goes on: where it is, the snapshot says. */
  | {readonly type: 'moving'}
  | {readonly type: 'listed'; readonly partition: string; readonly items: number}
  | {readonly type: 'returned'; readonly partition: string; readonly items: number}
  | {
      readonly type: 'page';
      readonly partition: string;
      readonly page: number;
      readonly settled: Tally;
      readonly cursor: string;
    }
  /** Of a run that is published as a whole: so many of its changes are staged, or were published. */
  | {
      readonly type: 'publication';
      readonly state: 'staged' | 'publishing' | 'published';
      readonly items: number;
      readonly total: number;
    }
  | {
      readonly type: 'failure';
      readonly partition: string;
      /** Empty where it is the partition, or the stream, that failed. */
      readonly key: string;
      readonly fault: FaultData;
      /** Who serves it, where that is known and not the source as a whole. */
      readonly host?: string;
      /** It is a stream of partitions, which could not be read to its end. */
      readonly isStream?: true;
    }
  | {
      readonly type: 'retrying';
      readonly host: string;
      readonly attempt: number;
      readonly waitMs: number;
      readonly fault: FaultData;
    }
  | {readonly type: 'drift'; readonly keys: readonly string[]}
  | {readonly type: 'note'; readonly level: 'info' | 'warning'; readonly message: string}
  | {readonly type: 'stopping'; readonly reason: StopReason}
  | {readonly type: 'check'; readonly result: CheckResult}
  | {readonly type: 'coverage'; readonly group: CoverageGroup}
  | {readonly type: 'figures'; readonly summary: Summary}
  | {readonly type: 'ended'; readonly reason: StopReason | null; readonly seconds: number}
);

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event before the engine adds the snapshot. */
export type RunNews = DistributiveOmit<RunEvent, 'snapshot'>;
