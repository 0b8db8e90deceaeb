import type {FlowFacts, Move, StepId} from '../../src/runbook/flow.ts';
import {check} from './flow-facts.ts';

/** One combination of facts, and how the flow stands by it. */
export interface Row {
  readonly name: string;
  readonly facts: Partial<FlowFacts>;
  /** probe, dry run, review, live, verify */
  readonly steps: string;
  readonly move: Move['do'];
  readonly current: StepId;
  /** Of the run that the move is about, and what it accepts. */
  readonly moves?: Partial<Extract<Move, {do: 'resume'}>> | {readonly run: string | null};
}

export const unchanged = {inserted: 0, unchanged: 40};
export const holding = [check(0), check(0, 'warning')];
export const broken = [check(0), check(3)];
