import {type AnyBackfill, readsTarget, recoveries} from '../backfills/registry.ts';
import type {CheckResult} from '../core/checks.ts';
import type {RecoveryNews, RecoveryStep} from '../engine/recovery-options.ts';
import {mendingRuns} from '../engine/recovery-runs.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Trouble} from './trouble.ts';

/** A recovery as its screen shows it: what the engine has told of it so far. It is bounded: five steps, a few runs. */
export interface RecoveryView {
  /** The name was typed, and it may write; else it only looks. */
  readonly isMending: boolean;
  readonly state: 'working' | 'stopping' | 'done' | 'given up' | 'failed';
  readonly steps: Readonly<Partial<Record<RecoveryStep, StepView>>>;
  /** Of this round, by backfill. */
  readonly turns: Readonly<Partial<Record<string, TurnView>>>;
  /** As often as it has begun to mend. */
  readonly round: number;
  /** Live runs that changed something, oldest first. */
  readonly made: readonly RunRecord[];
  /** As measured at first, and last. */
  readonly before: readonly CheckResult[] | null;
  readonly after: readonly CheckResult[] | null;
  /** Why it failed. */
  readonly trouble: Trouble | null;
}

export interface StepView {
  readonly state: 'working' | 'done' | 'failed' | 'given up';
  readonly says: string;
}

/** The turn of one backfill in mending. */
export interface TurnView {
  readonly state: 'working' | 'done' | 'failed';
  /** Its last run that has ended: the dry run, where that has nothing to change. */
  readonly run: RunRecord | null;
}

export type RecoveryEvent =
  | {readonly type: 'begun'; readonly isMending: boolean}
  | {readonly type: 'news'; readonly news: RecoveryNews}
  | {readonly type: 'stopping'}
  | {readonly type: 'ended'; readonly how: 'done' | 'given up'}
  | {readonly type: 'failed'; readonly trouble: Trouble};

/** The recovery that a setup's system has. */
export interface Recoverable {
  /** The system's name. */
  readonly name: string;
  /** The backfills that mend, in order. */
  readonly runs: readonly string[];
  /** Those that read a source, where the setup has none. */
  readonly leftOut: readonly string[];
}

export function recoverableOf(backfill: AnyBackfill): Recoverable | null {
  const recovery = recoveries.find(({name}) => name === backfill.system);
  if (recovery === undefined) return null;
  const runs = mendingRuns(recovery, !readsTarget(backfill));
  return {name: recovery.name, runs, leftOut: recovery.runs.filter(id => !runs.includes(id))};
}

export function isRecovering({recovery}: {readonly recovery: RecoveryView | null}): boolean {
  return recovery?.state === 'working' || recovery?.state === 'stopping';
}
