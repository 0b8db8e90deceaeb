import {userInfo} from 'node:os';
import {OperatorError} from '../core/operator-error.ts';

/**
 * Where a Postgres database is, as `postgres://USER@HOST:PORT/DATABASE` and libpq's variables say. The password is kept
 * apart from everything that is shown or stored.
 */
export interface PostgresAddress {
  readonly user: string;
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly tls: TlsMode;
  /** A file with the certificates that the server's is checked against; the system's where there is none. */
  readonly rootCertificate: string | null;
  /** SCRAM is bound to the server's certificate where the server offers that. */
  readonly bindsChannel: boolean;
  /** Settings of the session, as in libpq's `options`. */
  readonly options: string | null;
  /** The address in full, as --target takes it, without a password. */
  readonly label: string;
}

export const tlsModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
/** As libpq has them: up to `require`, nobody is asked whether the server is who it says. */
export type TlsMode = (typeof tlsModes)[number];

export type Variables = Readonly<Record<string, string | undefined>>;

const scheme = /^postgres(?:ql)?:\/\//i;
const defaultPort = 5_432;
const parameters = ['sslmode', 'sslrootcert', 'channel_binding', 'options'] as const;

/** Whether a target is named as one. */
export function isPostgres(named: string): boolean {
  return scheme.test(named);
}

/** Of another kind, such as postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE: nobody here knows where its password ends. */
const otherAddress = /^\s*([a-z][a-z0-9+.-]+:\/+).*@/is;
/** As libpq has it: host=HOST password=PASSWORD */
const passwordSetting = /(password\s*=\s*).*/is;

/** An address as it may be shown, whatever is wrong with it. */
export function withoutPassword(named: string): string {
  if (!isPostgres(named)) return named.replace(otherAddress, '$1…@').replace(passwordSetting, '$1…');
  const url = parsed(named);
  if (url === null) return 'postgres://…';
  url.password = '';
  // libpq takes a password there too. What can't be said there is told by its name.
  for (const name of unknownIn(url)) url.searchParams.delete(name);
  return url.href;
}

function unknownIn({searchParams}: URL): readonly string[] {
  const known: readonly string[] = parameters;
  return [...searchParams.keys()].filter(name => !known.includes(name));
}

export function passwordIn(named: string): string | null {
  const password = parsed(named)?.password ?? '';
  return password === '' ? null : decoded(password);
}

/** What the address leaves out is as PGHOST, PGPORT, PGUSER, PGDATABASE, PGSSLMODE and PGSSLROOTCERT say, else as libpq has it. */
export function postgresAddress(named: string, variables: Variables = {}): PostgresAddress {
  const url = parsed(named);
  if (url === null) throw malformed(named, 'this is not an address of a Postgres database');
  const unknown = unknownIn(url);
  if (unknown.length > 0)
    throw malformed(
      named,
      `it says ${unknown.join(', ')}, and only ${parameters.join(', ')} can be said there`,
    );
  const user = decoded(url.username) || variables['PGUSER'] || userInfo().username;
  const host = hostOf(url) || variables['PGHOST'] || 'localhost';
  const port = Number(url.port || variables['PGPORT'] || defaultPort);
  const database = decoded(url.pathname.slice(1)) || variables['PGDATABASE'] || user;
  return {
    user,
    host,
    port,
    database,
    tls: host.startsWith('/') ? 'disable' : tlsOf(named, url, variables),
    rootCertificate: url.searchParams.get('sslrootcert') ?? (variables['PGSSLROOTCERT'] || null),
    bindsChannel: ['prefer', 'require'].includes(url.searchParams.get('channel_binding') ?? ''),
    options: url.searchParams.get('options'),
    label:
      `postgres://${encodeURIComponent(user)}@${host.includes(':') ? `[${host}]` : encodeURIComponent(host)}` +
      `${port === defaultPort ? '' : `:${port}`}/${encodeURIComponent(database)}${url.search}`,
  };
}

/** A password with a bare / ? or # in it goes on behind what looks like the host: nothing of that may be shown. */
function parsed(named: string): URL | null {
  const address = named.replace(scheme, 'postgres://');
  if (!isPostgres(named) || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.hash !== '' || `${url.pathname}${url.search}`.includes('@') ? null : url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare % stands for itself.
    return text;
  }
}

/** A name is the same in any letters; a folder of a socket is written with %2F. */
function hostOf({hostname}: URL): string {
  const host = decoded(hostname.replace(/^\[|\]$/g, ''));
  return host.startsWith('/') ? host : host.toLowerCase();
}

function tlsOf(named: string, {searchParams}: URL, variables: Variables): TlsMode {
  const said = searchParams.get('sslmode') ?? (variables['PGSSLMODE'] || 'prefer');
  const mode = tlsModes.find(known => known === said);
  if (mode !== undefined) return mode;
  throw malformed(named, `sslmode is ${said}, and has to be one of ${tlsModes.join(', ')}`);
}

function malformed(named: string, what: string): OperatorError {
  return new OperatorError(
    'usage',
    `target ${withoutPassword(named)}: ${what}`,
    'Write postgres://USER@HOST:PORT/DATABASE, with characters such as @ and / in its parts percent-encoded, and ?sslmode=require where the server asks for TLS. The password is better in PGPASSWORD or ~/.pgpass.',
  );
}
