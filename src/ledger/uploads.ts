import {z} from 'zod';
import type {KnownUpload, MadeObject, UploadedBy, UploadRecord} from '../core/uploads.ts';
import type {Database} from '../databases/database.ts';
import {keepUploads} from './upload-statements.ts';

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
const made = z.object({provider: z.string(), object: z.string()});

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

  /** How this run began the upload of an object, or one that no process works on any more; null where none has. */
  async begun(run: string, provider: string, object: string): Promise<string | null> {
    const [row] = await this.#db.query(
      `SELECT begun.handle FROM begun_uploads AS begun
       LEFT JOIN runs ON runs.id = begun.run
       WHERE begun.provider = ?1 AND begun.object = ?2
         AND (begun.run = ?3 OR runs.status IS NULL OR runs.status NOT IN ('pending', 'running', 'pausing', 'cancelling'))
       ORDER BY begun.run <> ?3, begun.at DESC LIMIT 1`,
      [provider, object, run],
    );
    return row === undefined ? null : z.string().parse(row['handle']);
  }

  /** An upload that is gone on with is this run's from then on. */
  async begin(run: string, provider: string, object: string, handle: string, at: number): Promise<void> {
    await this.#db.transaction([
      {
        sql: 'DELETE FROM begun_uploads WHERE provider = ? AND object = ? AND (handle = ? OR run = ?)',
        params: [provider, object, handle, run],
      },
      {
        sql: 'INSERT INTO begun_uploads (provider, object, handle, run, at) VALUES (?, ?, ?, ?, ?)',
        params: [provider, object, handle, run, at],
      },
    ]);
  }

  async end(run: string, provider: string, object: string): Promise<void> {
    await this.#db.transaction([
      {
        sql: 'DELETE FROM begun_uploads WHERE provider = ? AND object = ? AND run = ?',
        params: [provider, object, run],
      },
    ]);
  }

  async begunBy(run: string): Promise<readonly z.infer<typeof begun>[]> {
    const rows = await this.#db.query(
      'SELECT provider, object, handle FROM begun_uploads WHERE run = ? ORDER BY provider, object',
      [run],
    );
    return rows.map(row => begun.parse(row));
  }

  /** Written before an object is made: whatever becomes of the run, it is known whose it is. */
  async make(run: string, objects: readonly MadeObject[]): Promise<void> {
    await this.#db.transaction([
      {
        sql: `INSERT INTO made_objects (run, provider, object, user_id, sha256)
              SELECT ?, value->>'provider', value->>'object', value->>'user', value->>'sha256'
              FROM json_each(?) WHERE true
              ON CONFLICT (run, provider, object) DO NOTHING`,
        params: [run, JSON.stringify(objects)],
      },
    ]);
  }

  /**
   * Objects that a run has made at a provider beyond one, in the order of their names, but for those that another target is
   * known to have.
   */
  async madeBy(
    run: string,
    target: string,
    after: {readonly provider: string; readonly object: string},
    limit: number,
  ): Promise<readonly {readonly provider: string; readonly object: string}[]> {
    const rows = await this.#db.query(
      `SELECT made.provider, made.object FROM made_objects AS made
       WHERE made.run = ?1 AND (made.provider, made.object) > (?3, ?4)
         AND NOT EXISTS (
           SELECT 1 FROM uploads_by_hash AS other
           WHERE other.sha256 = made.sha256 AND other.user_id = made.user_id AND other.provider = made.provider
             AND other.target <> ?2 AND other.status = 'success'
         )
       ORDER BY made.provider, made.object LIMIT ${limit}`,
      [run, target, after.provider, after.object],
    );
    return rows.map(row => made.parse(row));
  }

  /** Which of these objects a run has made, or was about to make, without anything on record since that says so. */
  async unrecorded(
    run: string,
    target: string,
    provider: string,
    objects: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const rows = await this.#db.query(
      `SELECT made.provider, made.object FROM made_objects AS made
       JOIN runs ON runs.id = made.run
       WHERE made.run = ?1 AND made.provider = ?3 AND made.object IN (SELECT atom FROM json_each(?4))
         AND NOT EXISTS (
           SELECT 1 FROM uploads_by_hash AS known
           WHERE known.target = ?2 AND known.user_id = made.user_id AND known.provider = made.provider
             AND known.sha256 = made.sha256 AND known.status = 'success' AND known.at >= runs.created_at
         )`,
      [run, target, provider, JSON.stringify(objects)],
    );
    return new Set(rows.map(row => made.parse(row).object));
  }

  /** Some contents that are known to be there: in the order of their hashes, so from all over. */
  async some(target: string, {user, provider}: UploadedBy, limit: number): Promise<readonly KnownUpload[]> {
    const rows = await this.#db.query(
      `SELECT sha256, status, note, asset_id, name, at FROM uploads_by_hash
       WHERE target = ? AND user_id = ? AND provider = ? AND status = 'success'
       ORDER BY sha256 LIMIT ?`,
      [target, user, provider, limit],
    );
    return rows.map(row => known.parse(row));
  }

  async hasMade(run: string): Promise<boolean> {
    return (await this.#db.query('SELECT 1 FROM made_objects WHERE run = ? LIMIT 1', [run])).length > 0;
  }

  /** They are there no more. */
  async unmake(run: string, provider: string, objects: readonly string[]): Promise<void> {
    await this.#db.transaction([
      {
        sql: `DELETE FROM made_objects
              WHERE run = ? AND provider = ? AND object IN (SELECT atom FROM json_each(?))`,
        params: [run, provider, JSON.stringify(objects)],
      },
    ]);
  }

  /** A dry run that is over meets no more contents. */
  async forgetMet(run: string): Promise<void> {
    await this.#db.transaction([{sql: 'DELETE FROM met_contents WHERE run = ?', params: [run]}]);
  }
}
