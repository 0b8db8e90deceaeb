import {describe, expect, it} from 'vitest';
import {OperatorError} from '../../../src/core/operator-error.ts';
import {
  countsOf,
  expectTable,
  makeRecords,
  type RecordScope,
  type RecordsBench,
  rehearsed,
  unrehearsed,
} from '../../support/records.ts';
import {literal, pgliteHost} from '../../support/target-host.ts';
import {accountAt, like, note, numbered} from './worlds.ts';

const network = {
  hosts: {one: {}, two: {}},
  accounts: [
    {...accountAt('one', 'alice'), handle: 'alice.test'},
    accountAt('two', 'bob'),
    {name: 'carol', host: 'two', records: {[like]: numbered(2, like)}},
    {...accountAt('one', 'web'), identity: {web: 'port'} as const},
  ],
};

async function refusalOf(bench: RecordsBench, scope: RecordScope): Promise<OperatorError> {
  const refused: unknown = await rehearsed(bench, scope).catch((error: unknown) => error);
  if (refused instanceof OperatorError) return refused;
  throw new Error(`it was not refused, or not by us: ${String(refused)}`);
}

/** Lexicons of records as the table has them. */
function lexicon(bench: RecordsBench, id: string, backfill: boolean) {
  const json = {
    lexicon: 1,
    id,
    defs: {main: {type: 'record', key: 'tid', record: {type: 'object', properties: {}}}},
  };
  return bench.sql(
    `INSERT INTO lexicons (id, json, backfill) VALUES (${literal(id)}, ${literal(JSON.stringify(json))}, ${backfill})`,
  );
}

describe('a scope', () => {
  const hosted = pgliteHost.begin();

  it('of accounts asks no relay, and reads those alone', async () => {
    const bench = await makeRecords(hosted, network);
    const {didOf} = bench.network;
    const run = await unrehearsed(bench, {
      collections: [note],
      dids: [` ${didOf('alice')} `, didOf('web'), `@${didOf('web')}`, ''],
    });
    expect(run.record).toMatchObject({status: 'completed', partitions: {done: 2, failed: 0, pending: 0}});
    expect(bench.network.calls.filter(({server}) => server === 'relay-0')).toEqual([]);
    await expectTable(bench, ({account}) => account === 'alice' || account === 'web');
    expect(run.record.scope).toMatchObject({dids: [didOf('alice'), didOf('web')].toSorted()});
  });

  it('takes handles for whoever has them then', async () => {
    let at = 'one';
    const reach = (name: string) =>
      name.endsWith('.test') ? new URL(bench.network.hosts[at]?.origin ?? '') : null;
    const bench = await makeRecords(hosted, network, {reach});
    const {didOf, move, putRecord} = bench.network;
    const scope = {collections: [note], dids: ['@Alice.test']};
    const run = await unrehearsed(bench, scope);
    expect(run.record).toMatchObject({status: 'completed', scope: {dids: [didOf('alice')]}});
    await expectTable(bench, ({account}) => account === 'alice');
    move('alice', 'two');
    at = 'two';
    await putRecord('alice', note, 'zzz', {$type: note});
    const again = await unrehearsed(bench, scope);
    expect([again.record.status, countsOf(again)]).toEqual([
      'completed',
      {inserted: 1, unchanged: 3, rows: 1},
    ]);
  });

  it('without collections means the lexicons that are marked, as they are then', async () => {
    const bench = await makeRecords(hosted, network);
    expect((await refusalOf(bench, {})).message).toContain('no lexicon that is marked for backfill');
    await lexicon(bench, note, true);
    await lexicon(bench, like, false);
    const run = await unrehearsed(bench, {});
    expect(countsOf(run)).toEqual({inserted: 9, rows: 9});
    await expectTable(bench, ({collection}) => collection === note);
    await bench.sql('UPDATE lexicons SET backfill = true');
    expect(countsOf(await unrehearsed(bench, {}))).toEqual({inserted: 2, unchanged: 9, rows: 2});
  });

  it.each<[string, RecordScope, string]>([
    ['accounts', {collections: [note], dids: ['', ' ']}, 'no account is left of the list that was given'],
    ['collections', {collections: [' ']}, 'no collection is left of the list that was given'],
  ])('whose list of %s is blank does not mean everything', async (_, scope, message) => {
    const bench = await makeRecords(hosted, network);
    expect(await refusalOf(bench, scope)).toMatchObject({code: 'usage', message});
    expect(bench.network.calls).toEqual([]);
  });

  it('tells of everything that is wrong with it at once', async () => {
    const bench = await makeRecords(hosted, network);
    const {message} = await refusalOf(bench, {
      collections: [note, 'nothing', 'app.example.*'],
      dids: [bench.network.didOf('alice'), 'alice', 'did:plc:', 'not a name', 'nobody.invalid'],
    });
    const lines = message.split('\n').slice(1);
    expect(lines.map(line => line.trim().split(':')[0])).toEqual([
      'app.example.*',
      'nothing',
      'alice',
      'did',
      'nobody.invalid',
      'not a name',
    ]);
  });
});
