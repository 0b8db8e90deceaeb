import type {Breach, RecoveringRun, Severity} from '../core/checks.ts';
import type {KeyRange} from '../core/keys.ts';
import type {Reached} from '../core/reached.ts';
import type {Noun} from './backfill.ts';
import type {Shape, TargetIo} from './shape.ts';

/** What checks may use. Without a source, those that need one are left out. */
export interface CheckIo<S extends Shape> extends TargetIo<S> {
  /** The keys that are checked: those of the run's scope. */
  readonly range: KeyRange;
  /** How many items to read again; null is all. */
  readonly sample: number | null;
  /** At least 0, less than 1: what a sample is drawn with. */
  random(): number;
  /** Why the ledger says that these keys are not in the target, where it knows. */
  causes(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** How far the run came that explains what is missing, by host and by group; null where there is none. */
  reached(): Promise<Reached | null>;
  /** What the run before has left to compare with (Backfill.remembers); null where there is nothing. */
  remembered(): Promise<{readonly value: unknown; readonly at: number} | null>;
  /** What runs of a backfill that were not undone wrote to the target, page by page, as far as the ledger keeps it. */
  written(backfill: string): AsyncIterable<readonly Written[]>;
}

/** A change that a run made. */
export interface Written {
  readonly run: string;
  /** When the run was made, in milliseconds since the epoch. */
  readonly at: number;
  readonly key: string;
  readonly change: unknown;
}

export interface Invariant<S extends Shape> {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /**
   * What it has to read: what the target answers by itself is cheap, all of its rows are not, nor is the source's
   * listing, and the source's bytes are dear.
   */
  readonly reads: 'target' | 'rows' | 'listing' | 'bytes';
  /** What breaks it, where that is no row of the target. */
  readonly counts?: Noun;
  readonly why: string;
  readonly recovery: string;
  /** Only where a test proves it; what it leaves over, `recovery` says. */
  readonly recovers?: RecoveringRun;
  measure(
    io: CheckIo<S>,
  ): Promise<{readonly count: number; readonly sample: readonly Breach[]; readonly note?: string}>;
}
