import {randomBytes} from 'node:crypto';
import {Client} from 'pg';
import {onTestFinished} from 'vitest';

/**
 * Where the Postgres of these tests answers, as a superuser with its password; null where there is none, and they are to
 * be skipped. Not in CI: what was skipped there would pass for tested.
 */
export function postgresServer({HEADGATE_TEST_POSTGRES, CI}: NodeJS.ProcessEnv = process.env): string | null {
  if (HEADGATE_TEST_POSTGRES) return HEADGATE_TEST_POSTGRES;
  if (CI)
    throw new Error(
      'HEADGATE_TEST_POSTGRES is not set, and in CI the tests against Postgres must not be skipped: start test/servers/postgres-up.sh, and set it to the address that it prints, as .ci/run does',
    );
  return null;
}

/** A new database of the server's, by its address; dropped when the test has ended, whoever is still connected. */
export async function freshDatabase(): Promise<string> {
  const {url, drop} = await makeDatabase();
  onTestFinished(drop);
  return url;
}

/** A target for commands: a PGlite takes seconds to start for each of them, so a server is taken where there is one. */
export async function serverOrPglite(folder: string): Promise<string> {
  return postgresServer() === null ? `pglite:${folder}` : freshDatabase();
}

/** A database for whoever knows himself when it is no longer needed. */
export async function makeDatabase(): Promise<{readonly url: string; drop(): Promise<void>}> {
  const name = `headgate_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(`CREATE DATABASE ${name}`);
  const drop = async () => void (await asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  return {url: databaseUrl(name), drop};
}

export function databaseUrl(name: string): string {
  const url = new URL(required());
  url.pathname = `/${name}`;
  return url.href;
}

/** The rows of a statement that is made beside what is tested, by the superuser. */
export async function asAdmin(
  sql: string,
  url: string = required(),
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({connectionString: url});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** An address that is shown has no password: with the server's it can be connected to. */
export function withPassword(address: string): string {
  const url = new URL(address);
  url.password = new URL(required()).password;
  return url.href;
}

/** What a process finds the server's password by, where the address does not say it. */
export function postgresVariables(): {readonly PGPASSWORD?: string} {
  const server = postgresServer();
  return server === null ? {} : {PGPASSWORD: new URL(server).password};
}

function required(): string {
  const server = postgresServer();
  if (server === null) throw new Error('there is no Postgres to test against: skip what needs one');
  return server;
}
