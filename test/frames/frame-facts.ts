import {foundOf, type Tally} from '../../src/core/accounting.ts';
import type {CheckResult, CoverageGroup} from '../../src/core/checks.ts';
import type {Snapshot} from '../../src/core/event.ts';
import type {Review, ReviewSample} from '../../src/engine/review.ts';
import type {CoveragePoint, LastCoverage, MeasuredCheck} from '../../src/ledger/measured.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {Gate} from '../../src/runbook/gate.ts';
import {noon} from '../console/run-events.ts';
import {liveRun, planRun} from '../runbook/flow-facts.ts';

/** What a ledger and an engine would tell, in the words of the asset index, for screens to show. */

export const now = noon + 3 * 60_000;
export const planId = '20260801-1158-k3f9';
export const liveId = '20260801-1201-p7q2';

/** A source and a target whose names fit into no row. */
export const longSource = `s3://a-bucket-with-a-rather-long-name/${'deeply/nested/'.repeat(8)}assets`;
export const longTarget = `/srv/data/${'production-replica-'.repeat(6)}content_index.sqlite`;

/** Keys as buckets have them: spaces, `&`, emoji, wide characters, marks, newlines, an escape, and right to left. */
export const awkwardKeys = [
  'a file & another + one.png',
  '艦これ/画像/大型建造.png',
  '🚢/🚀 launch.webm',
  'e\u0301te\u0301/cafe\u0301.txt',
  'two\nlines.txt',
  '\u001b[31mred\u001b[0m',
  'שלום/\u202egnp.exe',
  `${'very-long-'.repeat(30)}end.bin`,
] as const;

export function plan(changes: Partial<Omit<RunRecord, 'tally'>> = {}, tally: Partial<Tally> = {}): RunRecord {
  return planRun(
    {
      id: planId,
      sourceLabel: '/srv/assets',
      targetLabel: 'index.sqlite',
      partitions: {done: 4, failed: 0, pending: 0},
      createdAt: now - 150_000,
      startedAt: now - 150_000,
      finishedAt: now - 81_000,
      ...changes,
    },
    {inserted: 882, updated: 1_289, unchanged: 67, rows: 2_171, bytes: 1_234_567_890, ...tally},
  );
}

export function live(changes: Partial<Omit<RunRecord, 'tally'>> = {}, tally: Partial<Tally> = {}): RunRecord {
  return plan(
    {
      ...liveRun(),
      id: liveId,
      rehearsedBy: planId,
      sourceLabel: '/srv/assets',
      targetLabel: 'index.sqlite',
      partitions: {done: 4, failed: 0, pending: 0},
      createdAt: now - 60_000,
      startedAt: now - 60_000,
      finishedAt: now - 20_000,
      ...changes,
    },
    tally,
  );
}

export function measuredCheck(
  result: Partial<CheckResult> = {},
  about: Partial<MeasuredCheck> = {},
): MeasuredCheck {
  return {
    backfill: 'asset-index',
    at: now - 20_000,
    run: liveId,
    isPart: false,
    before: null,
    result: {
      id: 'hash-format',
      severity: 'blocking',
      title: 'every hash is 64 lower-case hex digits',
      count: 0,
      sample: [],
      why: 'Clients compare hashes as text: one in another form never matches.',
      recovery: 'Run asset-index over these keys: a wrong hash is updated.',
      recovers: {as: 'dry-run'},
      ...result,
    },
    ...about,
  };
}

export const holding: readonly MeasuredCheck[] = [
  measuredCheck(),
  measuredCheck({id: 'one-row-per-key', title: 'every row has a key of its own'}),
  measuredCheck({id: 'objects-have-hash', title: 'every listed object has a row with a hash'}),
  measuredCheck({id: 'hash-matches-bytes', title: 'the hash equals that of the bytes, read again'}),
  measuredCheck({id: 'rows-without-object', title: 'every row has an object', severity: 'warning'}),
];

/** A blocking one, by 1,234,567 rows. */
export const manyBroken: readonly MeasuredCheck[] = [
  measuredCheck(
    {
      count: 1_234_567,
      sample: awkwardKeys.map(key => ({key, detail: `${key} has the hash ${'DEADBEEF'.repeat(8)}`})),
    },
    {before: 1_234_000},
  ),
  ...holding.slice(1, 4),
  measuredCheck({id: 'rows-without-object', title: 'every row has an object', severity: 'warning', count: 1}),
];

export function group(
  name: string,
  done: number,
  total: number,
  more: Partial<CoverageGroup> = {},
): CoverageGroup {
  return {
    group: name,
    done,
    total,
    at: now - 20_000,
    rows: total + 2,
    rowsDone: done,
    objects: total,
    missing: done === total ? {} : {failed: total - done},
    ...more,
  };
}

export function coverage(
  groups: readonly CoverageGroup[],
  changes: Partial<LastCoverage> = {},
): LastCoverage {
  return {run: liveId, at: now - 20_000, isPart: false, groups, ...changes};
}

export const nearlyCovered = coverage([
  group('*', 2_237, 2_238),
  group('', 3, 3),
  group('bgm/', 647, 647),
  group('kcs2/', 1_587, 1_588),
]);

export const trend: readonly CoveragePoint[] = [109, 1_204, 2_237].map((done, index) => ({
  run: `run-${index}`,
  at: now - (3 - index) * 86_400_000,
  isPart: false,
  done,
  total: 2_238,
}));

const sampleHash = 'c0ffee'.repeat(10).padEnd(64, '0');

export const samples: readonly ReviewSample[] = [
  {
    key: 'bgm/battle/1.mp3',
    action: 'insert',
    preview: {before: null, after: {content_hash: sampleHash, size: 12_345}},
  },
  {
    key: 'kcs2/img/0024.png',
    action: 'update',
    preview: {before: {content_hash: null, size: 7}, after: {content_hash: sampleHash, size: 7}},
  },
  {key: awkwardKeys[4], action: 'update', preview: null},
];

export const review: Review = {
  actions: {insert: 882, update: 1_289, delete: 0, unchanged: 67, skip: 0, conflict: 0, fail: 0, wait: 0},
  rows: {read: 4_476, written: 6_513},
  samples,
  itemsToRead: 0,
  bytesToRead: 0,
  verifies: {items: 300, bytes: 40_960_000},
  requests: {source: 0, target: 129},
  seconds: 48,
  money: {usd: 0.0123, usdBeyondFree: 0, costs: []},
  tables: [
    {name: 'headgate_lease', isThere: false},
    {name: 'headgate_marks', isThere: false},
  ],
  bookmark: true,
};

export const gates: readonly Gate[] = [
  {id: 'probe', title: 'probe', holds: true, reason: 'reachable, schema as expected'},
  {id: 'rehearsed', title: 'dry run', holds: true, reason: 'completed'},
  {id: 'fresh', title: 'recent', holds: true, reason: 'made 1 min ago, good for 24 h'},
  {id: 'lease', title: 'lease', holds: true, reason: 'free'},
  {id: 'confirmed', title: 'confirmed', holds: false, reason: 'the name of the target was not typed'},
];

export const closedGates: readonly Gate[] = [
  ...gates.slice(0, 3),
  {
    id: 'lease',
    title: 'lease',
    holds: false,
    reason: 'held by operator@another-host:4711 since 11:42 UTC, for run 20260801-1142-zzzz',
    unlock: 'wait for it to end, or take over with --take-over once it is gone',
  },
  {id: 'space', title: 'disk space', holds: false, reason: '1.2 GiB are needed, 300.0 MiB are free'},
  ...gates.slice(4),
];

export function snapshotOf(record: RunRecord, changes: Partial<Snapshot> = {}): Snapshot {
  const {id, backfill, mode, status, tally, partitions, drift} = record;
  if (foundOf(partitions) === 0) throw new Error(`${id} found no partition`);
  return {
    run: id,
    backfill,
    mode,
    status,
    tally,
    partitions,
    drift,
    bytesRead: tally.bytes,
    expected: null,
    limits: [],
    rate: null,
    at: now,
    ...changes,
  };
}
