import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../src/core/event.ts';
import {postgresTarget} from '../../../src/databases/postgres.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {asAdmin, freshDatabase, postgresServer} from '../../support/postgres.ts';
import {
  countsOf,
  ended,
  expectTable,
  makeRecords,
  networkOf,
  type RecordsBench,
  startUnrehearsed,
} from '../../support/records.ts';
import {type Passing, relayTo} from '../../support/relay.ts';
import {accountAt, crowdOf, like, note} from './worlds.ts';

const network = {
  hosts: {one: {}, two: {}},
  accounts: [accountAt('one', 'alice', 14)],
  crowds: [crowdOf(10, 'one', 'two')],
};
const scope = {collections: [note, like]};
/** Pages of few, so that one group has pages of several repositories, and one repository pages in several groups. */
const settings = {page: {items: 4, bytes: 1e9, seconds: 60}, attempts: 5, patienceSeconds: 20};

const noting = [
  'CREATE TABLE written (uri TEXT)',
  `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
   AS 'BEGIN INSERT INTO written VALUES (new.uri); RETURN NULL; END'`,
  'CREATE TRIGGER note AFTER INSERT OR UPDATE ON records FOR EACH ROW EXECUTE FUNCTION note()',
].join(';');

async function expectOnce(bench: RecordsBench): Promise<void> {
  expect(await bench.sql('SELECT uri FROM written GROUP BY uri HAVING count(*) > 1')).toEqual([]);
  expect(await bench.sql('SELECT partition FROM headgate_marks')).toEqual([]);
  expect(await bench.sql('SELECT holder FROM headgate_lease')).toEqual([{holder: null}]);
}

describe.skipIf(postgresServer() === null)(
  'connections to Postgres that are lost',
  {timeout: 120_000},
  () => {
    /** Of what the program sends in a run, in pieces; each third of them is tried, and with it COMMITs of all kinds. */
    const step = 3;

    it.each<[string, Passing]>([
      ['arrives, and is not answered', 'cut-the-answer'],
      ['never arrives', 'cut'],
    ])(
      'with something that %s cost nothing: no row is missing, and none is written twice',
      async (_, passing) => {
        const simulator = await networkUnderTest(network);
        const url = await freshDatabase();
        const relay = await relayTo(`${url}?sslmode=disable`);
        const hosted = async () => {
          await asAdmin('DROP SCHEMA public CASCADE; CREATE SCHEMA public', url);
          return {target: postgresTarget({url: relay.url}), sql: (text: string) => asAdmin(text, url)};
        };
        let pieces = Number.POSITIVE_INFINITY;
        for (let nth = 1; nth <= pieces; nth += step) {
          let sent = 0;
          // A database that can't be opened in the first place is the operator's to mend.
          const observe = ({type}: RunEvent) => {
            if (type === 'discovered') relay.judge = () => (++sent === nth ? passing : 'pass');
          };
          const bench = await makeRecords(hosted, simulator, {settings, observe});
          await bench.sql(noting);
          const run = await ended(bench, startUnrehearsed(bench, scope));
          relay.judge = () => 'pass';
          const all = networkOf(bench).size;
          expect([nth, run.record.status, countsOf(run)]).toEqual([
            nth,
            'completed',
            {inserted: all, rows: all},
          ]);
          await expectTable(bench);
          await expectOnce(bench);
          pieces = sent;
        }
        expect(pieces).toBeGreaterThan(6 * step);
      },
    );

    it('before a COMMIT, and the server does not know, are waited for: it keeps what they have locked', async () => {
      const url = await freshDatabase();
      const relay = await relayTo(`${url}?sslmode=disable`);
      const timeouts = {lockMs: 300, idleMs: 2_000};
      let left = 0;
      const observe = ({type}: RunEvent) => {
        if (type === 'discovered')
          relay.judge = sent => (sent.includes('COMMIT\0') && left++ === 0 ? 'leave' : 'pass');
      };
      const bench = await makeRecords(
        async () => ({
          target: postgresTarget({url: relay.url, timeouts}),
          sql: (text: string) => asAdmin(text, url),
        }),
        network,
        {settings, observe},
      );
      await bench.sql(noting);
      const run = await ended(bench, startUnrehearsed(bench, scope));
      const waited = bench.events.flatMap(event => (event.type === 'retrying' ? [event.fault.message] : []));
      expect(waited[0]).toContain('whether it was committed is unknown');
      expect(waited).toContain('canceling statement due to lock timeout');
      const all = networkOf(bench).size;
      expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: all, rows: all}]);
      await expectTable(bench);
      await expectOnce(bench);
    });

    it('by an administrator again and again are opened anew, and nothing is written twice', async () => {
      const url = await freshDatabase();
      let ends = Promise.resolve();
      let pages = 0;
      const terminate = async () => {
        await asAdmin(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'headgate'`,
          url,
        );
      };
      const observe = ({type}: RunEvent) => {
        if (type === 'page' && ++pages % 6 === 0 && pages < 20) ends = ends.then(terminate);
      };
      const bench = await makeRecords(
        async () => ({target: postgresTarget({url}), sql: (text: string) => asAdmin(text, url)}),
        network,
        {settings, observe},
      );
      await bench.sql(noting);
      const run = await ended(bench, startUnrehearsed(bench, scope));
      await ends;
      expect(pages).toBeGreaterThanOrEqual(6);
      const all = networkOf(bench).size;
      expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: all, rows: all}]);
      await expectTable(bench);
      await expectOnce(bench);
    });
  },
);
