import type {Probe} from '../../../core/probe.ts';
import type {TargetCosts} from '../../target-costs.ts';
import {countedRows, type MediaFacts} from '../facts.ts';
import {keysPerRead} from '../pairs.ts';

/** The table beside the catalogue has one index, its key, which an update does not touch. */
export function costs({facts: {rows}}: Probe<MediaFacts>): TargetCosts {
  return {
    rows: {count: Math.min(rows, countedRows), isLeast: rows > countedRows},
    written: {insert: 2, update: 1, delete: 1, page: 0},
    read: {decideKnown: 4, decideMissing: 1, insert: 4, update: 4, delete: 4},
    probe: Math.min(rows, countedRows + 1),
    passes: {
      checks: {read: 4, rowsAtOnce: 100_000},
      survey: {read: 3, rowsAtOnce: keysPerRead},
    },
  };
}
