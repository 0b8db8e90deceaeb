import {emptyPartitions, emptyTally, type Tally} from '../../src/core/accounting.ts';
import type {CheckResult} from '../../src/core/checks.ts';
import {noDrift} from '../../src/core/drift.ts';
import type {StopReason} from '../../src/core/run.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {FlowFacts, ProbeFact} from '../../src/runbook/flow.ts';
import type {Gate, GateId} from '../../src/runbook/gate.ts';
import type {OpenCounts} from '../../src/runbook/open-counts.ts';

/** Facts for the guided flow, each as small as it can be. */

const base: RunRecord = {
  id: 'plan',
  backfill: 'asset-index',
  mode: 'dry-run',
  source: 'folder:/photos',
  target: 'sqlite:/index.sqlite',
  sourceLabel: 'photos',
  targetLabel: 'index.sqlite',
  targetName: 'index.sqlite',
  scope: {},
  settings: {},
  schema: 'CREATE TABLE files',
  configDigest: 'digest',
  program: '1.0.0',
  rehearsedBy: null,
  undoes: null,
  label: 'rehearsed',
  createdAt: 1_000,
  status: 'completed',
  stopReason: null,
  request: null,
  usedBy: null,
  holder: null,
  fence: null,
  discovered: true,
  cappedAt: null,
  drift: noDrift,
  tally: {...emptyTally, inserted: 40},
  partitions: emptyPartitions,
  startedAt: 1_000,
  finishedAt: 2_000,
  beatAt: null,
};

export function planRun(
  changes: Partial<Omit<RunRecord, 'tally'>> = {},
  tally: Partial<Tally> = {},
): RunRecord {
  return {...base, ...changes, tally: {...base.tally, ...tally}};
}

/** The run that executes the plan. */
export function liveRun(
  changes: Partial<Omit<RunRecord, 'tally'>> = {},
  tally: Partial<Tally> = {},
): RunRecord {
  return planRun({id: 'live', mode: 'live', rehearsedBy: 'plan', ...changes}, tally);
}

export function stopped(by: StopReason['by'], message = `stopped by ${by}`): StopReason {
  return {by, message};
}

export const used = {usedBy: 'live'} as const;

export const nothingOpen: OpenCounts = {
  total: 0,
  failed: 0,
  partitions: 0,
  waiting: 0,
  conflicts: 0,
  kinds: {},
  streams: 0,
};

export function open(counts: Partial<Omit<OpenCounts, 'total'>>): OpenCounts {
  const all = {...nothingOpen, ...counts};
  return {...all, total: all.failed + all.waiting + all.conflicts + all.streams};
}

export function check(count: number, severity: CheckResult['severity'] = 'blocking'): CheckResult {
  return {
    id: `check-${severity}-${count}`,
    severity,
    title: 'every hash is 64 lower-case hex digits',
    count,
    sample: [],
    why: 'duplicates are found by hash',
    recovery: 'make a dry run',
  };
}

export function gate(id: GateId, holds: boolean): Gate {
  return {id, title: id, holds, reason: `${id} ${holds ? 'holds' : 'is closed'}`};
}

/** As gates stand before anything was typed. */
export const openGates: readonly Gate[] = [
  gate('probe', true),
  gate('fresh', true),
  gate('confirmed', false),
];

export const fine: ProbeFact = {
  state: 'done',
  findings: [{level: 'ok', subject: 'source', message: 'readable'}],
};
export const warned: ProbeFact = {
  state: 'done',
  findings: [{level: 'warning', subject: 'target', message: 'a trigger'}],
};
export const faulty: ProbeFact = {
  state: 'done',
  findings: [{level: 'error', subject: 'target', message: 'there is no table files'}],
};
export const unreachable: ProbeFact = {state: 'failed', message: 'no answer', hint: null};
export const probing: ProbeFact = {state: 'working'};

/** Nothing is known yet, and nobody has done anything. */
export const nothing: FlowFacts = {
  probe: null,
  plan: null,
  live: null,
  gates: null,
  open: null,
  checks: null,
  isVerifying: false,
  gone: [],
  isBeginning: false,
  isReadOnly: false,
};
