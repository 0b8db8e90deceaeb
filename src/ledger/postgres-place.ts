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
const standard: Waits = {
  timeouts: {statementMs: 60_000, lockMs: 10_000, idleMs: 10_000, graceMs: 5_000},
  patienceMs: 30_000,
};

/**
 * As SQLite goes about it, from an index to its rows. Compiling a list of runs took 2.3 s of Postgres 15, and a second
 * without; a bitmap seems cheap to it where a list is looked up, and was made anew for each of 1,000 elements.
 */
const planning = '-c jit=off -c enable_bitmapscan=off';

/** How long is waited for a server. */
export interface Waits {
  readonly timeouts: Partial<Timeouts>;
  readonly patienceMs: number;
}

/**
 * A ledger in the schema headgate of a Postgres database, which is made where it is missing. Processes on many machines
 * may have it open at once.
 */
export async function postgresPlace(
  named: string,
  variables: Variables,
  waits: Waits = standard,
): Promise<LedgerPlace> {
  const {label, db} = await open(named, variables, waits).catch((error: unknown) => {
    throw ofLedger(error);
  });
  const {copy, shrink} = upkeepOf(label);
  return {
    label,
    db,
    upkeep: `Copy it, while runs go on: ${copy('FILE')}`,
    freeBytes: () => Promise.resolve(null),
    backup: file => Promise.reject(notHere(label, `Copy it, while runs go on: ${copy(file)}`)),
    vacuum: () =>
      Promise.reject(
        notHere(
          label,
          `Space of deleted rows goes to new ones by itself. For the disk to have it back, while no run is at work: ${shrink}`,
        ),
      ),
  };
}

async function open(named: string, variables: Variables, {timeouts, patienceMs}: Waits) {
  const connectorOf = (plans: 'force_generic_plan' | 'force_custom_plan') =>
    postgresConnector({
      url: named,
      settings: `-c search_path=${ledgerSchema} ${planning} -c plan_cache_mode=${plans}`,
      variables,
      timeouts,
      plansAnew: looksUpLists,
    });
  // What is read most is read by lists; what is written most is written by key, and thousands of times a second.
  const [reading, writing] = [connectorOf('force_custom_plan'), connectorOf('force_generic_plan')];
  const {address} = writing;
  const {label} = address;
  const first = await writing.first(false);
  try {
    await migratePostgres(first, address);
  } catch (error) {
    await first.close();
    throw explainMigration(error, address);
  }
  // Each its own: what is read says nothing of whether it can be written.
  const options = {label, patienceMs, now: () => performance.now()};
  const [ofReads, ofWrites] = [new Patience(options), new Patience(options)];
  const writes = new PostgresWrites({
    writer: randomBytes(12).toString('hex'),
    first,
    open: () => ofWrites.reopened(() => writing.again(false)),
    patience: ofWrites,
  });
  const reads = new PostgresReads(() => ofReads.reopened(() => reading.again(true)));
  return {label, db: new PostgresLedger(reads, writes, ofReads)};
}

/** Rows of a list are looked up one by one, or the list in all rows: which is better changes as the table grows. */
function looksUpLists(sql: string): boolean {
  return sql.includes('json_each(') && /\b(?:IN|EXISTS) \(SELECT/.test(sql);
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
