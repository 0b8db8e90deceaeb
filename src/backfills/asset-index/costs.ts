import type {Probe} from '../../core/probe.ts';
import type {TargetCosts} from '../target-costs.ts';
import {rowsPerCheck} from './breaches.ts';
import {rowsPerRead} from './pairs.ts';
import {countedRows, type FilesFacts} from './probe.ts';

/** An update names these whether they change or not, so SQLite writes every index that has one of them. */
const updated = new Set<string | null>(['content_hash', 'size', 'uploaded_at', null]);

/**
 * Rows that the statements of asset-index read and write, by what workerd's D1 said of each of them. With the documented
 * table an insert writes five rows (its own and four indexes) and an update three.
 */
export function costs({facts}: Probe<FilesFacts>): TargetCosts {
  const {indexes, rows} = facts;
  const touched = indexes.filter(columns => columns.some(column => updated.has(column)));
  return {
    rows: {count: Math.min(rows, countedRows), isLeast: rows > countedRows},
    written: {
      insert: 1 + indexes.length,
      update: 1 + touched.length,
      // What goes from an index with it is not counted.
      delete: 1,
      page: facts.hasRevision ? 1 : 0,
    },
    read: {decideKnown: 3, decideMissing: 2, insert: 3, update: 5, delete: 6},
    probe: Math.min(rows, countedRows + 1),
    // Two invariants look at every row.
    passes: {
      checks: {read: 2, rowsAtOnce: rowsPerCheck},
      survey: {read: 1, rowsAtOnce: rowsPerRead},
    },
  };
}
