import {changedOf} from '../core/accounting.ts';
import {shellWord} from '../core/shell-word.ts';
import {counted, number} from '../core/words.ts';
import type {Gate, GateFacts, Thresholds} from './gate.ts';
import {inventoryGate, publishGate} from './inventory-gates.ts';
import {freshGate, rehearsedGate, sameGate, unusedGate} from './plan-gates.ts';

const gatesBefore = [
  probeGate,
  rehearsedGate,
  sameGate,
  freshGate,
  unusedGate,
  failuresGate,
  invariantsGate,
  spaceGate,
  leaseGate,
] as const;

export function gatesOf(facts: GateFacts): readonly Gate[] {
  return [
    ...gatesBefore.map(gate => gate(facts)),
    ...(facts.thresholds === null ? [] : [thresholdsGate(facts, facts.thresholds)]),
    ...(facts.inventory === null ? [] : [inventoryGate(facts.inventory)]),
    ...(facts.publish === null ? [] : [publishGate(facts.publish)]),
    ...(facts.whole === null ? [] : [wholeGate(facts.whole)]),
    confirmedGate(facts),
  ];
}

/** How many have to hold: the usual ones, the confirmation, and those that only some runs have. */
export function gateCount(besides: readonly boolean[]): number {
  return gatesBefore.length + 1 + besides.filter(Boolean).length;
}

function probeGate({findings}: GateFacts): Gate {
  const [error] = findings.filter(({level}) => level === 'error');
  if (error === undefined)
    return {id: 'probe', title: 'probe', holds: true, reason: 'reachable, schema as expected'};
  return {
    id: 'probe',
    title: 'probe',
    holds: false,
    reason: error.message,
    ...(error.remedy === undefined ? {} : {unlock: error.remedy}),
  };
}

function failuresGate({openFailures, acceptedFailures, plan, thresholds}: GateFacts): Gate {
  const gate = {id: 'failures', title: 'failures accepted'} as const;
  if (openFailures === 0) return {...gate, holds: true, reason: 'the dry run had no failures'};
  if (acceptedFailures === openFailures)
    return {...gate, holds: true, reason: `${counted(openFailures, 'failure')} accepted`};
  if (thresholds !== null)
    return {...gate, holds: true, reason: `${counted(openFailures, 'failure')}: the thresholds decide`};
  return {
    ...gate,
    holds: false,
    reason: `${plan.partitions.failed > 0 ? counted(openFailures, 'failure') : `${counted(openFailures, 'item')} failed`} in the dry run${acceptedFailures === null ? '' : `, and ${number(acceptedFailures)} ${acceptedFailures === 1 ? 'was' : 'were'} accepted`}`,
    unlock: `Look at them (headgate failures ${plan.id}), then retry them (headgate retry ${plan.id}) or accept them: --accept-failures ${openFailures}`,
  };
}

/** What is broken may be why a run is undone, and what an undo puts back may be broken: it was so before. */
function invariantsGate({newlyBroken, undoes}: GateFacts): Gate {
  const gate = {id: 'invariants', title: 'invariants'} as const;
  if (undoes !== null) return {...gate, holds: true, reason: 'an undo puts back what was there before'};
  const [first] = newlyBroken;
  if (first === undefined) return {...gate, holds: true, reason: 'no blocking invariant is newly broken'};
  return {
    ...gate,
    holds: false,
    reason: `newly broken: ${first.title} (${counted(first.count, 'row')})`,
    unlock: first.recovery,
  };
}

function spaceGate({space: {free, where, needed}}: GateFacts): Gate {
  const gate = {id: 'space', title: 'disk space'} as const;
  if (free === null) return {...gate, holds: true, reason: 'free space is not known here'};
  const reason = `${mebibytes(free)} free on the disk of ${where}, about ${mebibytes(needed)} needed there`;
  if (free >= needed) return {...gate, holds: true, reason};
  return {...gate, holds: false, reason, unlock: `Free space on the disk of ${where}.`};
}

function leaseGate({leaseObstacle}: GateFacts): Gate {
  const gate = {id: 'lease', title: 'lease'} as const;
  if (leaseObstacle === null) return {...gate, holds: true, reason: 'nobody else writes to the target'};
  return {...gate, holds: false, reason: leaseObstacle};
}

function thresholdsGate(
  {plan: {tally}, openFailures}: GateFacts,
  {changes, failures, deletes}: Thresholds,
): Gate {
  const gate = {id: 'thresholds', title: 'thresholds'} as const;
  const over = [
    ...exceeds('change', changedOf(tally), changes),
    ...exceeds('failure', openFailures, failures),
    ...exceeds('delete', tally.deleted, deletes),
  ];
  if (over.length === 0) return {...gate, holds: true, reason: 'within what an unattended run may do'};
  return {
    ...gate,
    holds: false,
    reason: over.join('; '),
    unlock: 'Look at the plan; then go live by hand, or raise the threshold.',
  };
}

function exceeds(noun: string, count: number, limit: number | null): readonly string[] {
  if (limit === null || count <= limit) return [];
  return [`${counted(count, noun)} planned, --max-${noun}s is ${number(limit)}`];
}

/** A prefix that was forgotten takes up a whole bucket. */
function wholeGate({expected, typed}: NonNullable<GateFacts['whole']>): Gate {
  const gate = {id: 'whole', title: 'whole source'} as const;
  if (typed === expected) return {...gate, holds: true, reason: `all of ${expected} is meant`};
  return {
    ...gate,
    holds: false,
    reason:
      typed === null
        ? `no prefix is named: all of ${expected} would be taken up`
        : `"${typed}" is not the name of the source`,
    unlock: `Name a --prefix, or confirm that all of it is meant with --whole ${shellWord(expected)}`,
  };
}

function confirmedGate({confirmation: {expected, typed}}: GateFacts): Gate {
  const gate = {id: 'confirmed', title: 'confirmed'} as const;
  if (typed === expected) return {...gate, holds: true, reason: `confirmed by typing ${expected}`};
  return {
    ...gate,
    holds: false,
    reason: typed === null ? "the target's name was not typed" : `"${typed}" is not the target's name`,
    unlock: `Type it with --confirm ${shellWord(expected)}`,
  };
}

function mebibytes(bytes: number): string {
  return `${number(Math.ceil(bytes / 1_048_576))} MiB`;
}
