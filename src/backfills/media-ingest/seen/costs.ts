import type {Probe} from '../../../core/probe.ts';
import type {TargetCosts} from '../../target-costs.ts';
import {countedRows, type MediaFacts} from '../facts.ts';
import {keysPerRead} from '../pairs.ts';

/** A row is looked up under each id that its version may have; an update writes it, and no index of the documented table. */
export function costs({facts: {rows, indexes}}: Probe<MediaFacts>): TargetCosts {
  const touched = indexes.filter(columns => columns.includes('last_seen_at') || columns.includes(null));
  return {
    rows: {count: Math.min(rows, countedRows), isLeast: rows > countedRows},
    written: {insert: 0, update: 1 + touched.length, delete: 0, page: 0},
    read: {decideKnown: 2, decideMissing: 1, insert: 0, update: 3, delete: 0},
    probe: Math.min(rows, countedRows + 1),
    passes: {
      checks: {read: 2, rowsAtOnce: 100_000},
      survey: {read: 3, rowsAtOnce: keysPerRead},
    },
  };
}
