import {describe, expect, it} from 'vitest';
import {Fault} from '../../../src/core/failure.ts';
import type {Database, Target} from '../../../src/databases/database.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {countsOf, expectTable, makeRecords, networkOf, unrehearsed} from '../../support/records.ts';
import {postgresHosts} from '../../support/target-host.ts';
import {accountAt, crowdOf, like, note} from './worlds.ts';

const network = {
  hosts: {one: {}, two: {}},
  accounts: [accountAt('one', 'alice', 14)],
  crowds: [crowdOf(10, 'one', 'two')],
};
const settings = {page: {items: 4, bytes: 1e9, seconds: 60}, attempts: 3};

/** What became of a transaction whose answer never came. */
type Fate = 'happened' | 'never happened' | 'happens after the next';

/** A target that does not tell what became of one transaction that writes records. */
class Silence {
  /** Which of them, and what becomes of it. */
  nth = 0;
  fate: Fate = 'happened';
  seen = 0;
  /** How what was late was answered. */
  readonly late: string[] = [];
  #waiting: (() => Promise<void>) | null = null;

  around(target: Target): Target {
    return {...target, openDatabase: async options => this.#silent(await target.openDatabase(options))};
  }

  #silent(database: Database): Database {
    return {
      dialect: database.dialect,
      query: (sql, params, asking) => database.query(sql, params, asking),
      close: () => database.close(),
      transaction: async (statements, asking) => {
        const writes = statements.some(({counts}) => counts !== undefined);
        if (!writes || ++this.seen !== this.nth) {
          const rows = await database.transaction(statements, asking);
          await this.#waiting?.();
          return rows;
        }
        if (this.fate === 'happened') await database.transaction(statements, asking);
        if (this.fate === 'happens after the next')
          this.#waiting = async () => {
            this.#waiting = null;
            await database.transaction(statements).then(
              () => this.late.push('it was carried out'),
              (error: unknown) => this.late.push(error instanceof Fault ? error.kind : String(error)),
            );
          };
        throw new Fault('connection', 'no answer came', {host: 'target', isUnsettled: true});
      },
    };
  }
}

describe.each(postgresHosts)('in $host', ({begin}) => {
  const hosted = begin();

  it.each<Fate>(['happened', 'never happened', 'happens after the next'])(
    'a group of pages of which nobody knows whether it %s is written once',
    {timeout: 120_000},
    async fate => {
      const simulator = await networkUnderTest(network);
      let nth = 0;
      for (;;) {
        const silence = new Silence();
        nth++;
        Object.assign(silence, {nth, fate});
        const bench = await makeRecords(hosted, simulator, {
          settings,
          target: target => silence.around(target),
        });
        await bench.sql(
          `CREATE TABLE written (uri TEXT);
           CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN INSERT INTO written VALUES (new.uri); RETURN NULL; END';
           CREATE TRIGGER note AFTER INSERT OR UPDATE ON records FOR EACH ROW EXECUTE FUNCTION note()`,
        );
        const run = await unrehearsed(bench, {collections: [note, like]});
        const all = networkOf(bench).size;
        expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: all, rows: all}]);
        await expectTable(bench);
        expect(await bench.sql('SELECT count(*) AS rows, count(DISTINCT uri) AS uris FROM written')).toEqual([
          {rows: all, uris: all},
        ]);
        expect(await bench.sql('SELECT partition FROM headgate_marks')).toEqual([]);
        // Its fence is behind by then.
        const isLate = fate === 'happens after the next' && silence.seen >= nth;
        expect(silence.late).toEqual(isLate ? ['refused'] : []);
        if (silence.seen < nth) break;
      }
      expect(nth).toBeGreaterThan(2);
    },
  );
});
