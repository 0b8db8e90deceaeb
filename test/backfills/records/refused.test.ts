import {describe, expect, it} from 'vitest';
import {countsOf, makeRecords, networkOf, unrehearsed} from '../../support/records.ts';
import {postgresHosts} from '../../support/target-host.ts';
import {accountAt, awkward, crowdOf, like, note} from './worlds.ts';

const network = {
  hosts: {one: {}, two: {}},
  accounts: [accountAt('one', 'alice', 14), {name: 'awkward', host: 'two', records: {[note]: awkward}}],
  crowds: [crowdOf(10, 'one', 'two')],
};

describe.each(postgresHosts)('in $host', ({begin}) => {
  const hosted = begin();

  it.each<[string, string]>([
    ['an index', `CREATE INDEX by_n ON records (((record->>'n')::int))`],
    ['a generated column', `ALTER TABLE records ADD n int GENERATED ALWAYS AS ((record->>'n')::int) STORED`],
    ['a constraint', `ALTER TABLE records ADD CHECK ((record->>'n')::numeric < 1000000)`],
  ])('a record that %s does not take fails alone', async (_, sql) => {
    const bench = await makeRecords(hosted, network);
    await bench.sql(sql);
    const run = await unrehearsed(bench, {collections: [note, like]});
    const others = networkOf(bench).size - 1;
    expect([run.record.status, countsOf(run)]).toEqual([
      'incomplete',
      {inserted: others, failed: 1, rows: others},
    ]);
    expect(await bench.ledger.openItems.after(run.record.id, '', 10)).toMatchObject([
      {key: expect.stringMatching(/\/big$/), kind: 'refused'},
    ]);
  });
});
