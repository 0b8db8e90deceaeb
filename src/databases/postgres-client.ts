import {readFile} from 'node:fs/promises';
import type {ConnectionOptions} from 'node:tls';
import {Client, type ClientConfig} from 'pg';
import type {PostgresAddress} from './postgres-address.ts';
import type {SessionOptions} from './postgres-session.ts';
import {decoderOf} from './postgres-values.ts';

/** What pg says where the server knows no TLS. */
export const noTls = 'The server does not support SSL connections';

/** Connects as the address says; what is wrong is thrown as the server, the network or Node says it. */
export async function connectClient(options: SessionOptions): Promise<Client> {
  const {address} = options;
  const tls = await tlsOptions(address);
  const password = (await options.password()) ?? '';
  try {
    return await connected(options, password, tls);
  } catch (error) {
    const isWithout = address.tls === 'prefer' && error instanceof Error && error.message === noTls;
    if (!isWithout) throw error;
    return connected(options, password, false);
  }
}

async function connected(
  options: SessionOptions,
  password: string,
  ssl: ClientConfig['ssl'],
): Promise<Client> {
  const {address, timeouts} = options;
  const client = new Client({
    user: address.user,
    host: address.host,
    port: address.port,
    database: address.database,
    // A function, or pg would look for one in the environment of the process.
    password: () => password,
    ssl,
    enableChannelBinding: address.bindsChannel,
    application_name: 'headgate',
    options: settingsOf(options),
    connectionTimeoutMillis: timeouts.connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    pipeline: true,
    types: {getTypeParser: (type: number) => decoderOf(type)},
  });
  // What comes behind the failure of connecting is the same failure once more.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    // Where it was ourselves who gave up, the server would wait for a minute.
    client.connection.stream.destroy();
    throw error;
  }
}

/**
 * Settings travel with the connection's first message: where something in between would not hand them on to the one
 * server process that it means, that message is refused. Dates and bytes are read in the form that is set here.
 */
function settingsOf({address, readOnly, timeouts}: SessionOptions): string {
  const settings = {
    statement_timeout: timeouts.statementMs,
    lock_timeout: timeouts.lockMs,
    idle_in_transaction_session_timeout: timeouts.idleMs,
    // A client that has vanished is to lose its locks within a minute.
    tcp_keepalives_idle: 30,
    tcp_keepalives_interval: 10,
    tcp_keepalives_count: 3,
    DateStyle: 'ISO',
    TimeZone: 'UTC',
    bytea_output: 'hex',
    extra_float_digits: 1,
    standard_conforming_strings: 'on',
    ...(readOnly ? {default_transaction_read_only: 'on'} : {}),
  };
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  return [...(address.options === null ? [] : [address.options]), ...ours].join(' ');
}

async function tlsOptions({tls, rootCertificate}: PostgresAddress): Promise<false | ConnectionOptions> {
  if (tls === 'disable') return false;
  // With a certificate to check against, `require` checks, as libpq does.
  const checks =
    tls === 'verify-ca' || tls === 'verify-full' || (tls === 'require' && rootCertificate !== null);
  if (!checks) return {rejectUnauthorized: false};
  return {
    ...(rootCertificate === null ? {} : {ca: await readFile(rootCertificate)}),
    ...(tls === 'verify-full' ? {} : {checkServerIdentity: () => undefined}),
  };
}
