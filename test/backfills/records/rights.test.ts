import {describe, expect, it, onTestFinished} from 'vitest';
import {postgresTarget} from '../../../src/databases/postgres.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {asAdmin, freshDatabase, postgresServer} from '../../support/postgres.ts';
import {countsOf, expectTable, makeRecords, networkOf, unrehearsed} from '../../support/records.ts';
import {accountAt, note} from './worlds.ts';

describe.skipIf(postgresServer() === null)('a user of Postgres who may change rows', () => {
  it('and make no tables goes live where they are there', async () => {
    const simulator = await networkUnderTest({hosts: {one: {}}, accounts: [accountAt('one', 'alice')]});
    const url = await freshDatabase();
    const owners = {target: postgresTarget({url}), sql: (text: string) => asAdmin(text, url)};
    const first = await makeRecords(async () => owners, simulator);
    await unrehearsed(first, {collections: [note]});
    await first.sql('DELETE FROM records');

    const role = `role_${Math.random().toString(36).slice(2)}`;
    await asAdmin(
      `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
      url,
    );
    onTestFinished(async () => {
      await asAdmin(`DROP OWNED BY ${role} CASCADE`, url);
      await asAdmin(`DROP ROLE ${role}`);
    });
    const place = new URL(url);
    place.username = role;
    const limited = postgresTarget({url: place.href, password: 'secret'});
    const bench = await makeRecords(async () => owners, simulator, {target: () => limited});
    const run = await unrehearsed(bench, {collections: [note]});
    const all = networkOf(bench).size;
    expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: all, rows: all}]);
    await expectTable(bench);
  });
});
