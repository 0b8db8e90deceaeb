import type {HostLimit} from '../core/event.ts';
import type {Service} from '../core/service.ts';
import type {Row, SqlValue, Statement} from '../core/sql.ts';

/**
 * What Headgate needs of a database. A dry run is handed a `Reader`, whose type has no way to write; only a live run
 * opens a `Database`. Failures are thrown as `Fault` (core/failure.ts): `refused` for constraints, `timeout` for locks
 * and for statements that took too long, `too-large` for a statement that must be cut smaller. A Fault `isUnsettled`
 * where the statements may have been carried out all the same.
 */
export interface Reader {
  readonly dialect: Dialect;
  /** One SELECT; rows as plain objects. Queries that are asked for together may travel together. */
  query(sql: string, params?: readonly SqlValue[], options?: Asking): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export interface Database extends Reader {
  /** All statements or none, in order. Answers with the rows of each (RETURNING, SELECT), empty where there are none. */
  transaction(statements: readonly Statement[], options?: Asking): Promise<readonly (readonly Row[])[]>;
}

export interface Asking {
  /** Ends waiting for a turn with the signal's reason; statements that were sent are finished, reads are given up. */
  readonly signal?: AbortSignal;
}

/**
 * Whose SQL a target takes, D1 being SQLite and PGlite Postgres. Statements are written for one of them: `?` is a
 * parameter of SQLite, `$1` one of Postgres, whose type is what Postgres makes of its place (`$1::jsonb` says it). How
 * values of Postgres come back, and which can't be bound, is in postgres-values.ts.
 */
export type Dialect = 'sqlite' | 'postgres';

/** A place that can be opened as one or the other. Opening is what connects; a service may be asked for the name before. */
export interface Target {
  readonly dialect: Dialect;
  /** Whose prices and limits apply. */
  readonly service: Service;
  /** What the operator types to confirm: the base name of the file or folder, or the database's. */
  readonly name: string;
  /** The same for the same database whoever names it: fingerprints and baselines are kept by it. */
  readonly id: string;
  /** As shown on screens and as it can be passed to --target. */
  readonly label: string;
  /** The config's word for it, such as production; null where there is none. */
  readonly environment: string | null;
  /** False where the operator forbids headgate_lease and headgate_marks: runs are then advisory. */
  readonly marks: boolean;
  /** That a transaction is all or nothing is only a service's word: a live run tries it out before it relies on it. */
  readonly provesAtomicity: boolean;
  openReader(): Promise<Reader>;
  /** Settles what a writer left that was killed inside a transaction, where a reader alone can't; else touches nothing. */
  recover(): Promise<void>;
  openDatabase(options?: {readonly create?: boolean}): Promise<Database>;
  /** Bytes free where the target grows, or null where that can't be told. */
  freeBytes(): Promise<number | null>;
  /** The service's name for the database's present state, to which it can restore it; null where it has none. */
  bookmark(options?: Asking): Promise<string | null>;
  /** How the service behind it is being asked; null for one on this machine. */
  traffic(): HostLimit | null;
}
