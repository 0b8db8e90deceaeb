import type {CheckResult, CoverageGroup} from '../core/checks.ts';
import type {HostLimit} from '../core/event.ts';
import type {Ending} from '../core/exit-code.ts';
import type {Probe} from '../core/probe.ts';
import type {StopReason} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';

/** How one run is to be worked on. The run is in the ledger, as `running` and held by this process. */
export interface Execution {
  readonly record: RunRecord;
  readonly connection: RunConnection;
  readonly scope: unknown;
  readonly probe: Probe<unknown>;
  /** The dry run whose plan is executed; null for a dry run and for an unrehearsed one. */
  readonly plan: RunRecord | null;
  readonly acceptNew: boolean;
  readonly acceptDrift: boolean;
  readonly takeOver: string | null;
  readonly rate: number | null;
  readonly reuse: boolean;
  /** At most so many items. */
  readonly cap: number | null;
  /** Range partitions may be parted while they run. */
  readonly splittable: boolean;
  /** Open items to take up first: of one kind, or all (null). */
  readonly retry: {readonly kind: string | null} | null;
  /** The plan has no changes: nothing is listed, no lease is taken, not a byte of the target is written. */
  readonly idle: boolean;
  /** Invariants and coverage are measured at the end. */
  readonly verifies: boolean;
}

export interface RunResult {
  readonly record: RunRecord;
  readonly reason: StopReason | null;
  readonly checks: readonly CheckResult[];
  readonly coverage: readonly CoverageGroup[];
  readonly seconds: number;
  readonly endings: readonly Ending[];
  /** What failed, where the run failed. */
  readonly error: unknown;
}

/** A run at work. Stopping is asked for here; `done` tells how it ended, and never rejects for what the run met. */
export interface RunHandle {
  readonly id: string;
  readonly done: Promise<RunResult>;
  pause(): void;
  cancel(): void;
  interrupt(): void;
  /** More or fewer requests at once. */
  nudge(by: number): void;
  /** How its hosts are being asked at this moment: events come only when something moves. */
  limits(): readonly HostLimit[];
}
