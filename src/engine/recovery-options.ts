import type {Recovery} from '../backfills/backfill.ts';
import type {CheckResult} from '../core/checks.ts';
import type {Ending} from '../core/exit-code.ts';
import type {Target} from '../databases/database.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Source} from './connection.ts';
import type {RunHandle, RunResult} from './execution.ts';

/** What a recovery is given, what it tells while it works, and what it comes to. */

/** How long other writers are watched for, where nobody says otherwise. */
export const watchSeconds = 10;

export interface RecoveryOptions {
  readonly recovery: Recovery;
  readonly target: Target;
  /** Null where no source is named: what reads one is left out. */
  readonly source: Source | null;
  readonly options: unknown;
  readonly prefix: string;
  /** The target's name as typed; null looks only: nothing is held, and nothing written. */
  readonly confirm: string | null;
  /** The source's name as typed, where no prefix narrows it. */
  readonly whole: string | null;
  readonly takeOver: string | null;
  /** How long other writers are watched for. */
  readonly watchSeconds: number;
  /** Go on although somebody still writes. */
  readonly acceptWriters: boolean;
  readonly signal: AbortSignal;
  readonly tell: (news: RecoveryNews) => void;
  /** Told of each run at work, and with null when it has ended. */
  readonly follow: (handle: FollowedRun | null) => void;
  /** Told of each run that has ended. */
  readonly ended: (result: RunResult) => void;
}

/** A run at work; what only measures can't be paused. */
export type FollowedRun = Omit<RunHandle, 'done' | 'pause'> & Partial<Pick<RunHandle, 'pause'>>;

export const recoverySteps = ['hold', 'watch', 'measure', 'mend', 'verify'] as const;
export type RecoveryStep = (typeof recoverySteps)[number];

export interface RecoveryNews {
  readonly step: RecoveryStep;
  readonly state: 'begins' | 'done' | 'failed';
  readonly says: string;
  /** Of the mending: whose turn it is, and the run that has ended. */
  readonly turn?: {readonly backfill: string; readonly run: RunRecord | null};
  /** Of a measurement that is done. */
  readonly checks?: readonly CheckResult[];
}

export interface Recovered {
  /** Null where it was given up before anything was measured. */
  readonly before: readonly CheckResult[] | null;
  readonly after: readonly CheckResult[];
  /** Live runs that changed something, oldest first. */
  readonly runs: readonly RunRecord[];
  readonly endings: readonly Ending[];
}
