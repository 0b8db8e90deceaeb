import type {Probe} from '../../core/probe.ts';
import type {TargetCosts} from '../target-costs.ts';
import type {RecordsFacts} from './facts.ts';

/** Nobody bills a Postgres by the row: these are rows and index entries, for whoever wonders how much is touched. */
export function costs({facts: {rows}}: Probe<RecordsFacts>): TargetCosts {
  return {
    rows: {count: rows, isLeast: false},
    written: {insert: 3, update: 3, delete: 3, page: 1},
    read: {decideKnown: 1, decideMissing: 0, insert: 0, update: 1, delete: 1},
    probe: rows,
    passes: {checks: {read: 3, rowsAtOnce: 1_000}, survey: {read: 1, rowsAtOnce: 1_000}},
  };
}
