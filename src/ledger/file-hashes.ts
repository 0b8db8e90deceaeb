import {z} from 'zod';
import type {FileHash, FileVersion} from '../core/uploads.ts';
import type {Database} from '../databases/database.ts';

const row = z
  .object({path: z.string(), sha256: z.string(), phash64: z.string().nullable(), sure: z.number()})
  .transform(({path, sure, ...hash}) => ({path, hash: {...hash, isSure: sure === 1}}));
const keptEvery = {ms: 250, files: 512};
/** What could not be written is tried again with what comes next, and given up then: it is hashed again some day. */
const mostTries = 3;
const mostLate = 8;

type HashedFile = FileVersion & FileHash & {readonly host: string; readonly at: number};

interface Batch {
  readonly files: readonly HashedFile[];
  readonly tries: number;
}

/**
 * What hashing found of files, by machine and path: a file that has not changed is not read twice. Nothing depends on it,
 * so that it can't be written is no failure of whoever hashes.
 */
export class FileHashes {
  readonly #db: Database;
  #waiting: HashedFile[] = [];
  /** On their way into the ledger. */
  readonly #leaving = new Set<readonly HashedFile[]>();
  #late: readonly Batch[] = [];
  #timer: NodeJS.Timeout | null = null;
  #keeping: Promise<void> = Promise.resolve();

  constructor(db: Database) {
    this.#db = db;
  }

  /** By path, of those whose version is the one that was hashed: also what is still to be written. */
  async of(host: string, files: readonly FileVersion[]): Promise<ReadonlyMap<string, FileHash>> {
    if (files.length === 0) return new Map();
    const unwritten = this.#unwritten(host);
    const rows = await this.#db.query(
      `SELECT kept.path, kept.sha256, kept.phash64, kept.sure
       FROM json_each(?2) AS file
       JOIN file_hashes AS kept ON kept.host = ?1 AND kept.path = file.value->>'path'
       WHERE kept.version = file.value->>'version'`,
      [host, JSON.stringify(files.map(({path, version}) => ({path, version})))],
    );
    const written = rows.map(each => row.parse(each)).map(({path, hash}): [string, FileHash] => [path, hash]);
    if (unwritten.size === 0) return new Map(written);
    return new Map([
      ...written,
      ...files.flatMap(({path, version}): readonly [string, FileHash][] => {
        const file = unwritten.get(path);
        if (file?.version !== version) return [];
        const {sha256, phash64, isSure} = file;
        return [[path, {sha256, phash64, isSure}]];
      }),
    ]);
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

  /** Written within a moment, many together. */
  keep(host: string, file: FileVersion & FileHash, at: number): void {
    this.#waiting.push({...file, host, at});
    if (this.#waiting.length >= keptEvery.files) void this.#write();
    else this.#timer ??= setTimeout(() => void this.#write(), keptEvery.ms);
  }

  /** All that was to be kept is, as far as it can be written. */
  flush(): Promise<void> {
    return this.#write();
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

  #unwritten(host: string): ReadonlyMap<string, HashedFile> {
    const all = [...this.#late.map(({files}) => files), ...this.#leaving, this.#waiting].flat();
    return new Map(all.filter(file => file.host === host).map(file => [file.path, file]));
  }

  #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const files = this.#waiting;
    this.#waiting = [];
    this.#leaving.add(files);
    this.#keeping = this.#keeping.then(() => this.#saveAll(files)).finally(() => this.#leaving.delete(files));
    return this.#keeping;
  }

  /** What comes late comes first: of two versions of one file the later holds. */
  async #saveAll(files: readonly HashedFile[]): Promise<void> {
    const batches = [...this.#late, ...(files.length === 0 ? [] : [{files, tries: 0}])];
    for (const [index, batch] of batches.entries()) {
      const tries = batch.tries + 1;
      try {
        await this.#save(batch.files);
      } catch {
        const again = tries < mostTries ? [{...batch, tries}] : [];
        this.#late = [...again, ...batches.slice(index + 1)].slice(-mostLate);
        return;
      }
    }
    this.#late = [];
  }

  async #save(files: readonly HashedFile[]): Promise<void> {
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
