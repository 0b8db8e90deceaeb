import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {PostgresAddress} from './postgres-address.ts';
import {noTls} from './postgres-client.ts';
import {faultOfPostgres, type PostgresError, postgresErrorIn} from './postgres-faults.ts';

/** Why a server could not be connected to: for the operator at the beginning, as a failure in the middle of a run. */

export function connectingFault(error: unknown, {host, port}: PostgresAddress): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof OperatorError) return new Fault('denied', error.message, {cause: error});
  const details = {host: `${host}:${port}`};
  const said = postgresErrorIn(error);
  if (said !== null) return faultOfPostgres(said, details);
  return new Fault(isTimeout(error) ? 'timeout' : 'connection', messageOf(error), {...details, cause: error});
}

export function explainOpening(error: unknown, address: PostgresAddress, isPasswordKnown: boolean): unknown {
  if (error instanceof OperatorError) return error;
  const said = postgresErrorIn(error instanceof Fault ? error.cause : error);
  const [code, what, hint] =
    said === null ? ofConnection(error, address, isPasswordKnown) : ofServer(said, address, isPasswordKnown);
  return new OperatorError(code, `target ${address.label}: ${what}`, hint);
}

type Explained = readonly [code: 'auth' | 'usage' | 'failed', what: string, hint: string];

const passwordHint =
  'Set PGPASSWORD, or put the password into ~/.pgpass (HOST:PORT:DATABASE:USER:PASSWORD, chmod 600), or name an environment variable for it in the config: password: {env: NAME}. One that stands in the address is not kept: a run finds its target again by the address without it.';

function ofServer(
  {code, message}: PostgresError,
  address: PostgresAddress,
  isPasswordKnown: boolean,
): Explained {
  const {user, database} = address;
  switch (code) {
    case '28P01':
      return isPasswordKnown
        ? ['auth', `the server refused the password of ${user}`, passwordHint]
        : ['auth', `the server asks for the password of ${user}, and none is known`, passwordHint];
    case '3D000':
      return [
        'usage',
        `the server has no database "${database}"`,
        `Name one that is there, or make it first: createdb, or CREATE DATABASE. Headgate makes tables alone.`,
      ];
    case '57P03':
      return ['failed', `the server takes no connections now (${message})`, 'Try again when it has started.'];
    case '53300':
      return [
        'failed',
        `the server has no connection left (${message})`,
        'End programs that keep some, or raise max_connections: a run takes up to five.',
      ];
    case '08P01':
      return [
        'failed',
        `what answers does not take the settings of a session (${message})`,
        'Name the server itself, or a pool that hands out whole sessions: statements of one run must not part ways.',
      ];
    default:
      return code.startsWith('28') || code === '42501'
        ? refused(message, address)
        : ['failed', message, reachHint];
  }
}

function refused(message: string, {user, database, tls}: PostgresAddress): Explained {
  const isPlain = /no encryption|SSL off/i.test(message) && (tls === 'disable' || tls === 'prefer');
  return [
    'auth',
    `the server refused ${user} (${message})`,
    isPlain
      ? 'Ask for TLS: add ?sslmode=require to the address.'
      : `Look at the user in the address, at pg_hba.conf, and at the rights of ${user}: GRANT CONNECT ON DATABASE ${database}.`,
  ];
}

const reachHint = "Look at the address, and at the server's log.";

function ofConnection(error: unknown, address: PostgresAddress, isPasswordKnown: boolean): Explained {
  const {host, port, rootCertificate} = address;
  const message = messageOf(error);
  if (message.startsWith('SASL') && !isPasswordKnown)
    return ['auth', `the server asks for the password of ${address.user}, and none is known`, passwordHint];
  if (message.startsWith('SASL')) return ['auth', `the server could not be trusted (${message})`, reachHint];
  if (message === noTls)
    return [
      'usage',
      'the server speaks no TLS',
      'Have it set up there, or add ?sslmode=disable to the address.',
    ];
  const code = codeOf(error);
  if (rootCertificate !== null && error instanceof Error && 'path' in error && error.path === rootCertificate)
    return [
      'usage',
      `sslrootcert ${rootCertificate} can't be read (${code})`,
      'Name the file of a certificate.',
    ];
  if (isOfCertificate(code))
    return [
      'usage',
      `the server's certificate can't be trusted (${message})`,
      'Name the certificate of whoever signed it: ?sslmode=verify-full&sslrootcert=FILE. With sslmode=require it is not checked.',
    ];
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ['failed', `there is no host ${host}, or its name can't be looked up now (${code})`, reachHint];
    case 'ECONNREFUSED':
    case 'ENOENT':
      return [
        'failed',
        `nothing answers at ${host} port ${port} (${code})`,
        'Look at the address, and whether the server runs and listens there.',
      ];
    default:
      return isTimeout(error)
        ? [
            'failed',
            `${host} port ${port} does not answer`,
            'Look at the address, the network, VPN and firewalls.',
          ]
        : [
            'failed',
            `it can't be connected to (${message})`,
            'Is it a Postgres that listens there? Look at the address.',
          ];
  }
}

/** OpenSSL's and Node's names for what is wrong with a certificate: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isOfCertificate(code: string): boolean {
  return /CERT|UNABLE_TO_|HOSTNAME_MISMATCH|CRL_/.test(code);
}

function isTimeout(error: unknown): boolean {
  return codeOf(error) === 'ETIMEDOUT' || messageOf(error) === 'timeout expired';
}

/** A name with several addresses fails with an error for each. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
