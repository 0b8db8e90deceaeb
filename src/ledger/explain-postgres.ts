import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import {quoted} from '../core/sql.ts';
import type {PostgresAddress} from '../databases/postgres-address.ts';
import {ledgerSchema} from './postgres-upkeep.ts';

const passwordHint =
  'Set PGPASSWORD, or put the password into ~/.pgpass (HOST:PORT:DATABASE:USER:PASSWORD, chmod 600). One that stands in the address is used, but left out of the commands that are shown.';

/** What opens a Postgres database takes it for a target, and names it so. */
export function ofLedger(error: unknown): unknown {
  if (!(error instanceof OperatorError)) return error;
  const {code, message, hint} = error;
  const isOfPassword = code === 'auth' && message.includes(' password of ');
  return new OperatorError(code, message.replace(/^target /, 'ledger '), isOfPassword ? passwordHint : hint);
}

/** Why the ledger's tables could not be looked at or made, in a database that could be opened. */
export function explainMigration(error: unknown, {label, user}: PostgresAddress): unknown {
  if (!(error instanceof Fault)) return error;
  if (error.kind === 'denied')
    return new OperatorError(
      'auth',
      `ledger ${label}: ${user} may not make it, or not use it (${error.message})`,
      `Let whoever owns the database make a place for it: CREATE SCHEMA ${ledgerSchema} AUTHORIZATION ${quoted(user)}. Where a ledger is there already, connect as its owner.`,
    );
  return new OperatorError(
    'failed',
    `ledger ${label}: it can't be opened (${error.message})`,
    "Look at the server's log, or name another ledger with --ledger.",
  );
}
