import type {DriftLimit} from '../core/drift.ts';
import type {Motion, RunNews} from '../core/event.ts';
import type {StopReason} from '../core/run.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {AtPoint} from './crash-points.ts';
import type {Hosts} from './hosts.ts';
import type {Limiter} from './limiter.ts';
import type {RunState} from './run-state.ts';
import type {Settings} from './settings.ts';
import type {Work} from './work.ts';
import type {Writer} from './writer.ts';

/** What everything that works on one run shares. */
export interface RunContext {
  readonly run: string;
  /** The name under which this process holds the run. */
  readonly holder: string;
  readonly source: string;
  readonly target: string;
  readonly work: Work;
  readonly ledger: Ledger;
  readonly limiter: Limiter;
  readonly hosts: Hosts;
  /** Null in a dry run: there is nothing that could write. */
  readonly writer: Writer | null;
  readonly settings: Settings;
  readonly state: RunState;
  /** The dry run whose plan is executed, and how much it planned. */
  readonly plan: {
    readonly run: string;
    readonly items: number;
    readonly limit: DriftLimit;
    readonly acceptNew: boolean;
  } | null;
  /** Known fingerprints are used, so that what has not changed is not read again. */
  readonly reuse: boolean;
  /** At most so many items in this run; null is no cap. */
  readonly cap: number | null;
  /** Aborted when no new I/O may start: pages under way are given back. */
  readonly halt: AbortSignal;
  /** Aborted when nothing more is to be taken up: pages under way are finished. */
  readonly drain: AbortSignal;
  /** Either of them. */
  readonly ending: AbortSignal;
  /** On the ledger's disk, as it was a moment ago; null where that can't be told. */
  readonly freeBytes: () => Promise<number | null>;
  readonly now: () => number;
  readonly random: () => number;
  readonly at: AtPoint;
  emit(news: RunNews): void;
  /** Tells how far something large is that takes a while. */
  moving(motion: Motion): void;
  /** Ends the run early. `drain` finishes the pages under way, `halt` gives them back. */
  stop(how: 'halt' | 'drain', reason: StopReason): void;
}
