import type {Probe} from '../../../core/probe.ts';
import type {TargetCosts} from '../../target-costs.ts';
import {countedRows, type MediaFacts} from '../facts.ts';
import {keysPerRead} from '../pairs.ts';

/** Listing and catalogue are passed over twice: once to see how much is gone, once to find what. */
export function costs({facts: {rows}}: Probe<MediaFacts>): TargetCosts {
  return {
    rows: {count: Math.min(rows, countedRows), isLeast: rows > countedRows},
    written: {insert: 0, update: 0, delete: 1, page: 0},
    read: {decideKnown: 4, decideMissing: 0, insert: 0, update: 0, delete: 6},
    probe: Math.min(rows, countedRows + 1),
    passes: {
      checks: {read: 2, rowsAtOnce: 100_000},
      survey: {read: 2, rowsAtOnce: keysPerRead},
    },
  };
}
