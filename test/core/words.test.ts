import {expect, it} from 'vitest';
import {PlainReport} from '../../src/commands/plain-report.ts';
import {emptyPartitions, emptyTally} from '../../src/core/accounting.ts';
import {noDrift} from '../../src/core/drift.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {durationText} from '../../src/core/words.ts';

it.each([
  [0.04, '0.0 s'],
  [59.9, '59.9 s'],
  [59.96, '1 min 0 s'],
  [75, '1 min 15 s'],
  [3_599.6, '1 h 0 min'],
  [7_500, '2 h 5 min'],
])('%s seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

function retrying(host: string, at: number, waitMs: number): RunEvent {
  return {
    type: 'retrying',
    host,
    attempt: 1,
    waitMs,
    fault: {kind: 'rate-limited', message: '503 SlowDown'},
    snapshot: {
      run: 'r',
      backfill: 'asset-index',
      mode: 'live',
      status: 'running',
      tally: emptyTally,
      partitions: emptyPartitions,
      drift: noDrift,
      rate: null,
      bytesRead: 0,
      expected: null,
      limits: [],
      at,
    },
  };
}

it('requests that wait are one line a host every five seconds, with their number and the next of them', () => {
  const lines: string[] = [];
  const report = new PlainReport({out: () => undefined, err: text => lines.push(text)}, []);
  report.event(retrying('r2', 1_000, 75_000));
  for (let number = 0; number < 11; number++) report.event(retrying('r2', 2_000 + number, 9_000 + number));
  report.event(retrying('d1', 3_000, 500));
  report.event(retrying('r2', 6_000, 6_000));
  expect(lines).toEqual([
    'r2: 1 request waits (503 SlowDown), the next in 1 min 15 s\n',
    'd1: 1 request waits (503 SlowDown), the next in 0.5 s\n',
    'r2: 12 requests wait (503 SlowDown), the next in 5.0 s\n',
  ]);
});
