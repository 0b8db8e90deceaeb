import type {Statement} from '../core/sql.ts';
import {isPostgres, type Variables} from '../databases/postgres-address.ts';
import {Audit} from './audit.ts';
import {type Checkpoint, checkpointStatements, isHolderRefusal} from './checkpoint.ts';
import {FileHashes} from './file-hashes.ts';
import {Fingerprints} from './fingerprints.ts';
import {Measurements} from './measurements.ts';
import {OpenItems} from './open-items.ts';
import {Pages} from './pages.ts';
import {Partitions} from './partitions.ts';
import type {LedgerPlace} from './place.ts';
import {type PublishedPage, publishedStatements} from './published.ts';
import {Remembered} from './remembered.ts';
import {Repositories} from './repositories.ts';
import {Runs} from './runs.ts';
import {sqlitePlace} from './sqlite-place.ts';
import {Uploads} from './uploads.ts';

/** Another process has taken the run over: nothing more of it is ours to write. */
export class RunLost extends Error {
  constructor() {
    super('another process has taken over this run');
    this.name = 'RunLost';
  }
}

/** Headgate's own database: an SQLite file, or the schema headgate of a Postgres database. Several processes may have it open at once. */
export class Ledger {
  /** As --ledger takes it, and as it may be shown: the file's path, or an address without its password. */
  readonly path: string;
  readonly runs: Runs;
  readonly partitions: Partitions;
  readonly repositories: Repositories;
  readonly pages: Pages;
  readonly openItems: OpenItems;
  readonly fingerprints: Fingerprints;
  readonly fileHashes: FileHashes;
  readonly uploads: Uploads;
  readonly measurements: Measurements;
  readonly remembered: Remembered;
  readonly audit: Audit;
  /** How it is copied and kept small, where the commands for that don't do it. */
  readonly upkeep: string | null;
  readonly #place: LedgerPlace;

  private constructor(place: LedgerPlace) {
    const {db, label, upkeep} = place;
    this.#place = place;
    this.path = label;
    this.upkeep = upkeep;
    this.runs = new Runs(db);
    this.partitions = new Partitions(db);
    this.repositories = new Repositories(db);
    this.pages = new Pages(db);
    this.openItems = new OpenItems(db);
    this.fingerprints = new Fingerprints(db);
    this.fileHashes = new FileHashes(db);
    this.uploads = new Uploads(db);
    this.measurements = new Measurements(db);
    this.remembered = new Remembered(db);
    this.audit = new Audit(db);
  }

  /** Opens the ledger that is named, and makes it where it is missing. The variables are libpq's: PGPASSWORD, … */
  static async open(named: string, variables: Variables = {}): Promise<Ledger> {
    if (!isPostgres(named)) return new Ledger(await sqlitePlace(named));
    // What a server's client is made of is loaded only for whoever needs it.
    const {postgresPlace} = await import('./postgres-place.ts');
    return new Ledger(await postgresPlace(named, variables));
  }

  /** Throws RunLost where another process has taken the run over. */
  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#holding(await checkpointStatements(checkpoint));
  }

  /** Something of a run has to be looked at before it is given up: pages of which nothing says what became of them, or uploads. */
  async hasLooseEnds(run: string): Promise<boolean> {
    return (
      (await this.pages.isHalfDone(run)) ||
      (await this.uploads.begunBy(run)).length > 0 ||
      (await this.uploads.hasMade(run))
    );
  }

  /** What became of a staged page. Throws RunLost where another process has taken the run over. */
  async published(page: PublishedPage): Promise<void> {
    await this.#holding(await publishedStatements(page));
  }

  async #holding(statements: readonly Statement[]): Promise<void> {
    try {
      await this.#place.db.transaction(statements);
    } catch (error) {
      throw isHolderRefusal(error) ? new RunLost() : error;
    }
  }

  /** Bytes free where the ledger grows; null where that can't be told. */
  freeBytes(): Promise<number | null> {
    return this.#place.freeBytes();
  }

  /** A consistent copy in one file, while others use the ledger. */
  backup(destination: string): Promise<void> {
    return this.#place.backup(destination);
  }

  /** Gives the space of deleted rows back to the disk. */
  vacuum(): Promise<void> {
    return this.#place.vacuum();
  }

  async close(): Promise<void> {
    await this.fileHashes.flush().finally(() => this.#place.db.close());
  }
}
