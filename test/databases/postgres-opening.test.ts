import {chmodSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {OperatorError} from '../../src/core/operator-error.ts';
import {type PostgresTargetOptions, postgresTarget} from '../../src/databases/postgres.ts';
import {asAdmin, freshDatabase, postgresServer} from '../support/postgres.ts';
import {relayTo} from '../support/relay.ts';
import {tempFolder} from '../support/temp.ts';

const nowhere = {PGPASSFILE: '/nowhere/pgpass'};

/** What an operator reads where a target can't be opened, as a reader and for writing. */
async function refusal(options: PostgresTargetOptions): Promise<OperatorError> {
  const target = postgresTarget({variables: nowhere, ...options});
  const errors: OperatorError[] = [];
  for (const open of [() => target.openReader(), () => target.openDatabase()]) {
    const opened = await open().catch((error: unknown) => error);
    if (!(opened instanceof OperatorError)) throw new Error(`not an operator's error: ${String(opened)}`);
    errors.push(opened);
  }
  const [first, second] = errors;
  if (first === undefined) throw new Error('nothing was opened');
  expect(second).toEqual(first);
  expect(first.message).toContain(target.label);
  expect(`${first.message} ${first.hint}`).not.toMatch(/wrong-secret/);
  return first;
}

/** A port of this machine at which something answers as it is told, or nothing at all. */
async function listening(onConnection: 'close' | 'silence' | 'http' | 'nobody'): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    if (onConnection === 'close') socket.destroy();
    if (onConnection === 'http') socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    onTestFinished(() => {
      socket.destroy();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere');
  if (onConnection === 'nobody') await new Promise(resolve => server.close(resolve));
  else onTestFinished(() => void server.close());
  return address.port;
}

describe('a server that can not be reached', () => {
  it.each([
    ['because its name leads nowhere', 'no-such-host.invalid', /no host no-such-host\.invalid/],
    ['because nothing listens there', 'nobody', /nothing answers at 127\.0\.0\.1/],
    ['because it hangs up', 'close', /can't be connected to/],
    ['because it is no Postgres', 'http', /can't be connected to.*SSL/],
    ['because it says nothing', 'silence', /does not answer/],
  ] as const)('%s is told with what to do', async (_, what, message) => {
    const host = what === 'no-such-host.invalid' ? what : `127.0.0.1:${await listening(what)}`;
    const error = await refusal({url: `postgres://me:wrong-secret@${host}/shop`, timeouts: {connectMs: 300}});
    expect(error).toMatchObject({code: 'failed', message: expect.stringMatching(message)});
    expect(error.hint).toMatch(/address/);
  });
});

describe.skipIf(postgresServer() === null)('a server that refuses', () => {
  const changed = (url: string, change: (url: URL) => void): string => {
    const other = new URL(url);
    change(other);
    return other.href;
  };

  it('the password says so, and where one is looked for', async () => {
    const url = changed(await freshDatabase(), other => {
      other.password = 'wrong-secret';
    });
    expect(await refusal({url})).toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/refused the password of postgres/),
      hint: expect.stringMatching(/PGPASSWORD.*\.pgpass.*is not kept/),
    });
  });

  it('who has none says so', async () => {
    const url = changed(await freshDatabase(), other => {
      other.password = '';
    });
    expect(await refusal({url})).toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/asks for the password of postgres, and none is known/),
      hint: expect.stringMatching(/PGPASSWORD/),
    });
  });

  it('finds the password in the config, the address, PGPASSWORD and the file, in this order', async () => {
    const url = await freshDatabase();
    const {password} = new URL(url);
    const label = postgresTarget({url}).label;
    const path = join(tempFolder(), 'pgpass');
    writeFileSync(path, `127.0.0.1:*:*:postgres:${password}\n`);
    chmodSync(path, 0o600);
    const wrong = changed(url, other => {
      other.password = 'wrong-secret';
    });
    const ways: readonly PostgresTargetOptions[] = [
      {url: wrong, password, variables: {PGPASSWORD: 'wrong-secret'}},
      {url, variables: {PGPASSWORD: 'wrong-secret'}},
      {url: label, variables: {PGPASSWORD: password, PGPASSFILE: '/nowhere'}},
      {url: label, variables: {PGPASSFILE: path}},
    ];
    for (const way of ways) await (await postgresTarget(way).openReader()).close();
  });

  it('a database that is not there says so', async () => {
    const url = changed(await freshDatabase(), other => {
      other.pathname = '/missing_one';
    });
    expect(await refusal({url})).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/no database "missing_one"/),
      hint: expect.stringMatching(/CREATE DATABASE/),
    });
  });

  it('a user without rights says so', async () => {
    const url = await freshDatabase();
    const role = `role_${Date.now()}_${process.pid}`;
    await asAdmin(
      `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; REVOKE CONNECT ON DATABASE ${new URL(url).pathname.slice(1)} FROM PUBLIC`,
    );
    onTestFinished(() => asAdmin(`DROP ROLE ${role}`).then(() => undefined));
    const other = changed(url, address => {
      address.username = role;
      address.password = 'secret';
    });
    expect(await refusal({url: other})).toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/permission denied/),
      hint: expect.stringMatching(/GRANT CONNECT/),
    });
  });

  it('to be written says so at once', async () => {
    const url = await freshDatabase();
    const database = new URL(url).pathname.slice(1);
    await asAdmin(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    const target = postgresTarget({url});
    await expect(target.openDatabase()).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/can only read/),
    });
    await (await target.openReader()).close();
  });
});

describe.skipIf(postgresServer() === null)('TLS', () => {
  async function isEncrypted(url: string, query: string): Promise<unknown> {
    const reader = await postgresTarget({url: `${url}?${query}`, variables: nowhere}).openReader();
    onTestFinished(() => reader.close());
    const [row] = await reader.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return row?.['ssl'];
  }

  it('is spoken where the server knows it, unless it is not to be', async () => {
    const url = await freshDatabase();
    for (const query of ['', 'sslmode=prefer', 'sslmode=require'])
      expect(await isEncrypted(url, query)).toBe(1);
    expect(await isEncrypted(url, 'sslmode=disable')).toBe(0);
  });

  it('trusts nobody without a reason where it is to check', async () => {
    const url = await freshDatabase();
    expect(await refusal({url: `${url}?sslmode=verify-full`})).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/certificate can't be trusted/),
      hint: expect.stringMatching(/sslrootcert=FILE/),
    });
    expect(await refusal({url: `${url}?sslmode=verify-full&sslrootcert=/nowhere.crt`})).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/sslrootcert \/nowhere\.crt can't be read/),
    });
    const [setting] = await asAdmin('SHOW ssl_cert_file');
    const certificate = String(setting?.['ssl_cert_file']);
    for (const mode of ['require', 'verify-ca', 'verify-full'])
      expect(await isEncrypted(url, `sslmode=${mode}&sslrootcert=${certificate}`)).toBe(1);
  });

  it('by another name than that of the certificate is refused, where names are checked', async () => {
    const [setting] = await asAdmin('SHOW ssl_cert_file');
    const relay = await relayTo(await freshDatabase(), '127.0.0.2');
    const url = (mode: string) => `${relay.url}?sslmode=${mode}&sslrootcert=${setting?.['ssl_cert_file']}`;
    expect(await refusal({url: url('verify-full')})).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/certificate can't be trusted.*127\.0\.0\.2/),
    });
    await (await postgresTarget({url: url('verify-ca')}).openReader()).close();
  });
});
