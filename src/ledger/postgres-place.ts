import {randomBytes} from 'node:crypto';
import type {Row, SqlValue, Statement} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';
import type {Variables} from '../databases/postgres-address.ts';
import {postgresConnector} from '../databases/postgres-connector.ts';
import {PostgresReads} from '../databases/postgres-reads.ts';
import type {Timeouts} from '../databases/postgres-session.ts';
import {requireBindable} from '../databases/postgres-values.ts';
import {explainMigration, ofLedger} from './explain-postgres.ts';
import {Patience} from './patience.ts';
import type {LedgerPlace} from './place.ts';
import {migratePostgres} from './postgres-migrate.ts';
import {toPostgres} from './postgres-sql.ts';
import {ledgerSchema, notHere, upkeepOf} from './postgres-upkeep.ts';
import {PostgresWrites} from './postgres-writes.ts';

/** Shorter than a target's: the statements are small, and a process that hangs keeps all others from their turn. */
const timeouts: Partial<Timeouts> = {statementMs: 60_000, lockMs: 10_000, idleMs: 10_000, graceMs: 5_000};
const patienceMs = 30_000;

/**
 * A ledger in the schema headgate of a Postgres database, which is made where it is missing. Processes on many machines
 * may have it open at once.
 */
export async function postgresPlace(named: string, variables: Variables): Promise<LedgerPlace> {
  const {label, db} = await open(named, variables).catch((error: unknown) => {
    throw ofLedger(error);
  });
  const {copy, restore, shrink} = upkeepOf(label);
  return {
    label,
    db,
    upkeep: `Copy it, while runs go on: ${copy}; put the copy back, while none does: ${restore}`,
    freeBytes: () => Promise.resolve(null),
    backup: () => Promise.reject(notHere(label, `Copy it, while runs go on: ${copy}`)),
    vacuum: () =>
      Promise.reject(
        notHere(
          label,
          `Space of deleted rows goes to new ones by itself. For the disk to have it back, while no run is at work: ${shrink}`,
        ),
      ),
  };
}

async function open(named: string, variables: Variables) {
  const connector = postgresConnector({
    url: named,
    settings: `-c search_path=${ledgerSchema}`,
    variables,
    timeouts,
  });
  const {label} = connector.address;
  const first = await connector.first(false);
  try {
    await migratePostgres(first, connector.address);
  } catch (error) {
    await first.close();
    throw explainMigration(error, connector.address);
  }
  const patience = () => new Patience({label, patienceMs, now: () => performance.now()});
  const writer = randomBytes(12).toString('hex');
  const writes = new PostgresWrites({
    writer,
    first,
    open: () => connector.again(false),
    patience: patience(),
  });
  const reads = new PostgresReads(() => connector.again(true));
  return {label, db: new PostgresLedger(reads, writes, patience())};
}

/** The ledger's statements, in the dialect of both. Reads are asked again where the connection was lost. */
class PostgresLedger implements Database {
  readonly dialect = 'postgres';
  readonly #reads: PostgresReads;
  readonly #writes: PostgresWrites;
  readonly #patience: Patience;
  readonly #translated = new Map<string, string>();

  constructor(reads: PostgresReads, writes: PostgresWrites, patience: Patience) {
    this.#reads = reads;
    this.#writes = writes;
    this.#patience = patience;
  }

  async query(sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> {
    requireBindable(params);
    const translated = this.#translate(sql);
    return this.#patience.keep(() => this.#reads.ask(translated, params, undefined));
  }

  async transaction(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    for (const {params} of statements) requireBindable(params);
    return this.#writes.transaction(statements.map(({sql, params}) => ({sql: this.#translate(sql), params})));
  }

  async close(): Promise<void> {
    await Promise.all([this.#writes.close(), this.#reads.close()]);
  }

  #translate(sql: string): string {
    const known = this.#translated.get(sql);
    if (known !== undefined) return known;
    const fresh = toPostgres(sql);
    this.#translated.set(sql, fresh);
    return fresh;
  }
}
