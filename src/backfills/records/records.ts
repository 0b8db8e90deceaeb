import {z} from 'zod';
import type {Network} from '../../atproto/network.ts';
import {Fault} from '../../core/failure.ts';
import type {Backfill} from '../backfill.ts';
import {completeScope} from './accounts.ts';
import {kept, previewRecord, type RecordChange, recordChange} from './change.ts';
import {commitRecords, undoRecords} from './commit.ts';
import {costs} from './costs.ts';
import {coverage} from './coverage.ts';
import {decideRecords, decideUndo} from './decide.ts';
import type {RecordsFacts} from './facts.ts';
import {recordInvariants} from './invariants.ts';
import {itemOf, type RecordItem} from './item.ts';
import {type RecordsOptions, recordsOptions} from './options.ts';
import {hasRecordTables, probeRecords} from './probe.ts';
import {provenRecord} from './proven-record.ts';
import {addressOf, readRepository} from './read-repository.ts';
import {repositories} from './repositories.ts';
import {recordRow} from './row.ts';
import {type RecordsScope, recordsScope} from './scope.ts';
import {isStandIn, parseUri} from './uri.ts';

export interface Records {
  readonly scope: RecordsScope;
  readonly options: RecordsOptions;
  readonly source: Network;
  readonly facts: RecordsFacts;
  readonly item: RecordItem;
  readonly found: null;
  readonly change: RecordChange;
}

/** Indexes the records of chosen collections of every repository that the relays list, straight from their hosts. */
export const records: Backfill<Records> = {
  id: 'records',
  system: 'records',
  title: 'AT Protocol network → records',
  rehearsal: {
    reads:
      'fetches every repository in scope from its host, as the live run will again: the plan holds URIs and CIDs, no content',
    predicts: 'every insert and update, except of records that change in between',
  },
  words: {
    items: ['repository', 'repositories'],
    rows: ['record', 'records'],
    done: {items: 'were read to their end', rows: 'are as their repositories had them'},
    reads: {
      source: 'whether the relays list, and the directory resolves',
      target: 'its tables and lexicons',
      verify: 'rows of the table, and some repositories again',
    },
    nothing: 'are these the collections and accounts that you meant?',
  },
  takes: {sources: ['network'], targets: ['postgres', 'pglite']},
  scope: recordsScope,
  options: recordsOptions,
  found: z.null(),
  change: recordChange,
  migrations: 'records',
  inspects: false,
  kept,
  repositories,

  complete: completeScope,
  probe: probeRecords,
  needsMigration: async target => !(await hasRecordTables(target)),
  // Repositories are found one by one instead.
  async *partitions() {},
  list: (range, io, probe) => readRepository(range, io, probe),
  middle: async () => null,
  lookup: async (key, {source, signal, options, placed, scope, onBytes = () => {}}) => {
    const parts = parseUri(key);
    if (parts === null) throw new Fault('invalid', `${key} is no URI of a record: at://DID/COLLECTION/RKEY`);
    const {did, collection, rkey} = parts;
    if (isStandIn(rkey))
      throw new Fault(
        'invalid',
        `${key} stands for what its host listed there: a new run looks what that is now`,
      );
    if (scope?.proofs === true) return provenRecord(parts, {source, signal, options, placed, scope, onBytes});
    const pds = source.pds(await addressOf(did, {source, signal, placed}, false));
    const record = await placed(pds.host, () => pds.record(did, collection, rkey, signal));
    return record === null ? null : itemOf(record, options);
  },
  host: () => 'network',
  inspect: async item => ({item, found: null, bytes: item.size}),
  decide: decideRecords,
  commit: (changes, {facts}) => commitRecords(changes, facts.hasAltered),
  decideUndo,
  undo: (changes, {facts}) => undoRecords(changes, facts.hasAltered),
  preview: previewRecord,
  row: recordRow,
  costs,
  coverage,
  invariants: ({facts}) => recordInvariants(facts),
};
