import {passwordInFile} from './pgpass.ts';
import {type PostgresAddress, passwordIn, postgresAddress, type Variables} from './postgres-address.ts';
import {connectingFault, explainOpening} from './postgres-opening.ts';
import {openSession} from './postgres-prepare.ts';
import {defaultTimeouts, type PostgresSession, type Timeouts} from './postgres-session.ts';

export interface ConnectorOptions {
  /** postgres://USER@HOST:PORT/DATABASE; a password in it is used, and neither shown nor kept. */
  readonly url: string;
  /** Where the config says it; before what the address, PGPASSWORD and ~/.pgpass say. */
  readonly password?: string;
  readonly label?: string;
  /** Settings of its sessions, as in libpq's `options`, over those of the address. */
  readonly settings?: string;
  /** libpq's: PGHOST, PGUSER, PGPASSWORD, … */
  readonly variables?: Variables;
  readonly timeouts?: Partial<Timeouts>;
  /** Statements that are not kept prepared. */
  readonly plansAnew?: (sql: string) => boolean;
}

/** Opens sessions of one database, each for reading alone or for writing. */
export interface PostgresConnector {
  readonly address: PostgresAddress;
  /** At the beginning: what fails is told to the operator. */
  first(readOnly: boolean): Promise<PostgresSession>;
  /** In the middle of a run: a failure is a Fault, and whoever asked decides whether it is worth trying again. */
  again(readOnly: boolean): Promise<PostgresSession>;
}

export function postgresConnector({
  url,
  password,
  label,
  settings,
  variables = {},
  timeouts,
  plansAnew,
}: ConnectorOptions): PostgresConnector {
  const place = postgresAddress(url, variables);
  const options = [place.options, settings].filter(part => part != null).join(' ');
  const address: PostgresAddress = {
    ...place,
    label: label ?? place.label,
    options: options === '' ? null : options,
  };
  const known = password ?? passwordIn(url) ?? (variables['PGPASSWORD'] || null);
  const passwordOf = async () => known ?? (await passwordInFile(address, variables));
  const open = (readOnly: boolean) =>
    openSession({
      address,
      password: passwordOf,
      readOnly,
      timeouts: {...defaultTimeouts, ...timeouts},
      ...(plansAnew === undefined ? {} : {plansAnew}),
    });
  return {
    address,
    first: readOnly =>
      open(readOnly).catch(async (error: unknown) => {
        throw explainOpening(error, address, (await passwordOf()) !== null);
      }),
    again: readOnly =>
      open(readOnly).catch((error: unknown) => {
        throw connectingFault(error, address);
      }),
  };
}
