import {z} from 'zod';
import type {Network} from '../../../atproto/network.ts';
import type {Backfill} from '../../backfill.ts';
import {completeScope} from '../accounts.ts';
import {costs} from '../costs.ts';
import {coverage} from '../coverage.ts';
import type {RecordsFacts} from '../facts.ts';
import {recordInvariants} from '../invariants.ts';
import {type RecordsOptions, recordsOptions} from '../options.ts';
import {hasRecordTables, probeRecords} from '../probe.ts';
import {type RecordsScope, recordsScope} from '../scope.ts';
import {type PruneChange, previewPrune, pruneChange} from './change.ts';
import {commitPrune, undoPrune} from './commit.ts';
import {decidePrune, decideUndo} from './decide.ts';
import {isGone, listRows, lookupRow, type RowItem} from './list.ts';
import {repositories} from './repositories.ts';
import {prunedRow} from './row.ts';

const looked = z.object({isGone: z.boolean()});

export interface RecordsPrune {
  readonly scope: RecordsScope;
  readonly options: RecordsOptions;
  readonly source: Network;
  readonly facts: RecordsFacts;
  readonly item: RowItem;
  readonly found: z.infer<typeof looked>;
  readonly change: PruneChange;
}

/** Removes the rows of records that their repositories have deleted. */
export const recordsPrune: Backfill<RecordsPrune> = {
  id: 'records-prune',
  system: 'records',
  title: 'records that their repositories deleted',
  rehearsal: {
    reads:
      'fetches every repository that has rows, and asks its host again for each record that it did not list',
    predicts: 'every row that is deleted, except of records that come or go in between',
  },
  words: {
    items: ['repository', 'repositories'],
    rows: ['record', 'records'],
    done: {items: 'were read to their end', rows: 'are as their repositories had them'},
    reads: {
      source: 'whether the directory resolves',
      target: 'its tables and lexicons',
      verify: 'rows of the table, and some repositories again',
    },
    nothing: 'the table has no row of these collections and accounts',
  },
  takes: {sources: ['network'], targets: ['postgres', 'pglite']},
  scope: recordsScope,
  options: recordsOptions,
  found: looked,
  change: pruneChange,
  migrations: 'records',
  repositories,

  complete: completeScope,
  probe: probeRecords,
  needsMigration: async target => !(await hasRecordTables(target)),
  // Repositories are found one by one instead.
  async *partitions() {},
  list: listRows,
  middle: async () => null,
  lookup: lookupRow,
  host: ({address}) => new URL(address).host,
  inspect: async (item, io) => ({
    item,
    found: {isGone: !item.isListed && (await isGone(item.key, item.address, io))},
    bytes: 0,
  }),
  decide: decidePrune,
  commit: commitPrune,
  decideUndo,
  undo: (changes, {facts}) => undoPrune(changes, facts),
  preview: previewPrune,
  row: prunedRow,
  costs,
  coverage,
  invariants: ({facts}) => recordInvariants(facts),
};
