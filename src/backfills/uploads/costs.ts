import type {Probe} from '../../core/probe.ts';
import type {TargetCosts} from '../target-costs.ts';
import type {AssetFacts} from './facts.ts';

const countedRows = 100_000;
const rowsPerCheck = 50_000;

/** A row is written with an entry in every index; a link changes the map alone, which no index has. */
export function costs({facts: {rows, indexes}}: Probe<AssetFacts>): TargetCosts {
  return {
    rows: {count: Math.min(rows, countedRows), isLeast: rows > countedRows},
    written: {insert: 1 + indexes, update: 1, delete: 1, page: 0},
    read: {decideKnown: 2, decideMissing: 1, insert: 3, update: 3, delete: 4},
    probe: Math.min(rows, countedRows + 1),
    passes: {
      checks: {read: 3, rowsAtOnce: rowsPerCheck},
      survey: {read: 2, rowsAtOnce: 1_000},
    },
  };
}
