import type {RowNow} from '../backfill.ts';
import type {Io} from '../shape.ts';
import type {RecordChange} from './change.ts';
import type {Records} from './records.ts';
import {moment} from './rows.ts';

/** Of the content, as much as a screen has room for. */
const shownText = 300;

/** One row of `records` as it is. */
export async function recordRow(
  key: string,
  change: RecordChange | null,
  {target}: Pick<Io<Records>, 'target' | 'signal'>,
): Promise<RowNow> {
  const [row] = await target.query(
    `SELECT cid, ${moment('indexed_at')} AS indexed_at, ${moment('created_at')} AS created_at,
       left(record::text, ${shownText}) AS record
     FROM records WHERE uri = $1`,
    [key],
  );
  const is = (state: {readonly cid: string; readonly indexedAt: string}) =>
    row?.['cid'] === state.cid && row['indexed_at'] === state.indexedAt;
  const columns =
    row === undefined
      ? null
      : Object.fromEntries(Object.entries(row).map(([column, value]) => [column, String(value)]));
  if (change === null) return {columns, is: null};
  if (is(change)) return {columns, is: 'after'};
  const {before} = change;
  const isBefore = before === null ? row === undefined : is(before);
  return {columns, is: isBefore ? 'before' : 'neither'};
}
