import {z} from 'zod';
import type {Statement} from '../core/sql.ts';
import type {KnownUpload, UploadedBy, UploadRecord} from '../core/uploads.ts';
import type {Database} from '../databases/database.ts';

const known = z
  .object({
    sha256: z.string(),
    status: z.enum(['success', 'error']),
    note: z.string(),
    asset_id: z.string().nullable(),
    name: z.string(),
    at: z.number(),
  })
  .transform(({asset_id: assetId, ...rest}): KnownUpload => ({...rest, assetId}));
const begun = z.object({provider: z.string(), object: z.string(), handle: z.string()});

/** What was uploaded, by its content; which contents a dry run has met; and which uploads were begun and not ended. */
export class Uploads {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async of(
    target: string,
    {user, provider}: UploadedBy,
    hashes: readonly string[],
  ): Promise<ReadonlyMap<string, KnownUpload>> {
    if (hashes.length === 0) return new Map();
    const rows = await this.#db.query(
      `SELECT sha256, status, note, asset_id, name, at FROM uploads_by_hash
       WHERE target = ? AND user_id = ? AND provider = ? AND sha256 IN (SELECT atom FROM json_each(?))`,
      [target, user, provider, JSON.stringify(hashes)],
    );
    return new Map(rows.map(row => known.parse(row)).map(upload => [upload.sha256, upload]));
  }

  async keep(target: string, uploads: readonly UploadRecord[]): Promise<void> {
    if (uploads.length > 0) await this.#db.transaction([keepUploads(target, uploads)]);
  }

  /** Successes of a target, in the order of their hashes, beyond one of them. */
  async successes(
    target: string,
    after: {readonly user: string; readonly provider: string; readonly sha256: string},
    limit: number,
  ): Promise<readonly UploadRecord[]> {
    const rows = await this.#db.query(
      `SELECT user_id, provider, sha256, status, note, asset_id, name, at FROM uploads_by_hash
       WHERE target = ? AND status = 'success' AND (user_id, provider, sha256) > (?, ?, ?)
       ORDER BY user_id, provider, sha256 LIMIT ?`,
      [target, after.user, after.provider, after.sha256, limit],
    );
    const whose = z.object({user_id: z.string(), provider: z.string()});
    return rows.map(row => {
      const {user_id: user, provider} = whose.parse(row);
      return {...known.parse(row), user, provider};
    });
  }

  /** The key of a run that met a content first, by hash: those that come first meet it now. */
  async firstMet(
    run: string,
    contents: readonly {readonly sha256: string; readonly key: string}[],
  ): Promise<ReadonlyMap<string, string>> {
    if (contents.length === 0) return new Map();
    const first = new Map(contents.toReversed().map(({sha256, key}) => [sha256, key]));
    const [, rows = []] = await this.#db.transaction([
      {
        sql: `INSERT INTO met_contents (run, sha256, key)
              SELECT ?, value->>'sha256', value->>'key' FROM json_each(?) WHERE true
              ON CONFLICT (run, sha256) DO NOTHING`,
        params: [run, JSON.stringify([...first].map(([sha256, key]) => ({sha256, key})))],
      },
      {
        sql: 'SELECT sha256, key FROM met_contents WHERE run = ? AND sha256 IN (SELECT atom FROM json_each(?))',
        params: [run, JSON.stringify([...first.keys()])],
      },
    ]);
    const met = z.object({sha256: z.string(), key: z.string()});
    return new Map(rows.map(row => met.parse(row)).map(({sha256, key}) => [sha256, key]));
  }

  async begun(provider: string, object: string): Promise<string | null> {
    const [row] = await this.#db.query('SELECT handle FROM begun_uploads WHERE provider = ? AND object = ?', [
      provider,
      object,
    ]);
    return row === undefined ? null : z.string().parse(row['handle']);
  }

  async begin(run: string, provider: string, object: string, handle: string, at: number): Promise<void> {
    await this.#db.transaction([
      {
        sql: `INSERT INTO begun_uploads (provider, object, handle, run, at) VALUES (?, ?, ?, ?, ?)
              ON CONFLICT (provider, object) DO UPDATE
              SET handle = excluded.handle, run = excluded.run, at = excluded.at`,
        params: [provider, object, handle, run, at],
      },
    ]);
  }

  async end(provider: string, object: string): Promise<void> {
    await this.#db.transaction([
      {sql: 'DELETE FROM begun_uploads WHERE provider = ? AND object = ?', params: [provider, object]},
    ]);
  }

  async begunBy(run: string): Promise<readonly z.infer<typeof begun>[]> {
    const rows = await this.#db.query(
      'SELECT provider, object, handle FROM begun_uploads WHERE run = ? ORDER BY provider, object',
      [run],
    );
    return rows.map(row => begun.parse(row));
  }
}

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
          WHERE target = ?1 AND EXISTS (
            SELECT 1 FROM json_each(?2) AS gone
            WHERE gone.value->>'user' = user_id AND gone.value->>'provider' = provider
              AND gone.value->>'sha256' = sha256
          )`,
    params: [target, JSON.stringify(uploads.map(({user, provider, sha256}) => ({user, provider, sha256})))],
  };
}
