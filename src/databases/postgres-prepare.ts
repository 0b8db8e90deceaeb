import {z} from 'zod';
import {OperatorError} from '../core/operator-error.ts';
import {PostgresSession, type SessionOptions} from './postgres-session.ts';

/** A session of which is sure that it can only read, or that what it writes lasts. */
export async function openSession(options: SessionOptions): Promise<PostgresSession> {
  const session = await PostgresSession.open(options);
  try {
    await (options.readOnly ? requireReadOnly(session, options) : prepareWriting(session, options));
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

const reading = z.object({setting: z.string()});

async function requireReadOnly(session: PostgresSession, {address}: SessionOptions): Promise<void> {
  const rows = await session.ask("SELECT current_setting('default_transaction_read_only') AS setting");
  if (reading.parse(rows[0]).setting === 'on') return;
  throw new OperatorError(
    'failed',
    `target ${address.label}: what answers did not make the session read-only when it was told to`,
    'Name the server itself, or a pool that hands on the settings of a session.',
  );
}

const writing = z.object({standby: z.number(), readOnly: z.string(), sync: z.string()});

async function prepareWriting(session: PostgresSession, {address}: SessionOptions): Promise<void> {
  const rows = await session.ask(
    `SELECT pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') AS "readOnly",
       current_setting('synchronous_commit') AS sync`,
  );
  const {standby, readOnly, sync} = writing.parse(rows[0]);
  if (standby === 1)
    throw new OperatorError(
      'usage',
      `target ${address.label}: the server is a standby, which can only be read`,
      'Name the primary: it alone can be written to.',
    );
  if (readOnly === 'on')
    throw new OperatorError(
      'auth',
      `target ${address.label}: sessions of ${address.user} can only read (default_transaction_read_only is on)`,
      `If that is not on purpose: ALTER ROLE ${address.user} SET default_transaction_read_only = off.`,
    );
  // A page that was answered has to be there after a crash of the server: the ledger goes on from it.
  if (sync === 'off') await session.ask('SET synchronous_commit = local');
}
