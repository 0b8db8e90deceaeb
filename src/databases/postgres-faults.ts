import {z} from 'zod';
import {type FailureKind, Fault} from '../core/failure.ts';

/**
 * What Postgres and PGlite answer, as failures, by SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html.
 * A statement that was refused left nothing behind: only who sent COMMIT and has no answer must ask what became of it.
 */

/** The fields of an error that are used; https://www.postgresql.org/docs/current/protocol-error-fields.html */
const postgresError = z.object({
  code: z.string().regex(/^[0-9A-Z]{5}$/),
  message: z.string(),
  detail: z.string().optional(),
});
export type PostgresError = z.infer<typeof postgresError>;

/** Null is what did not come from the server. */
export function postgresErrorIn(error: unknown): PostgresError | null {
  const parsed = postgresError.safeParse(error);
  return parsed.success ? parsed.data : null;
}

const byState: Readonly<Record<string, FailureKind>> = {
  '25006': 'denied', // READ ONLY SQL TRANSACTION
  '25P03': 'timeout', // IDLE IN TRANSACTION SESSION TIMEOUT
  '25P04': 'timeout', // TRANSACTION TIMEOUT
  '26000': 'connection', // a prepared statement that whoever is in between has forgotten
  '3D000': 'not-found',
  '40P01': 'timeout', // DEADLOCK DETECTED
  '42501': 'denied',
  '53300': 'rate-limited', // TOO MANY CONNECTIONS
  '55006': 'timeout', // OBJECT IN USE
  '55P03': 'timeout', // LOCK NOT AVAILABLE
  '57014': 'timeout', // QUERY CANCELED: it took longer than statement_timeout
  '57P04': 'not-found', // DATABASE DROPPED
};

const byClass: Readonly<Record<string, FailureKind>> = {
  '08': 'connection',
  // DATA EXCEPTION: an index, a generated column or a trigger that does not take a row is to fail that row alone.
  '22': 'refused',
  '23': 'refused',
  '28': 'denied',
  '40': 'changed',
  '44': 'refused', // WITH CHECK OPTION
  '53': 'server-error',
  '54': 'too-large',
  '57': 'connection',
  '58': 'server-error',
  F0: 'server-error',
  HV: 'server-error',
  P0: 'refused', // RAISE in a trigger
  XX: 'server-error',
};

export function kindOf(state: string): FailureKind {
  return byState[state] ?? byClass[state.slice(0, 2)] ?? 'invalid';
}

/** The plan of a prepared statement that a change of the schema has made useless; another connection makes it anew. */
function isStalePlan({code, message}: PostgresError): boolean {
  return code === '26000' || (code === '0A000' && message.includes('cached plan'));
}

/** The server closes the connection, or it is of no use any more. What severity it has, the server says in its own language. */
export function endsSession(error: PostgresError): boolean {
  return /^(?:08|28|57P0|25P0[34])/.test(error.code) || isStalePlan(error);
}

const longestDetail = 200;

export function faultOfPostgres(
  error: PostgresError,
  details: {host?: string; isUnsettled?: boolean} = {},
): Fault {
  const kind = isStalePlan(error) ? 'connection' : kindOf(error.code);
  return new Fault(kind, textOf(error), {...details, cause: error});
}

/** Which key it was helps; "Failing row contains" would tell whole rows, and adds nothing to the name of the column. */
function textOf({code, message, detail}: PostgresError): string {
  const isTold = detail !== undefined && code.startsWith('23') && detail.startsWith('Key ');
  return isTold ? `${message}: ${shortened(detail)}` : message;
}

function shortened(detail: string): string {
  return detail.length > longestDetail ? `${detail.slice(0, longestDetail)}…` : detail;
}
