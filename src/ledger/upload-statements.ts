import type {Statement} from '../core/sql.ts';
import type {UploadedBy, UploadRecord} from '../core/uploads.ts';

/** What a checkpoint writes of uploads, in its own transaction. */

/** Where a content is known to be there, a failure says nothing against it. */
export function keepUploads(target: string, uploads: readonly UploadRecord[]): Statement {
  const latest = new Map(
    uploads.map(upload => [[upload.user, upload.provider, upload.sha256].join('\0'), upload]),
  );
  return {
    sql: `INSERT INTO uploads_by_hash (target, user_id, provider, sha256, status, note, asset_id, name, at)
          SELECT ?, value->>'user', value->>'provider', value->>'sha256', value->>'status', value->>'note',
            value->>'assetId', value->>'name', CAST(value->>'at' AS BIGINT)
          FROM json_each(?) WHERE true
          ON CONFLICT (target, user_id, provider, sha256) DO UPDATE
          SET status = excluded.status, note = excluded.note,
            asset_id = coalesce(excluded.asset_id, uploads_by_hash.asset_id), name = excluded.name, at = excluded.at
          WHERE excluded.status = 'success' OR uploads_by_hash.status = 'error'`,
    params: [target, JSON.stringify([...latest.values()])],
  };
}

/** What an undo has taken back is not known any more. */
export function forgetUploads(
  target: string,
  uploads: readonly (UploadedBy & {readonly sha256: string})[],
): Statement {
  return {
    sql: `DELETE FROM uploads_by_hash
          WHERE target = ?1 AND (user_id, provider, sha256) IN (
            SELECT value->>'user', value->>'provider', value->>'sha256' FROM json_each(?2)
          )`,
    params: [target, JSON.stringify(uploads.map(({user, provider, sha256}) => ({user, provider, sha256})))],
  };
}
