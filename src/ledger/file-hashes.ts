import {z} from 'zod';
import type {FileHash, FileVersion} from '../core/uploads.ts';
import type {Database} from '../databases/database.ts';

const row = z
  .object({path: z.string(), sha256: z.string(), phash64: z.string().nullable(), sure: z.number()})
  .transform(({path, sure, ...hash}) => ({path, hash: {...hash, isSure: sure === 1}}));
const keptEvery = {ms: 250, files: 512};

/** What hashing found of files, by machine and path: a file that has not changed is not read twice. */
export class FileHashes {
  readonly #db: Database;
  #waiting: (FileVersion & FileHash & {readonly host: string; readonly at: number})[] = [];
  #timer: NodeJS.Timeout | null = null;
  #keeping: Promise<void> = Promise.resolve();
  #failed: {readonly error: unknown} | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  /** By path, of those whose version is the one that was hashed. */
  async of(host: string, files: readonly FileVersion[]): Promise<ReadonlyMap<string, FileHash>> {
    if (files.length === 0) return new Map();
    const rows = await this.#db.query(
      `SELECT kept.path, kept.sha256, kept.phash64, kept.sure
       FROM json_each(?2) AS file
       JOIN file_hashes AS kept ON kept.host = ?1 AND kept.path = file.value->>'path'
       WHERE kept.version = file.value->>'version'`,
      [host, JSON.stringify(files.map(({path, version}) => ({path, version})))],
    );
    return new Map(rows.map(each => row.parse(each)).map(({path, hash}) => [path, hash]));
  }

  async pathsOf(host: string, hashes: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.#db.query(
      `SELECT path, sha256, phash64, sure FROM file_hashes
       WHERE host = ? AND sha256 IN (SELECT atom FROM json_each(?)) ORDER BY path`,
      [host, JSON.stringify(hashes)],
    );
    const byHash = Map.groupBy(
      rows.map(each => row.parse(each)),
      ({hash}) => hash.sha256,
    );
    return new Map([...byHash].map(([sha256, found]) => [sha256, found.map(({path}) => path)]));
  }

  /** Written within a moment, many together. What could not be written is thrown by `flush`. */
  keep(host: string, file: FileVersion & FileHash, at: number): void {
    this.#waiting.push({...file, host, at});
    if (this.#waiting.length >= keptEvery.files) void this.#write();
    else this.#timer ??= setTimeout(() => void this.#write(), keptEvery.ms);
  }

  /** All that was to be kept is. */
  async flush(): Promise<void> {
    await this.#write();
    const failed = this.#failed;
    this.#failed = null;
    if (failed !== null) throw failed.error;
  }

  /** How many files below a folder are known, and when the last of them was hashed. */
  async below(host: string, folder: string): Promise<{readonly files: number; readonly at: number | null}> {
    await this.flush();
    const [found] = await this.#db.query(
      'SELECT count(*) AS files, max(at) AS at FROM file_hashes WHERE host = ?1 AND path >= ?2 AND path < ?3',
      [host, `${folder}/`, `${folder}0`],
    );
    return z.object({files: z.number(), at: z.number().nullable()}).parse(found);
  }

  /** Contents that are known under more than one path, beyond a hash, in the order of hashes. */
  async shared(
    host: string,
    after: string,
    limit: number,
  ): Promise<readonly {readonly sha256: string; readonly paths: readonly string[]}[]> {
    const rows = await this.#db.query(
      `SELECT sha256 FROM file_hashes WHERE host = ? AND sha256 > ?
       GROUP BY sha256 HAVING count(*) > 1 ORDER BY sha256 LIMIT ?`,
      [host, after, limit],
    );
    const hashes = rows.map(each => z.string().parse(each['sha256']));
    const paths = await this.pathsOf(host, hashes);
    return hashes.map(sha256 => ({sha256, paths: paths.get(sha256) ?? []}));
  }

  /** Nothing below this folder is known any more. Answers with how many files that were. */
  async forget(host: string, folder: string): Promise<number> {
    await this.flush();
    const [rows = []] = await this.#db.transaction([
      {
        sql: 'DELETE FROM file_hashes WHERE host = ?1 AND (path = ?2 OR (path >= ?3 AND path < ?4)) RETURNING path',
        // The last byte of a path below is a slash, and behind the slash comes 0.
        params: [host, folder, `${folder}/`, `${folder}0`],
      },
    ]);
    return rows.length;
  }

  #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const files = this.#waiting;
    this.#waiting = [];
    if (files.length > 0)
      this.#keeping = this.#keeping
        .then(() => this.#save(files))
        .catch((error: unknown) => {
          this.#failed = {error};
        });
    return this.#keeping;
  }

  async #save(files: readonly (FileVersion & FileHash & {readonly host: string; readonly at: number})[]) {
    // Of two versions of one file the later holds: a statement may not touch a row twice.
    const latest = [...new Map(files.map(file => [`${file.host}\0${file.path}`, file])).values()];
    await this.#db.transaction([
      {
        sql: `INSERT INTO file_hashes (host, path, version, sha256, phash64, sure, at)
              SELECT value->>'host', value->>'path', value->>'version', value->>'sha256', value->>'phash64',
                CAST(value->>'sure' AS BIGINT), CAST(value->>'at' AS BIGINT)
              FROM json_each(?) WHERE true
              ON CONFLICT (host, path) DO UPDATE
              SET version = excluded.version, sha256 = excluded.sha256, phash64 = excluded.phash64,
                sure = excluded.sure, at = excluded.at`,
        params: [JSON.stringify(latest.map(({isSure, ...file}) => ({...file, sure: isSure ? 1 : 0})))],
      },
    ]);
  }
}
