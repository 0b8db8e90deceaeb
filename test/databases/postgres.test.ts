import {Client} from 'pg';
import {describe} from 'vitest';
import {postgresTarget} from '../../src/databases/postgres.ts';
import {databaseConformance} from '../conformance/database.ts';
import {postgresMigrationsConformance} from '../conformance/postgres-migrations.ts';
import {postgresSchemaConformance} from '../conformance/postgres-schema.ts';
import {postgresConformance} from '../conformance/postgres-values.ts';
import {postgresForms} from '../conformance/sql-forms.ts';
import {freshDatabase, postgresServer} from '../support/postgres.ts';

const lockMs = 200;

describe.skipIf(postgresServer() === null)('on a real server', () => {
  const urls = new Map<string, string>();

  databaseConformance({
    name: 'a Postgres database',
    sql: postgresForms,
    make: async () => {
      const url = await freshDatabase();
      const target = postgresTarget({url, timeouts: {lockMs}});
      urls.set(target.id, url);
      return target;
    },
    lock: async target => {
      const other = new Client({connectionString: urls.get(target.id)});
      await other.connect();
      await other.query('BEGIN; LOCK TABLE items IN EXCLUSIVE MODE');
      return () => other.end();
    },
    unbindable: {nul: 'a\0b', halfACharacter: 'a\ud800'},
  });

  const fresh = async () => postgresTarget({url: await freshDatabase()});
  postgresConformance('a Postgres database', fresh);
  postgresMigrationsConformance('a Postgres database', fresh);
  postgresSchemaConformance('a Postgres database', fresh);
});
