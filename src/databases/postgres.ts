import type {Target} from './database.ts';
import {type ConnectorOptions, postgresConnector} from './postgres-connector.ts';
import {PostgresDatabase, PostgresReader} from './postgres-database.ts';
import {PostgresReads} from './postgres-reads.ts';

export interface PostgresTargetOptions extends ConnectorOptions {
  readonly name?: string;
  readonly environment?: string;
  readonly marks?: boolean;
}

/** A database of a Postgres server as a target. Its label has no password: a run finds it again by that, and by the environment. */
export function postgresTarget({name, environment, marks, ...connecting}: PostgresTargetOptions): Target {
  const connector = postgresConnector(connecting);
  const {address} = connector;
  const again = (readOnly: boolean) => () => connector.again(readOnly);
  return {
    dialect: 'postgres',
    service: 'other',
    name: name ?? address.database,
    id: `postgres:${address.host}:${address.port}/${address.database}`,
    label: address.label,
    environment: environment ?? null,
    marks: marks ?? true,
    provesAtomicity: false,
    openReader: async () => new PostgresReader(new PostgresReads(again(true), await connector.first(true))),
    recover: () => Promise.resolve(),
    openDatabase: async () =>
      new PostgresDatabase(new PostgresReads(again(true)), again(false), await connector.first(false)),
    freeBytes: () => Promise.resolve(null),
    bookmark: () => Promise.resolve(null),
    traffic: () => null,
  };
}
