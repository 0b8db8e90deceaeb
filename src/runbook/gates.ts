import {changedOf} from '../core/accounting.ts';
import type {CheckResult} from '../core/checks.ts';
import type {Finding} from '../core/probe.ts';
import type {RunRecord} from '../ledger/records.ts';

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
  | 'confirmed';

/** Everything that the gates look at. Pure data, so that a screen can show them before anything is asked for. */
export interface GateFacts {
  readonly plan: RunRecord;
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
  readonly space: {readonly free: number | null; readonly needed: number};
  readonly leaseObstacle: string | null;
  readonly thresholds: Thresholds | null;
  readonly confirmation: {readonly expected: string; readonly typed: string | null};
}

/** What an unattended run may do without anybody looking; null is no limit. */
export interface Thresholds {
  readonly changes: number | null;
  readonly failures: number | null;
  readonly deletes: number | null;
}

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
    confirmedGate(facts),
  ];
}

/** How many have to hold: an unattended run has its thresholds besides. */
export function gateCount(thresholds: Thresholds | null): number {
  return gatesBefore.length + (thresholds === null ? 1 : 2);
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

function rehearsedGate({plan}: GateFacts): Gate {
  const gate = {id: 'rehearsed', title: 'dry run'} as const;
  if (plan.mode === 'estimate')
    return {
      ...gate,
      holds: false,
      reason: `${plan.id} is an estimate: it predicts from a sample, and unlocks nothing`,
      unlock: `Make a dry run: headgate run ${plan.backfill} …`,
    };
  if (plan.mode !== 'dry-run')
    return {
      ...gate,
      holds: false,
      reason: `${plan.id} is not a dry run, but ${plan.mode}`,
      unlock: 'Name the dry run whose plan is to be executed.',
    };
  if (plan.status === 'completed' || plan.status === 'incomplete')
    return {...gate, holds: true, reason: `dry run ${plan.id} is ${plan.status}`};
  return {
    ...gate,
    holds: false,
    reason: `dry run ${plan.id} is ${plan.status}`,
    unlock: `Let it end first: headgate resume ${plan.id}`,
  };
}

function sameGate({plan, present}: GateFacts): Gate {
  const gate = {id: 'same', title: 'same setting'} as const;
  const differences = [
    ...(plan.source === present.source ? [] : ['the source']),
    ...(plan.target === present.target ? [] : ['the target']),
    ...(plan.schema === present.schema ? [] : ["the target's schema"]),
    ...(plan.configDigest === present.configDigest ? [] : ['the config']),
    ...(plan.program === present.program
      ? []
      : [`headgate itself (${plan.program}, now ${present.program})`]),
  ];
  if (differences.length === 0)
    return {
      ...gate,
      holds: true,
      reason: 'source, target, schema, config and program are those of the dry run',
    };
  return {
    ...gate,
    holds: false,
    reason: `since the dry run, this has changed: ${differences.join(', ')}`,
    unlock: 'Make a new dry run.',
  };
}

function freshGate({plan, now, planHours}: GateFacts): Gate {
  const hours = (now - (plan.finishedAt ?? plan.createdAt)) / 3_600_000;
  const holds = hours <= planHours;
  return {
    id: 'fresh',
    title: 'recent',
    holds,
    reason: `the dry run is ${hours < 1 ? `${Math.max(0, Math.round(hours * 60))} min` : `${hours.toFixed(1)} h`} old (at most ${planHours} h)`,
    ...(holds ? {} : {unlock: 'Make a new dry run: what it does not have to read again, it does not.'}),
  };
}

function unusedGate({plan}: GateFacts): Gate {
  const gate = {id: 'unused', title: 'not used before'} as const;
  if (plan.usedBy === null) return {...gate, holds: true, reason: 'its plan was not executed before'};
  return {
    ...gate,
    holds: false,
    reason: `its plan was executed by run ${plan.usedBy}`,
    unlock: `Look at that run (headgate status ${plan.usedBy}), or make a new dry run.`,
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
    reason: `${counted(openFailures, 'item')} failed in the dry run${acceptedFailures === null ? '' : `, and ${acceptedFailures.toLocaleString('en-US')} ${acceptedFailures === 1 ? 'was' : 'were'} accepted`}`,
    unlock: `Look at them (headgate failures ${plan.id}), then retry them (headgate retry ${plan.id}) or accept them: --accept-failures ${openFailures}`,
  };
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function invariantsGate({newlyBroken}: GateFacts): Gate {
  const gate = {id: 'invariants', title: 'invariants'} as const;
  const [first] = newlyBroken;
  if (first === undefined) return {...gate, holds: true, reason: 'no blocking invariant is newly broken'};
  return {
    ...gate,
    holds: false,
    reason: `newly broken: ${first.title} (${counted(first.count, 'row')})`,
    unlock: first.recovery,
  };
}

function spaceGate({space: {free, needed}}: GateFacts): Gate {
  const gate = {id: 'space', title: 'disk space'} as const;
  if (free === null) return {...gate, holds: true, reason: 'free space is not known here'};
  if (free >= needed)
    return {...gate, holds: true, reason: `${mebibytes(free)} free, about ${mebibytes(needed)} needed`};
  return {
    ...gate,
    holds: false,
    reason: `${mebibytes(free)} free, about ${mebibytes(needed)} needed`,
    unlock: 'Free space where the target and the ledger are.',
  };
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
  return [`${counted(count, noun)} planned, --max-${noun}s is ${limit.toLocaleString('en-US')}`];
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

/** A word as a shell takes it back. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576).toLocaleString('en-US')} MiB`;
}
