import type {Probe} from '../../../core/probe.ts';
import type {TargetCosts} from '../../target-costs.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {countedRows} from '../probe-counts.ts';

/** Rows of the table that a query passes over for each of a page's groups where no index leads to them. */
const groupsInPage = 1_000;

/**
 * What a group costs: one loser, and as many rows that named it as an artifact has on average. Where no index leads from a
 * key to its rows, every page reads the whole table three times: to find its groups, and in two of its statements.
 */
export function costs({facts}: Probe<ArtifactsFacts>): TargetCosts {
  const {rows, references, hasKeyIndex, namingRows} = facts;
  const naming = rows === 0 ? 0 : namingRows / rows;
  const indexes = references.filter(({isIndexed}) => isIndexed).length;
  const perMove = 1 + (references.length === 0 ? 0 : indexes / references.length);
  const scans = hasKeyIndex ? 6 : Math.ceil((3 * rows) / groupsInPage);
  return {
    rows: {count: Math.min(rows, countedRows), isLeast: rows > countedRows},
    written: {
      insert: Math.round(1 + naming * perMove),
      update: Math.max(1, Math.round(naming * perMove)),
      delete: Math.round(1 + naming * perMove),
      page: 0,
    },
    read: {
      insert: Math.round(6 + naming * 4),
      update: Math.round(scans + naming * 4),
      delete: Math.round(scans + 6 + naming * 6),
      decideKnown: Math.round(scans + 4 + naming * 2),
      decideMissing: 1,
    },
    probe: Math.min(rows, countedRows + 1) + Math.min(namingRows, countedRows + 1),
    passes: {
      checks: {read: Math.round(4 + naming * 2), rowsAtOnce: 100_000},
      survey: {read: 2, rowsAtOnce: Math.max(1, rows)},
    },
  };
}
