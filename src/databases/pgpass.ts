import {readFile, stat} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';
import type {PostgresAddress, Variables} from './postgres-address.ts';

const others = 0o077;

/**
 * The password of an address in PGPASSFILE or ~/.pgpass, null where there is none. As with libpq, a file that others may
 * read is not read: https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export async function passwordInFile(
  {host, port, database, user}: PostgresAddress,
  variables: Variables,
): Promise<string | null> {
  const path = variables['PGPASSFILE'] || join(variables['HOME'] ?? homedir(), '.pgpass');
  const info = await stat(path).catch(() => null);
  if (info?.isFile() !== true || (info.mode & others) !== 0) return null;
  // Sockets of the usual folders go by the name of localhost.
  const hosts = host.startsWith('/') ? [host, 'localhost'] : [host];
  const wanted = [hosts, [String(port)], [database], [user]];
  for (const line of (await readFile(path, 'utf8')).split(/\r?\n/)) {
    const fields = line.startsWith('#') ? [] : fieldsOf(line);
    const password = fields[wanted.length] ?? '';
    const isMeant = wanted.every((values, at) => {
      const field = fields[at] ?? '';
      return field === '*' || values.includes(field);
    });
    if (password !== '' && isMeant) return password;
  }
  return null;
}

/** Parted at colons; a backslash takes the next character as it is. */
function fieldsOf(line: string): readonly string[] {
  return (line.match(/(?:\\.|[^:\\])*(?::|$)/g) ?? []).map(field =>
    field.replace(/:$/, '').replace(/\\(.)/g, '$1'),
  );
}
