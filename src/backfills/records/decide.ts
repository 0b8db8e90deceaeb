import type {Decision} from '../../core/entry.ts';
import type {Probe} from '../../core/probe.ts';
import type {Inspected, Io} from '../shape.ts';
import type {RecordChange} from './change.ts';
import type {RecordsFacts} from './facts.ts';
import type {Records} from './records.ts';
import {momentOf, readContents, readRows} from './rows.ts';

/** A record is the same where its CID is: what has another one takes the place of the version that is there. */
export async function decideRecords(
  page: readonly Inspected<Records>[],
  {target, now}: Io<Records>,
  {facts}: Probe<RecordsFacts>,
): Promise<readonly Decision<RecordChange>[]> {
  const rows = await readRows(
    target,
    page.map(({item}) => item.key),
    facts.hasAltered,
  );
  const former = page.flatMap(({item}) => {
    const row = rows.get(item.key);
    return row === undefined || row.cid === item.cid ? [] : [row];
  });
  const contents = await readContents(target, former);
  const indexedAt = momentOf(now());
  return page.map(({item: {key, cid, json, altered}}): Decision<RecordChange> => {
    const row = rows.get(key);
    const change = {key, cid, indexedAt, altered, record: json};
    if (row === undefined) return {action: 'insert', change: {...change, before: null}};
    if (row.cid === cid) return {action: 'unchanged'};
    const content = contents.get(key);
    if (content === undefined)
      return {action: 'conflict', reason: 'its row was written by somebody else while it was looked at'};
    const {uri: _, ...state} = row;
    return {action: 'update', change: {...change, before: {...state, record: content}}};
  });
}

/** A row that is still as the run left it is put back; one that was written again since is left. */
export async function decideUndo(
  changes: readonly RecordChange[],
  {target}: Pick<Io<Records>, 'target'>,
  {facts}: Probe<RecordsFacts>,
): Promise<readonly Decision<RecordChange>[]> {
  const rows = await readRows(
    target,
    changes.map(({key}) => key),
    facts.hasAltered,
  );
  return changes.map((change): Decision<RecordChange> => {
    const row = rows.get(change.key);
    const {before, cid, indexedAt} = change;
    if (row === undefined)
      return before === null
        ? {action: 'unchanged'}
        : {action: 'conflict', reason: 'its row was deleted after the run'};
    if (row.cid === cid && row.indexedAt === indexedAt)
      return before === null ? {action: 'delete', change} : {action: 'update', change};
    if (before !== null && row.cid === before.cid && row.indexedAt === before.indexedAt)
      return {action: 'unchanged'};
    return {action: 'conflict', reason: 'its row was written again after the run'};
  });
}
