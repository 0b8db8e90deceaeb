import type {CheckResult} from '../core/checks.ts';
import type {Finding} from '../core/probe.ts';
import type {RunRecord} from '../ledger/records.ts';
import {moveFrom} from './flow-moves.ts';
import {executed} from './flow-state.ts';
import {stepsOf} from './flow-steps.ts';
import type {Gate} from './gate.ts';
import type {OpenCounts, OpenNouns} from './open-counts.ts';

/**
 * The guided flow, probe → dry run → review → live → verify, as a function of what is known: so a console that is opened
 * again stands where the last one stood, and no order of events can bring it into a state of its own. It says for each
 * step how it stands and why, and the one move that goes on. Who carries a move out is not its concern.
 */
export const stepIds = ['probe', 'dry-run', 'review', 'live', 'verify'] as const;
export type StepId = (typeof stepIds)[number];

/** `attention`: it ended, or rests, and the operator has something to decide. */
export type StepState = 'locked' | 'ready' | 'working' | 'done' | 'attention' | 'failed';

export interface Step {
  readonly id: StepId;
  readonly state: StepState;
  /** How it stands, or what unlocks it. */
  readonly says: string;
}

export interface FlowFacts {
  readonly probe: ProbeFact | null;
  /** The newest dry run, of the backfill or of an undo. */
  readonly plan: RunRecord | null;
  /** The run that executed this plan; without one, the newest that wrote. */
  readonly live: RunRecord | null;
  /** As they stand before anything was typed; null where nobody looked yet. */
  readonly gates: readonly Gate[] | null;
  /** What the plan, or once it was executed the live run, left open. */
  readonly open: OpenCounts | null;
  /** Measured after the live run, or at its end; null where nothing was. */
  readonly checks: readonly CheckResult[] | null;
  /** A verification is at work, on its own or at the end of the live run. */
  readonly isVerifying: boolean;
  /** Runs that are said to be at work, and whose process is gone. */
  readonly gone: readonly string[];
  /** A run was asked for here, and is not in the ledger yet. */
  readonly isBeginning: boolean;
  readonly isReadOnly: boolean;
  /** What partitions and items are called, where partitions are counted apart. */
  readonly nouns?: OpenNouns | null;
}

export type ProbeFact =
  | {readonly state: 'working'}
  | {readonly state: 'failed'; readonly message: string; readonly hint: string | null}
  | {readonly state: 'done'; readonly findings: readonly Finding[]};

/** What goes on from here, for one key. */
export type Move =
  | {readonly do: 'probe' | 'dry-run' | 'review' | 'verify' | 'see-invariants'; readonly why: string}
  | {
      readonly do: 'resume';
      readonly run: string;
      readonly acceptNew: boolean;
      readonly acceptDrift: boolean;
      readonly why: string;
    }
  | {readonly do: 'retry'; readonly run: string; readonly why: string}
  | {readonly do: 'watch'; readonly run: string | null; readonly why: string}
  | {readonly do: 'nothing'; readonly why: string};

export interface Flow {
  readonly steps: readonly Step[];
  readonly current: StepId;
  readonly move: Move;
  /** Nothing is left to do: it was verified, and no blocking invariant is broken. */
  readonly isDone: boolean;
}

export function flowOf(facts: FlowFacts): Flow {
  const steps = stepsOf(facts);
  const move = moveFrom(facts);
  const isDone = move.do === 'dry-run' && steps.every(({state}) => state === 'done');
  return {steps, move, isDone, current: isDone ? 'verify' : currentOf(facts, move)};
}

function currentOf(facts: FlowFacts, move: Move): StepId {
  switch (move.do) {
    case 'probe':
    case 'dry-run':
    case 'review':
    case 'verify':
      return move.do;
    case 'see-invariants':
      return 'verify';
    case 'watch':
      if (move.run === facts.plan?.id) return 'dry-run';
      return facts.isVerifying ? 'verify' : 'live';
    case 'resume':
    case 'retry':
      return move.run === facts.plan?.id ? 'dry-run' : 'live';
    case 'nothing':
      if (facts.isVerifying) return 'verify';
      if (facts.probe?.state === 'working' || facts.plan === null) return 'probe';
      return executed(facts) === null ? 'dry-run' : 'live';
    default:
      return move satisfies never;
  }
}
