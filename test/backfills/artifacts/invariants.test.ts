import {describe, expect, it} from 'vitest';
import {isListing} from '../../../src/backfills/artifacts/checks/urls.ts';
import {ArtifactsWorld, type BackfillId} from '../../support/artifacts.ts';
import {literal, targetHosts} from '../../support/target-host.ts';

const backfills: readonly BackfillId[] = ['artifacts-cleanup', 'artifacts-index', 'artifacts-inventory'];
const listed = ['sec/1.htm', 'sec/2.htm', 'sec/lost.htm'];

const addresses: readonly (readonly [string | null, boolean])[] = [
  ['https://www.sec.gov', true],
  ['https://www.sec.gov/', true],
  ['https://www.sec.gov?x=1', true],
  ['https://www.sec.gov#top', true],
  ['HTTPS://WWW.SEC.GOV/', true],
  ['http://example.org/docs/', true],
  ['http://example.org/docs/?page=2', true],
  ['http://example.org/docs/index.html', true],
  ['http://example.org/index.php?x=1', true],
  ['http://example.org/Default.aspx', true],
  ['https://www.sec.gov/cgi-bin/browse-edgar?action=getcompany&CIK=1', true],
  ['https://example.org/ ', true],
  ['https://www.sec.gov/Archives/edgar/data/1/0001.txt', false],
  ['https://example.org/a.pdf?download=1', false],
  ['https://example.org/a.pdf#page=2', false],
  ['https://example.org/viewer?file=a/', false],
  ['https://example.org/myindex.html', false],
  ['https://example.org/a%2F', false],
  ['r2://docs/sec/', false],
  ['docs/', false],
  ['', false],
  [null, false],
];

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  it('no invariant is broken where all is well', async () => {
    const world = await ArtifactsWorld.make(hosted, {objects: ['sec/1.htm']});
    await world.insert({id: 1, key: 'sec/1.htm'});
    await world.datapoints([1, 1, 'x'], [2, null, 'y']);
    await world.run('artifacts-index');
    for (const id of backfills) {
      const checks = await world.verify(id);
      expect(Object.values(checks).map(({id: check, count}) => [check, count])).toEqual(
        Object.keys(checks).map(check => [check, 0]),
      );
    }
  });

  it('each counts what breaks it, shows rows and says how to mend them', async () => {
    const world = await ArtifactsWorld.make(hosted, {objects: listed});
    await world.insert(
      {id: 1, key: 'sec/1.htm'},
      {id: 2, key: 'sec/1.htm', type: 'unknown'},
      {id: 3, key: 'sec/1.htm', type: null},
      {id: 4, key: 'sec/2.htm', bucket: 'a/b'},
      {id: 5, key: 'sec/2.htm', bucket: 'a/b'},
      {id: 6, key: 'sec/2.htm'},
      {id: 7, key: 'sec/stray.htm'},
      {id: 8, key: null, type: null},
      {id: 9, key: null},
    );
    await world.sql(
      "UPDATE artifacts SET source_url = CASE artifact_id WHEN 1 THEN 'https://sec.gov/' WHEN 4 THEN 'https://sec.gov/a.pdf' END",
    );
    await world.datapoints([1, 1, 'x'], [2, 77, 'x'], [3, 78, 'y'], [4, null, 'z']);
    const checks = await world.verify('artifacts-inventory');
    const told = Object.fromEntries(
      Object.entries(checks).map(([id, {count, sample}]) => [
        id,
        [count, ...sample.map(({key, detail}) => `${key}: ${detail}`)],
      ]),
    );
    expect(told).toEqual({
      uniqueness: [2, 'a%2Fb/sec/2.htm: 2 rows: 4, 5', 'docs/sec/1.htm: 3 rows: 1, 2, 3'],
      'no-unknown': [
        3,
        'docs/sec/1.htm: artifact_id 2: unknown',
        'docs/sec/1.htm: artifact_id 3: NULL',
        'artifact_id 8: artifact_id 8: NULL',
      ],
      'no-orphans': [
        2,
        'datapoints 2: names artifact 77, which is not there',
        'datapoints 3: names artifact 78, which is not there',
      ],
      'unique-index': [1, 'artifacts: no unique index on r2_bucket and r2_key'],
      'types-kept': [0],
      'citations-specific': [1, 'docs/sec/1.htm: https://sec.gov/'],
      'objects-without-row': [1, 'sec/lost.htm: artifacts has no row of it'],
      'rows-without-object': [1, 'sec/stray.htm: the source has no such object'],
    });
    for (const {recovery} of Object.values(checks)) expect(recovery.length).toBeGreaterThan(20);
  });

  it('more rows than are shown are counted', async () => {
    const world = await ArtifactsWorld.make(hosted);
    await world.insert(
      ...Array.from({length: 120}, (_, index) => ({id: index + 1, key: `k${index % 60}`, type: null})),
    );
    const checks = await world.verify('artifacts-cleanup');
    expect(checks['uniqueness']).toMatchObject({count: 60});
    expect(checks['uniqueness']?.sample).toHaveLength(20);
    expect(checks['no-unknown']).toMatchObject({count: 120});
    expect(checks['no-unknown']?.sample).toHaveLength(20);
  });

  it('what a backfill can not mend is a warning to it, and blocks the one that measures them all', async () => {
    const world = await ArtifactsWorld.make(hosted, {objects: listed});
    const severities = async (id: BackfillId) =>
      Object.fromEntries(
        Object.values(await world.verify(id)).map(({id: check, severity}) => [check, severity]),
      );
    const always = {uniqueness: 'blocking', 'no-orphans': 'blocking', 'types-kept': 'blocking'};
    const specific = {'citations-specific': 'warning'};
    expect(await severities('artifacts-cleanup')).toEqual({
      ...always,
      ...specific,
      'no-unknown': 'warning',
      'unique-index': 'warning',
    });
    expect(await severities('artifacts-index')).toEqual({
      ...always,
      ...specific,
      'no-unknown': 'warning',
      'unique-index': 'blocking',
    });
    expect(await severities('artifacts-inventory')).toEqual({
      ...always,
      ...specific,
      'no-unknown': 'blocking',
      'unique-index': 'blocking',
      'objects-without-row': 'warning',
      'rows-without-object': 'warning',
    });
  });

  it('types-kept goes by what runs wrote, as long as they are not undone', async () => {
    const world = await ArtifactsWorld.make(hosted, {
      objects: ['sec/1.htm', 'sec/2.htm'],
      options: {conflicts: {lostType: 'take-known'}},
    });
    await world.insert(
      {id: 1, key: 'sec/1.htm', type: 'mine'},
      {id: 2, key: 'sec/1.htm', type: 'unknown'},
      {id: 3, key: 'sec/2.htm', type: null},
      {id: 4, key: 'other', type: 'a'},
      {id: 5, key: 'other', type: 'b'},
    );
    await world.run('artifacts-cleanup');
    await world.run('artifacts-inventory');
    expect((await world.verify('artifacts-inventory'))['types-kept']).toMatchObject({count: 0});
    // A program that lost a type would have left such a before-image.
    const ledger = world.ledger.pages;
    const all = ledger.all.bind(ledger);
    ledger.all = async function* (run, kind, partition) {
      for await (const page of all(run, kind, partition))
        yield {
          ...page,
          entries: page.entries.map(entry => ({...entry, change: forgetful(entry.change)})),
        };
    };
    expect((await world.verify('artifacts-cleanup'))['types-kept']).toMatchObject({
      count: 2,
      severity: 'blocking',
      sample: [
        {key: 'docs/sec/1.htm', detail: expect.stringMatching(/^run \S+ lost the type mine$/)},
        {key: 'sec/2.htm', detail: expect.stringMatching(/^run \S+ changed known to sec$/)},
      ],
    });
  });

  it('an address is a listing, or a document', async () => {
    const world = await hosted('CREATE TABLE one (id INTEGER)');
    const values = addresses.map(([url], index) => `(${index}, ${literal(url)})`).join(', ');
    const rows = await world.sql(
      `SELECT url, ${isListing('url')} AS is FROM (SELECT column1 AS id, column2 AS url FROM (VALUES ${values})) ORDER BY id`.replace(
        ' AS is ',
        ' AS listing ',
      ),
    );
    expect(rows.map(row => [row['url'], row['listing'] === 1])).toEqual(addresses);
  });
});

/** A before-image as if the run had not minded types. */
function forgetful(change: unknown): unknown {
  if (typeof change !== 'object' || change === null) return change;
  if ('winner' in change && 'type' in change && change.type !== null) return {...change, type: null};
  if ('updates' in change && Array.isArray(change.updates))
    return {...change, updates: change.updates.map((update: object) => ({...update, before: 'tknown'}))};
  return change;
}
