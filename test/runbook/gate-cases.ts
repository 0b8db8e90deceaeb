import type {GateFacts, GateId} from '../../src/runbook/gate.ts';
import {planRun} from './flow-facts.ts';

export const hour = 3_600_000;

export const plan = planRun(
  {id: 'r-plan', createdAt: 0, startedAt: 0, finishedAt: hour},
  {updated: 2, deleted: 1, failed: 1},
);

/** Everything holds: what was planned may go live. */
export const facts: GateFacts = {
  plan,
  undoes: null,
  taker: null,
  now: 2 * hour,
  planHours: 24,
  findings: [
    {level: 'ok', subject: 'source', message: 'readable'},
    {level: 'warning', subject: 'target', message: 'a trigger'},
  ],
  present: {
    source: plan.source,
    target: plan.target,
    schema: plan.schema,
    configDigest: plan.configDigest,
    program: plan.program,
  },
  openFailures: 1,
  acceptedFailures: 1,
  newlyBroken: [],
  space: {free: 100, where: 'index.sqlite', needed: 100},
  whole: {expected: 'my bucket', typed: 'my bucket'},
  inventory: {listed: 80, before: 100, share: 0.2, accepted: null},
  publish: {inserts: 42, most: 42},
  leaseObstacle: null,
  thresholds: {changes: 43, failures: 1, deletes: 1},
  confirmation: {expected: 'index.sqlite', typed: 'index.sqlite'},
};

interface Closing {
  readonly gate: GateId;
  readonly because: string;
  readonly change: Partial<GateFacts>;
  /** A part of what the operator is told. */
  readonly says: RegExp;
}

export const broken = {
  id: 'hash-format',
  severity: 'blocking',
  title: 'every hash is 64 lower-case hex digits',
  count: 3,
  sample: [],
  why: '',
  recovery: 'Run asset-index over these keys.',
} as const;

export const closings: readonly Closing[] = [
  ...(
    [
      ['it is empty', {listed: 0, before: null, accepted: null}, /is empty/],
      ['it has shrunk', {listed: 79, before: 100, accepted: null}, /79 objects, and had 100 .* 21 % fewer/],
      ['another number is accepted', {listed: 0, before: 100, accepted: 1}, /1 were accepted/],
    ] as const
  ).map(
    ([because, change, says]): Closing => ({
      gate: 'inventory',
      because,
      change: {inventory: {...change, share: 0.2}},
      says,
    }),
  ),
  {
    gate: 'publish',
    because: 'it is more than one transaction carries',
    change: {publish: {inserts: 43, most: 42}},
    says: /43 rows to insert, and the target takes 42/,
  },
  {
    gate: 'probe',
    because: 'the probe found an error',
    change: {
      findings: [{level: 'error', subject: 'target', message: 'there is no table files', remedy: 'Make it.'}],
    },
    says: /there is no table files/,
  },
  {gate: 'rehearsed', because: 'the run is live', change: {plan: {...plan, mode: 'live'}}, says: /live/},
  {
    gate: 'rehearsed',
    because: 'it is an estimate',
    change: {plan: {...plan, mode: 'estimate'}},
    says: /estimate/,
  },
  {gate: 'rehearsed', because: 'it is paused', change: {plan: {...plan, status: 'paused'}}, says: /paused/},
  {gate: 'rehearsed', because: 'it failed', change: {plan: {...plan, status: 'failed'}}, says: /failed/},
  {gate: 'rehearsed', because: 'it runs', change: {plan: {...plan, status: 'running'}}, says: /running/},
  ...(
    [
      ['source', /the source/],
      ['target', /the target/],
      ['schema', /the target's schema/],
      ['configDigest', /the config/],
      ['program', /headgate itself \(1\.0\.0, now other\)/],
    ] as const
  ).map(
    ([name, says]): Closing => ({
      gate: 'same',
      because: `${name} is another`,
      change: {present: {...facts.present, [name]: 'other'}},
      says,
    }),
  ),
  {gate: 'fresh', because: 'it is 24 h and a moment old', change: {now: 25 * hour + 1}, says: /24\.0 h old/},
  {gate: 'fresh', because: 'the config wants it younger', change: {planHours: 0.5}, says: /at most 0\.5 h/},
  {gate: 'unused', because: 'it was executed', change: {plan: {...plan, usedBy: 'r-live'}}, says: /r-live/},
  ...(
    [
      ['running', false, /run r-live took it and was interrupted: its process is gone$/],
      ['running', true, /run r-live is at work on it$/],
      ['paused', false, /run r-live took it and is paused$/],
      ['failed', false, /run r-live took it and is failed$/],
      ['completed', false, /^its plan was executed by run r-live$/],
    ] as const
  ).map(
    ([status, isAlive, says]): Closing => ({
      gate: 'unused',
      because: `a run took it that is ${status}, and its process ${isAlive ? 'lives' : 'is gone'}`,
      change: {plan: {...plan, usedBy: 'r-live'}, taker: {id: 'r-live', status, isAlive}},
      says,
    }),
  ),
  {
    gate: 'whole',
    because: 'no prefix narrows it and nobody said that it is meant so',
    change: {whole: {expected: 'my bucket', typed: null}},
    says: /all of my bucket would be taken up/,
  },
  {
    gate: 'whole',
    because: 'another source was named',
    change: {whole: {expected: 'assets', typed: 'asset'}},
    says: /"asset" is not the name of the source/,
  },
  {gate: 'invariants', because: 'one is newly broken', change: {newlyBroken: [broken]}, says: /3 rows/},
  {
    gate: 'space',
    because: 'the disk is full',
    change: {space: {free: 99, where: 'the ledger', needed: 100}},
    says: /on the disk of the ledger, .* needed there/,
  },
  {
    gate: 'lease',
    because: 'somebody else writes',
    change: {leaseObstacle: 'held by ada'},
    says: /held by ada/,
  },
  {
    gate: 'thresholds',
    because: 'there are too many changes',
    change: {thresholds: {changes: 42, failures: 1, deletes: 1}},
    says: /43 changes planned, --max-changes is 42/,
  },
  {
    gate: 'thresholds',
    because: 'there are too many failures',
    change: {thresholds: {changes: null, failures: 0, deletes: 1}},
    says: /--max-failures is 0/,
  },
  {
    gate: 'thresholds',
    because: 'there are too many deletions',
    change: {thresholds: {changes: null, failures: 1, deletes: 0}},
    says: /--max-deletes is 0/,
  },
  {
    gate: 'rehearsed',
    because: 'the plan is that of an undo',
    change: {plan: {...plan, undoes: 'r-live', targetName: 'my index'}},
    says: /r-plan is the dry run of an undo/,
  },
  {
    gate: 'rehearsed',
    because: 'an undo is to execute the plan of something else',
    change: {undoes: 'r-live'},
    says: /is not one of an undo/,
  },
  {
    gate: 'failures',
    because: 'the failures were not accepted',
    change: {acceptedFailures: null, thresholds: null},
    says: /1 item failed/,
  },
  {
    gate: 'failures',
    because: 'another number was accepted',
    change: {acceptedFailures: 1, openFailures: 2, thresholds: null},
    says: /2 items failed in the dry run, and 1 was accepted/,
  },
  {
    gate: 'confirmed',
    because: 'nothing was typed',
    change: {confirmation: {expected: 'index.sqlite', typed: null}},
    says: /was not typed/,
  },
  {
    gate: 'confirmed',
    because: 'another name was typed',
    change: {confirmation: {expected: 'index.sqlite', typed: 'Index.sqlite'}},
    says: /"Index\.sqlite" is not/,
  },
];
