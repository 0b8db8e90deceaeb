import {STATUS_CODES} from 'node:http';
import {type FailureKind, Fault} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import {PrivateAddress} from './public-address.ts';

/** What a host answers that is no answer, and what happens on the way to it, as failures that say which. */

export function faultOfStatus(
  status: number,
  host: string,
  said: string,
  retryAfterMs: number | null,
): Fault {
  const code = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  const message = `${host}: ${code}${said === '' ? '' : `: ${shown(said)}`}`;
  if (retryAfterMs !== null) return new Fault('rate-limited', message, {host, retryAfterMs});
  return new Fault(kindOf(status), message, {host});
}

function kindOf(status: number): FailureKind {
  if (status === 401 || status === 403) return 'denied';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 408) return 'timeout';
  return status >= 500 ? 'server-error' : 'invalid';
}

export function redirected(host: string, location: string | undefined): Fault {
  const where = location === undefined ? 'elsewhere' : `to ${shown(location)}`;
  return new Fault('invalid', `${host}: it sends us ${where}, where nobody may send us`, {host});
}

export function tooMuch(host: string, what: string, mostBytes: number): Fault {
  return new Fault(
    'too-large',
    `${host}: ${what} is larger than ${mostBytes.toLocaleString('en-US')} bytes`,
    {host},
  );
}

export function tookTooLong(host: string, what: string, ms: number): Fault {
  return new Fault('timeout', `${host}: ${what} (${ms / 1_000} s)`, {host});
}

/** Why there was no answer, or not all of it. */
export function faultOfConnection(error: unknown, host: string): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof PrivateAddress)
    return new Fault('no-host', `${host}: ${error.message}, so nothing is asked there`, {host});
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = error instanceof Error ? error.message || code : String(error);
  const cause = causes.find(({codes}) => codes.test(code));
  const message = `${host}: ${cause?.cause ?? 'the connection broke'} (${shown(said)})`;
  return new Fault(cause?.kind ?? 'connection', message, {host, cause: error});
}

const causes: readonly {readonly codes: RegExp; readonly kind: FailureKind; readonly cause: string}[] = [
  {codes: /^(ENOTFOUND|EAI_\w+|ENODATA)$/, kind: 'connection', cause: 'its name can not be resolved'},
  {codes: /^ECONNREFUSED$/, kind: 'connection', cause: 'it refuses connections'},
  {codes: /^(ECONNRESET|EPIPE)$/, kind: 'connection', cause: 'it broke the connection'},
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/,
    kind: 'connection',
    cause: 'there is no way to it',
  },
  {codes: /^ETIMEDOUT$/, kind: 'timeout', cause: 'it does not answer'},
  {codes: /CERT|SELF_SIGNED|UNABLE_TO_/, kind: 'connection', cause: 'its certificate is not good'},
  {codes: /^(EPROTO|ERR_SSL_\w+)$/, kind: 'connection', cause: 'it does not speak TLS there'},
  {codes: /^HPE_/, kind: 'connection', cause: 'it does not speak HTTP there'},
];

/** What a stranger says, on one line and no longer than a line. */
export function shown(text: string): string {
  const line = printableKey(text.trim());
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** A good answer that is not what the method's documentation says: by whoever it is, it is no answer. */
export function notAsDocumented(host: string, what: string): Fault {
  return new Fault('invalid', `${host}: its answer to ${what} is not of the form that it should have`, {
    host,
  });
}
