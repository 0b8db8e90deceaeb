import type {CheckResult, CoverageGroup} from '../core/checks.ts';
import type {Snapshot} from '../core/event.ts';
import type {FaultData} from '../core/failure.ts';
import type {Finding} from '../core/probe.ts';
import type {StopReason} from '../core/run.ts';
import type {Pace} from './pace.ts';
import type {LogMemory} from './run-log.ts';

/** One run as a screen shows it: the newest snapshot, and what follows from those before it. Its size is bounded. */
export interface RunView {
  readonly run: string;
  /** rehearsed, dry run, unrehearsed …: what the run's header says. */
  readonly label: string;
  readonly source: string;
  readonly target: string;
  readonly scope: unknown;
  readonly undoes: string | null;
  readonly snapshot: Snapshot;
  /** When this process took the run up, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Items settled when this process took it up: a resumed run's rate is of what came after. */
  readonly settledBefore: number;
  readonly pace: Pace;
  /** The same of partitions that ended, where those are found while the run is on. */
  readonly partitionPace: Pace;
  /** The rate (`pace.fast`) as it was in each second, oldest first, at most `sparkSeconds`; the last is the second under way. */
  readonly perSecond: readonly number[];
  /** Newest last, at most `logLines`. */
  readonly log: readonly LogLine[];
  /** When a partition was last found or an item listed, read, settled or given back, or something measured. */
  readonly movedAt: number;
  /** The newest request that waits since then; null while it goes on. */
  readonly retry: Retry | null;
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckResult[];
  readonly coverage: readonly CoverageGroup[];
  /** Keys that were decided otherwise than in the dry run, at most `driftKeys`. */
  readonly driftKeys: readonly string[];
  /** How far a run is that is published as a whole; null before it stages, and where each page is committed by itself. */
  readonly publication: Publication | null;
  readonly stopping: StopReason | null;
  readonly ended: {
    readonly reason: StopReason | null;
    readonly seconds: number | null;
    readonly at: number;
  } | null;
  /** All partitions were found: of a view that was made of a ledger's record, which has no more to say of it. */
  readonly isDiscovered?: boolean;
  /** What the reducer needs besides; a view that was made of a ledger's record has none. */
  readonly memory?: RunMemory;
}

export interface RunMemory {
  /** The second under way, since the epoch. */
  readonly second: number;
  /** Open items of the run are tried again: those that failed before are still to do. */
  readonly isRetry: boolean;
  /** Items that failed since this process took the run up. */
  readonly failedSince: number;
  /** Most items that were done, and the largest share of a total that is sure: no smaller share is shown after it. */
  readonly done: number;
  readonly share: number;
  readonly log: LogMemory;
}

export const sparkSeconds = 60;
export const logLines = 200;
export const driftKeys = 100;
/** Findings, checks and coverage groups that a view holds, each; the ledger has all. */
export const measured = 500;

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  /** How often it came in a row; of what is gathered in one line, how often it came at all. */
  readonly times: number;
  /** What is gathered in it: more of it changes this line, instead of adding another. */
  readonly of?: string;
}

export interface Publication {
  readonly state: 'staged' | 'publishing' | 'published';
  readonly items: number;
  readonly total: number;
}

export interface Retry {
  readonly host: string;
  readonly attempt: number;
  readonly until: number;
  readonly fault: FaultData;
}
