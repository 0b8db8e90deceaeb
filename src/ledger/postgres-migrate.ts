import {z} from 'zod';
import {OperatorError} from '../core/operator-error.ts';
import {type Migration, readMigrations} from '../databases/migrate.ts';
import type {PostgresAddress} from '../databases/postgres-address.ts';
import type {PostgresSession} from '../databases/postgres-session.ts';
import {ledgerSchema} from './postgres-upkeep.ts';
import {takeTurn} from './postgres-writes.ts';

/**
 * Brings a ledger in Postgres to this program's version, in one transaction that begins with the ledger's lock: of several
 * processes that open it at once one does it, and the others find it done.
 */
export async function migratePostgres(session: PostgresSession, address: PostgresAddress): Promise<void> {
  const migrations = await readMigrations('ledger-postgres');
  const newest = migrations.at(-1)?.number ?? 0;
  const {isUtf8, ...found} = await lookAt(session);
  requireLedger(found, newest, address);
  if (!isUtf8)
    throw new OperatorError(
      'usage',
      `ledger ${address.label}: texts of this database are not UTF-8`,
      "Name another database: CREATE DATABASE … ENCODING 'UTF8'.",
    );
  if (found.version === newest) return;
  await session.ask('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    await session.ask(takeTurn);
    const now = await lookAt(session);
    requireLedger(now, newest, address);
    // That a schema may be missing is looked at before: to ask for one that is there takes the right to make it.
    if (!now.hasSchema) await session.ask(`CREATE SCHEMA ${ledgerSchema}`);
    for (const migration of migrations.filter(({number}) => number > now.version))
      await apply(session, migration);
    await session.ask('COMMIT');
  } catch (error) {
    if (session.lost === null) await session.ask('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function apply(session: PostgresSession, {number, statements}: Migration): Promise<void> {
  for (const {sql} of statements) await session.ask(sql);
  await session.ask('INSERT INTO versions (number) VALUES ($1)', [number]);
}

interface Found {
  readonly hasSchema: boolean;
  /** 0 where there is no ledger. */
  readonly version: number;
  /** A table in the schema, whosever it is. */
  readonly table: string | null;
}

const isTrue = z.number().transform(value => value === 1);
const foundRow = z.object({
  isUtf8: isTrue,
  hasSchema: isTrue,
  hasVersions: isTrue,
  table: z.string().nullable(),
});

async function lookAt(session: PostgresSession): Promise<Found & {readonly isUtf8: boolean}> {
  const [row] = await session.ask(
    `SELECT current_setting('server_encoding') = 'UTF8' AS "isUtf8",
       to_regnamespace('${ledgerSchema}') IS NOT NULL AS "hasSchema",
       EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('${ledgerSchema}') AND relname = 'versions')
         AS "hasVersions",
       (SELECT min(relname::text) FROM pg_class
        WHERE relnamespace = to_regnamespace('${ledgerSchema}') AND relkind IN ('r', 'p', 'v', 'm', 'f')) AS "table"`,
  );
  const {hasVersions, ...found} = foundRow.parse(row);
  if (!hasVersions) return {...found, version: 0};
  const [newest] = await session.ask('SELECT max(number) AS number FROM versions');
  return {...found, version: z.object({number: z.number()}).parse(newest).number};
}

function requireLedger({version, table}: Found, newest: number, {label}: PostgresAddress): void {
  if (version > newest)
    throw new OperatorError(
      'usage',
      `ledger ${label}: it was written by a newer headgate (ledger version ${version}, this program knows ${newest})`,
      'Upgrade headgate, or name another ledger with --ledger.',
    );
  if (version === 0 && table !== null)
    throw new OperatorError(
      'usage',
      `ledger ${label}: its schema ${ledgerSchema} is not a ledger, and has a table ${table}`,
      `Name another database with --ledger: the ledger needs the schema ${ledgerSchema} for itself.`,
    );
}
