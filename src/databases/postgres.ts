import type {Target} from './database.ts';
import {passwordInFile} from './pgpass.ts';
import {type PostgresAddress, passwordIn, postgresAddress, type Variables} from './postgres-address.ts';
import {PostgresDatabase, PostgresReader} from './postgres-database.ts';
import {connectingFault, explainOpening} from './postgres-opening.ts';
import {openSession} from './postgres-prepare.ts';
import {PostgresReads} from './postgres-reads.ts';
import {defaultTimeouts, type Timeouts} from './postgres-session.ts';

export interface PostgresTargetOptions {
  /** postgres://USER@HOST:PORT/DATABASE; a password in it is used, and neither shown nor kept. */
  readonly url: string;
  /** Where the config says it; before what the address, PGPASSWORD and ~/.pgpass say. */
  readonly password?: string;
  readonly name?: string;
  readonly environment?: string;
  readonly marks?: boolean;
  readonly label?: string;
  /** libpq's: PGHOST, PGUSER, PGPASSWORD, … */
  readonly variables?: Variables;
  readonly timeouts?: Partial<Timeouts>;
}

/** A database of a Postgres server as a target. Its label has no password: a run finds it again by that, and by the environment. */
export function postgresTarget({
  url,
  password,
  name,
  environment,
  marks,
  label,
  variables = {},
  timeouts,
}: PostgresTargetOptions): Target {
  const place = postgresAddress(url, variables);
  const address: PostgresAddress = {...place, label: label ?? place.label};
  const known = password ?? passwordIn(url) ?? (variables['PGPASSWORD'] || null);
  const passwordOf = async () => known ?? (await passwordInFile(address, variables));
  const open = (readOnly: boolean) =>
    openSession({address, password: passwordOf, readOnly, timeouts: {...defaultTimeouts, ...timeouts}});
  /** In the middle of a run: whoever asked decides whether it is worth trying again. */
  const again = (readOnly: boolean) => () =>
    open(readOnly).catch((error: unknown) => {
      throw connectingFault(error, address);
    });
  const first = (readOnly: boolean) =>
    open(readOnly).catch(async (error: unknown) => {
      throw explainOpening(error, address, (await passwordOf()) !== null);
    });
  return {
    dialect: 'postgres',
    service: 'other',
    name: name ?? address.database,
    id: `postgres:${address.host}:${address.port}/${address.database}`,
    label: address.label,
    environment: environment ?? null,
    marks: marks ?? true,
    provesAtomicity: false,
    openReader: async () => new PostgresReader(new PostgresReads(again(true), await first(true))),
    recover: () => Promise.resolve(),
    openDatabase: async () =>
      new PostgresDatabase(new PostgresReads(again(true)), again(false), await first(false)),
    freeBytes: () => Promise.resolve(null),
    bookmark: () => Promise.resolve(null),
    traffic: () => null,
  };
}
