import type {Row, SqlValue, Statement} from '../core/sql.ts';

/**
 * What Headgate needs of a database. A dry run is handed a `Reader`, whose type has no way to write; only a live run
 * opens a `Database`. Failures are thrown as `Fault` (core/failure.ts): `refused` for constraints, `timeout` for locks,
 * `too-large` for a statement that must be cut smaller.
 */
export interface Reader {
  readonly dialect: Dialect;
  /** One SELECT; rows as plain objects. */
  query(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export interface Database extends Reader {
  /** All statements or none, in order. Answers with the rows of each (RETURNING, SELECT), empty where there are none. */
  transaction(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
}

export type Dialect = 'sqlite';

/** A place that can be opened as one or the other. Opening is what connects: making a Target touches nothing. */
export interface Target {
  readonly dialect: Dialect;
  /** What the operator types to confirm: the file's base name, or the database's. */
  readonly name: string;
  /** The same for the same database whoever names it: fingerprints and baselines are kept by it. */
  readonly id: string;
  /** As shown on screens and as it can be passed to --target. */
  readonly label: string;
  /** The config's word for it, such as production; null where there is none. */
  readonly environment: string | null;
  /** False where the operator forbids headgate_lease and headgate_marks: runs are then advisory. */
  readonly marks: boolean;
  openReader(): Promise<Reader>;
  /** Settles what a writer left that was killed inside a transaction, where a reader alone can't; else touches nothing. */
  recover(): Promise<void>;
  openDatabase(options?: {readonly create?: boolean}): Promise<Database>;
  /** Bytes free where the target grows, or null where that can't be told. */
  freeBytes(): Promise<number | null>;
}
