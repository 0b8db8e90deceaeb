import type {CheckResult, CoverageGroup} from '../../src/core/checks.ts';
import type {CoveragePoint, LastCoverage, MeasuredCheck} from '../../src/ledger/measured.ts';

import {awkwardKeys, liveId, now} from './frame-facts.ts';

/** What was measured of a target. */

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
    brokenSince: (result.count ?? 0) === 0 ? null : now - 20_000,
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

const orphan = measuredCheck({
  id: 'rows-without-object',
  title: 'every row has an object',
  severity: 'warning',
  count: 1,
});

export const withWarning: readonly MeasuredCheck[] = [...holding.slice(0, 4), orphan];

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
  orphan,
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
