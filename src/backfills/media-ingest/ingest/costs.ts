import type {Probe} from '../../../core/probe.ts';
import type {TargetCosts} from '../../target-costs.ts';
import {countedRows, type MediaFacts} from '../facts.ts';
import {keysPerRead} from '../pairs.ts';

/** With the documented table an insert writes its row and three indexes, and its staged row once more. */
export function costs({facts: {rows, indexes}}: Probe<MediaFacts>): TargetCosts {
  return {
    rows: {count: Math.min(rows, countedRows), isLeast: rows > countedRows},
    written: {insert: 2 + indexes.length, update: 1, delete: 1, page: 0},
    read: {decideKnown: 2, decideMissing: 1, insert: 4, update: 2, delete: 4},
    probe: Math.min(rows, countedRows + 1),
    passes: {
      checks: {read: 2, rowsAtOnce: 100_000},
      survey: {read: 2, rowsAtOnce: keysPerRead},
    },
  };
}
