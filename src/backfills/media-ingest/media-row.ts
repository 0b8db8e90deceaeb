import type {RowNow} from '../backfill.ts';
import type {Io, Shape} from '../shape.ts';

/** The rows of a key, newest first; what is shown is the newest, or the one that a run wrote. */
export async function mediaRow(
  key: string,
  mediaUid: string | null,
  {target}: Pick<Io<Shape>, 'target'>,
): Promise<RowNow['columns']> {
  const [row] = await target.query(
    `SELECT CAST(rowid AS TEXT) AS id, CAST(media_uid AS TEXT) AS media_uid, CAST(b2_file_id AS TEXT) AS b2_file_id,
       CAST(size AS TEXT) AS size, CAST(etag AS TEXT) AS etag, CAST(ingested_at AS TEXT) AS ingested_at,
       (SELECT count(*) FROM media_assets AS other WHERE other.b2_key = ?1) AS rows_of_key
     FROM media_assets
     WHERE b2_key = ?1 AND (?2 IS NULL OR media_uid = ?2)
     ORDER BY ingested_at DESC
     LIMIT 1`,
    [key, mediaUid],
  );
  if (row === undefined) return null;
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, value === null ? null : String(value)]),
  );
}
