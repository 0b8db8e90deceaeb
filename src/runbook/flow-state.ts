import {changedOf, listedOf} from '../core/accounting.ts';
import {isActive} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {FlowFacts} from './flow.ts';
import type {Gate, GateId} from './gate.ts';

/** What steps and moves ask of the facts. */

/** The live run that belongs to the plan; another one is history. */
export function executed({plan, live}: FlowFacts): RunRecord | null {
  return plan !== null && live !== null && plan.usedBy === live.id ? live : null;
}

/** Gates that only typing opens. */
const typedGates: readonly GateId[] = ['confirmed', 'whole', 'inventory', 'failures'];

/** What is closed before anything was typed. */
export function closedBefore(gates: readonly Gate[] | null): readonly Gate[] {
  return (gates ?? []).filter(({id, holds}) => !holds && !typedGates.includes(id));
}

export function isProbeFine({probe, plan}: FlowFacts): boolean {
  if (probe === null) return plan !== null;
  return probe.state === 'done' && probe.findings.every(({level}) => level !== 'error');
}

/** A plan that is whole, was not executed, and has nothing to execute. */
export function isIdle(plan: RunRecord | null): boolean {
  return plan !== null && plan.usedBy === null && isWhole(plan) && changedOf(plan.tally) === 0;
}

/** A run at work that writes, though not what this plan says. */
export function unrelated(facts: FlowFacts): RunRecord | null {
  const {live} = facts;
  return live !== null && executed(facts) === null && isAtWork(facts, live) ? live : null;
}

/** A run that writes and rests before its end, though another plan is looked at: nobody goes on with it by itself. */
export function stranded(facts: FlowFacts): RunRecord | null {
  const {live} = facts;
  const rests =
    live !== null && (live.status === 'paused' || live.status === 'failed' || isActive(live.status));
  return rests && executed(facts) === null && !isAtWork(facts, live) ? live : null;
}

export function isWhole({status}: RunRecord): boolean {
  return status === 'completed' || status === 'incomplete';
}

/** At work, and somebody works on it. */
export function isAtWork({gone}: FlowFacts, {id, status}: RunRecord): boolean {
  return isActive(status) && !gone.includes(id);
}

/** It rests before its end: paused, failed, or left by a process that is gone. */
export function isStopped({status}: RunRecord): boolean {
  return status === 'paused' || status === 'failed' || isActive(status);
}

/** Nothing at all was listed: most likely the source or the scope is not the one that was meant. */
export function isEmpty(plan: RunRecord): boolean {
  return plan.undoes === null && isWhole(plan) && listedOf(plan.tally) === 0 && plan.partitions.failed === 0;
}
