import type {CheckResult} from '../core/checks.ts';
import type {Finding} from '../core/probe.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Taker} from './taken-plan.ts';

/** A condition of going live, with its reason and what unlocks it. */
export interface Gate {
  readonly id: GateId;
  readonly title: string;
  readonly holds: boolean;
  /** What is so, or what is in the way. */
  readonly reason: string;
  /** What to do where it does not hold. */
  readonly unlock?: string;
}

export type GateId =
  | 'probe'
  | 'rehearsed'
  | 'same'
  | 'fresh'
  | 'unused'
  | 'failures'
  | 'invariants'
  | 'space'
  | 'lease'
  | 'thresholds'
  | 'whole'
  | 'inventory'
  | 'publish'
  | 'confirmed';

/** Everything that the gates look at. Pure data, so that a screen can show them before anything is asked for. */
export interface GateFacts {
  readonly plan: RunRecord;
  /** The run that is to be undone; null where the plan of a backfill is to go live. */
  readonly undoes: string | null;
  /** The run that has taken the plan before; null where none has. */
  readonly taker: Taker | null;
  readonly now: number;
  readonly planHours: number;
  readonly findings: readonly Finding[];
  readonly present: {
    readonly source: string;
    readonly target: string;
    readonly schema: string;
    readonly configDigest: string;
    readonly program: string;
  };
  readonly openFailures: number;
  /** How many failures the operator accepts by typing their number; null where nothing was typed. */
  readonly acceptedFailures: number | null;
  /** Blocking invariants that are broken now and were not when they were last measured. */
  readonly newlyBroken: readonly CheckResult[];
  /** `where` names what is on the disk that has the least. */
  readonly space: {readonly free: number | null; readonly where: string; readonly needed: number};
  readonly leaseObstacle: string | null;
  /** Its scope has no prefix, which has to be confirmed by naming the source; null where that is not so. */
  readonly whole: {readonly expected: string; readonly typed: string | null} | null;
  /** Of a listing that stands for all that there is; null where a listing may be of any size. */
  readonly inventory: InventoryFacts | null;
  /** Of a run that is published as a whole: its inserts, and how many one publish carries; null where that has no limit. */
  readonly publish: {readonly inserts: number; readonly most: number | null} | null;
  readonly thresholds: Thresholds | null;
  readonly confirmation: {readonly expected: string; readonly typed: string | null};
}

export interface InventoryFacts {
  readonly listed: number;
  /** What the last live run of the same scope listed; null where there was none. */
  readonly before: number | null;
  /** By how much of it a listing may be smaller before that has to be accepted. */
  readonly share: number;
  /** How many objects the operator accepts by typing their number; null where nothing was typed. */
  readonly accepted: number | null;
}

/** What an unattended run may do without anybody looking; null is no limit. */
export interface Thresholds {
  readonly changes: number | null;
  readonly failures: number | null;
  readonly deletes: number | null;
}
