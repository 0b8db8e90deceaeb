import {describe, expect, it} from 'vitest';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {atprotoFolder} from '../support/atproto.ts';
import {keyOf, worldCollections} from '../support/real-records.ts';
import {sharedRealWorld} from '../support/real-world.ts';
import {
  countsOf,
  live,
  type RecordsOptions,
  recordsEngine,
  rehearsed,
  tableOf,
  undo,
  unrehearsed,
  versionsOf,
} from '../support/records.ts';
import {postgresHosts} from '../support/target-host.ts';
import {gone} from '../support/world-in-making.ts';

const folder = atprotoFolder();
const scope = {collections: worldCollections};
const failures = {deactivated: 'deactivated', 'taken-down': 'taken-down', deleted: 'not-found'};

describe.skipIf(folder === null)('a backfill of a real network', {timeout: 120_000}, () => {
  const world = sharedRealWorld(folder);

  describe.each(postgresHosts)('into $host', ({begin}) => {
    const hosted = begin();
    const storable = () => new Map([...world().expected].filter(([uri]) => !world().unstorable.has(uri)));
    const sorted = (map: ReadonlyMap<string, string>) => new Map([...map].toSorted());

    async function make(options: RecordsOptions = {}) {
      const {plc, relays} = world().network;
      const source = openNetwork({label: 'real', relays, plc, allowPrivateHosts: true});
      return recordsEngine(hosted, source, options);
    }

    async function failuresOf(bench: Awaited<ReturnType<typeof make>>, run: string) {
      const names = new Map([...world().accounts].map(([name, {did}]) => [did, name]));
      const failed = await bench.ledger.openItems.partitionFailures(run);
      return Object.fromEntries(failed.map(({partition, kind}) => [names.get(partition), kind]));
    }

    it.each(['pages', 'car', 'auto'] as const)(
      'has every record of every account that is there, and says of the others why not (%s)',
      async fetch => {
        const bench = await make({options: {fetch, unstorable: 'replace'}});
        const run = await unrehearsed(bench, scope);
        const all = world().expected.size;
        expect(run.record).toMatchObject({
          status: 'incomplete',
          partitions: {done: world().accounts.size - gone.size, failed: gone.size, pending: 0},
        });
        expect(countsOf(run)).toEqual({inserted: all, rows: all});
        expect(await failuresOf(bench, run.record.id)).toEqual(failures);
        expect(sorted(await tableOf(bench))).toEqual(sorted(world().expected));
        const altered = await bench.sql('SELECT uri FROM records WHERE altered');
        expect(new Set(altered.map(({uri}) => uri))).toEqual(world().unstorable);

        const versions = await versionsOf(bench);
        const again = await unrehearsed(bench, scope);
        expect(countsOf(again)).toEqual({unchanged: all});
        expect(await versionsOf(bench)).toEqual(versions);
      },
    );

    it('is pruned of what its owner deleted, once the host has said so', async () => {
      const bench = await make({options: {unstorable: 'replace'}});
      await unrehearsed(bench, scope);
      const {did} = world().account('edited');
      const note = 'app.example.note';
      await bench.sql(
        `INSERT INTO records (uri, did, collection, rkey, record, cid)
         SELECT 'at://${did}/${note}/${keyOf(1)}', did, collection, '${keyOf(1)}', record, cid
         FROM records WHERE did = '${did}' LIMIT 1`,
      );
      const prune = {...scope, backfill: 'records-prune'} as const;
      const run = await live(bench, await rehearsed(bench, prune));
      expect([run.record.status, countsOf(run)]).toEqual([
        'completed',
        {deleted: 1, unchanged: world().expected.size, rows: 1},
      ]);
      expect(sorted(await tableOf(bench))).toEqual(sorted(world().expected));
    });

    it('is planned, proven down to signed commits, verified, and taken back', async () => {
      const bench = await make();
      const plan = await rehearsed(bench, {...scope, proofs: true});
      const unstorable = world().unstorable.size;
      const counts = {inserted: storable().size, failed: unstorable};
      expect(countsOf(plan)).toEqual(counts);
      const run = await live(bench, plan);
      expect(countsOf(run)).toEqual({...counts, rows: storable().size});
      expect(sorted(await tableOf(bench))).toEqual(sorted(storable()));
      const broken = run.checks.filter(({count}) => count > 0).map(({id, count}) => [id, count]);
      expect(broken).toEqual([['no-repository-failed', gone.size]]);
      expect(run.checks.find(({id}) => id === 'repositories-match')?.note).toMatch(
        /^\d+ repositories compared, each down to its signed commit$/,
      );
      const undone = await undo(bench, run);
      expect([undone.record.status, countsOf(undone)]).toEqual([
        'completed',
        {deleted: storable().size, rows: storable().size},
      ]);
      expect(await tableOf(bench)).toEqual(new Map());
    });
  });
});
