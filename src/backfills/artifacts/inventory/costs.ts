import type {Probe} from '../../../core/probe.ts';
import type {TargetCosts} from '../../target-costs.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {countedRows} from '../probe-counts.ts';
import {rowsPerRead} from './pairs.ts';

const objectsInPage = 1_000;

/** Where no index leads from a key to its rows, every page reads the whole table: to decide, and to insert. */
export function costs({facts}: Probe<ArtifactsFacts>): TargetCosts {
  const {rows, indexes, hasKeyIndex, sourceType} = facts;
  const touched = indexes.filter(columns => columns.includes(sourceType) || columns.includes(null));
  const scan = hasKeyIndex ? 0 : Math.ceil(rows / objectsInPage);
  return {
    rows: {count: Math.min(rows, countedRows), isLeast: rows > countedRows},
    written: {insert: 1 + indexes.length, update: 1 + touched.length, delete: 1, page: 0},
    read: {
      insert: 2 + scan,
      update: 4,
      delete: 6 + scan,
      decideKnown: 3 + scan,
      decideMissing: 2 + scan,
    },
    probe: Math.min(rows, countedRows + 1),
    passes: {
      checks: {read: 5, rowsAtOnce: 100_000},
      survey: {read: hasKeyIndex ? 1 : Math.max(1, Math.ceil(rows / rowsPerRead)), rowsAtOnce: rowsPerRead},
    },
  };
}
