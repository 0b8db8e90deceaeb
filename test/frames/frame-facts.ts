import {foundOf, type Tally} from '../../src/core/accounting.ts';
import type {Snapshot} from '../../src/core/event.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
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
