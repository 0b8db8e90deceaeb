import type {RowNow} from '../../backfill.ts';
import {encoded, encodedText} from '../../exact.ts';
import {textIn} from '../../row-text.ts';
import type {Io} from '../../shape.ts';
import {mediaRow} from '../media-row.ts';
import type {SeenChange} from './change.ts';
import type {MediaSeen} from './seen.ts';

/** The newest row of a key, or the first that the run dated, with when it was seen. */
export async function seenRow(
  key: string,
  change: SeenChange | null,
  io: Pick<Io<MediaSeen>, 'target' | 'signal'>,
): Promise<RowNow> {
  const dated = change?.rows[0] ?? null;
  const columns = await mediaRow(key, dated?.mediaUid ?? null, io);
  if (columns === null) return {columns, is: change === null ? null : 'neither'};
  const [row] = await io.target.query(
    `SELECT CAST(last_seen_at AS TEXT) AS shown, ${encoded('last_seen_at')} AS seen
     FROM media_assets
     WHERE media_uid = ?`,
    [columns['media_uid'] ?? null],
  );
  const shown = {...columns, last_seen_at: row === undefined ? null : String(row['shown'] ?? 'never')};
  if (change === null || dated === null || row === undefined) return {columns: shown, is: null};
  const seen = textIn(row, 'seen');
  const is = seen === encodedText(change.seenAt) ? 'after' : seen === dated.before ? 'before' : 'neither';
  return {columns: shown, is};
}
