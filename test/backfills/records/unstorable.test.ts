import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {storable} from '../../../src/backfills/records/item.ts';
import type {Json} from '../../../src/sandbox/network/spec.ts';
import {
  countsOf,
  expectTable,
  makeRecords,
  networkOf,
  rehearsed,
  tableOf,
  undo,
  unrehearsed,
} from '../../support/records.ts';
import {literal, postgresHosts} from '../../support/target-host.ts';
import {note, numbered} from './worlds.ts';

/** Texts as JavaScript has them: halves of surrogate pairs, NUL, backslashes and what looks like an escape. */
const texts = fc.string({
  unit: fc.oneof(
    {arbitrary: fc.constantFrom('\0', '\ud83d', '\ude00', '\\', '\\u0000', 'u0000', '"', '😀'), weight: 3},
    fc.integer({min: 0, max: 0xffff}).map(unit => String.fromCharCode(unit)),
  ),
  maxLength: 8,
});
const values = fc.letrec<{value: unknown}>(tie => ({
  value: fc.oneof(
    {depthSize: 'small'},
    texts,
    fc.integer(),
    fc.array(tie('value'), {maxLength: 3}),
    fc.dictionary(texts, tie('value'), {maxKeys: 3}),
  ),
})).value;

function replaced(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd').toWellFormed();
  if (Array.isArray(value)) return value.map(replaced);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [replaced(key), replaced(each)]));
}

const nul: Readonly<Record<string, Json>> = {
  inText: {$type: note, text: 'before \0 behind'},
  inKey: {$type: note, 'a\0b': 1},
  deep: {$type: note, list: [{text: ['\0']}]},
};

describe.each(postgresHosts)('into $host', ({begin}) => {
  const hosted = begin();

  it('what is replaced is taken by Postgres, and says the same but for what it can’t', async () => {
    const {sql} = await hosted();
    await fc.assert(
      fc.asyncProperty(fc.array(values, {minLength: 20, maxLength: 40}), async all => {
        const written = all.map(value => storable(JSON.stringify(value)));
        expect(written.map(text => JSON.parse(text))).toEqual(all.map(replaced));
        const rows = await sql(
          `SELECT text::jsonb::text AS text FROM unnest(ARRAY[${written.map(literal).join(', ')}]) AS text`,
        );
        expect(rows.map(({text}) => JSON.parse(String(text)))).toEqual(all.map(replaced));
      }),
      {numRuns: 10},
    );
  });

  const network = {
    hosts: {one: {}},
    accounts: [{name: 'alice', host: 'one', records: {[note]: {...numbered(3), ...nul}}}],
  };

  it.each(['pages', 'car'] as const)('fails by its name, and nothing else with it (%s)', async fetch => {
    const bench = await makeRecords(hosted, network, {options: {fetch}});
    const run = await unrehearsed(bench, {collections: [note]});
    expect([run.record.status, countsOf(run)]).toEqual(['incomplete', {inserted: 3, failed: 3, rows: 3}]);
    const failures = bench.events.flatMap(event => (event.type === 'failure' ? [event] : []));
    expect(failures.map(({key, fault}) => [key.split('/').at(-1), fault.kind])).toEqual([
      ['deep', 'invalid'],
      ['inKey', 'invalid'],
      ['inText', 'invalid'],
    ]);
    await expectTable(bench, ({rkey}) => !(rkey in nul));
  });

  it.each(['pages', 'car'] as const)(
    'is stored with the replacement character, flagged, under its CID (%s)',
    async fetch => {
      const bench = await makeRecords(hosted, network, {options: {fetch, unstorable: 'replace'}});
      const plan = await rehearsed(bench, {collections: [note]});
      expect(countsOf(plan)).toEqual({inserted: 6});
      const run = await unrehearsed(bench, {collections: [note]});
      expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: 6, rows: 6}]);
      expect(await tableOf(bench)).toEqual(networkOf(bench));
      await expectTable(bench, ({rkey}) => !(rkey in nul));
      const altered = await bench.sql(
        'SELECT rkey, record::text AS record FROM records WHERE altered ORDER BY uri',
      );
      expect(altered.map(({rkey, record}) => [rkey, JSON.parse(String(record))])).toEqual(
        Object.entries(nul)
          .toSorted()
          .map(([rkey, value]) => [rkey, replaced(value)]),
      );
      expect(countsOf(await unrehearsed(bench, {collections: [note]}))).toEqual({unchanged: 6});

      await bench.network.putRecord('alice', note, 'inText', {$type: note, text: 'mended'});
      await bench.network.putRecord('alice', note, 'r00000', {$type: note, text: 'broken \0'});
      const changed = await unrehearsed(bench, {collections: [note]});
      expect(countsOf(changed)).toEqual({updated: 2, unchanged: 4, rows: 2});
      const flags = () =>
        bench.sql("SELECT altered FROM records WHERE rkey IN ('inText', 'r00000') ORDER BY uri");
      expect(await flags()).toEqual([{altered: 0}, {altered: 1}]);
      await undo(bench, changed);
      expect(await flags()).toEqual([{altered: 1}, {altered: 0}]);
    },
  );

  it('is not replaced where nothing could say so', async () => {
    const bench = await makeRecords(hosted, network, {options: {unstorable: 'replace'}});
    await bench.sql('ALTER TABLE records DROP COLUMN altered');
    await expect(unrehearsed(bench, {collections: [note]})).rejects.toThrow('records has no column altered');
    const plain = await makeRecords(hosted, network);
    await plain.sql('ALTER TABLE records DROP COLUMN altered');
    const run = await unrehearsed(plain, {collections: [note]});
    expect(countsOf(run)).toEqual({inserted: 3, failed: 3, rows: 3});
    await undo(plain, run);
    expect(await tableOf(plain)).toEqual(new Map());
  });
});
