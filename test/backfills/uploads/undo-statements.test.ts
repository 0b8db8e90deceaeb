import {describe, expect, it} from 'vitest';
import type {UploadChange} from '../../../src/backfills/uploads/change.ts';
import {allHosts} from '../../support/target-host.ts';
import {Assets, changeOf, hashOf, numberedUsers} from './assets-under-test.ts';

describe.each(allHosts)('undoUploads on $host', ({begin}) => {
  const host = begin();

  /** One row that the run made, and one that it found and put its provider into. */
  async function afterRun(map: string | null, schema?: typeof numberedUsers) {
    const assets = schema === undefined ? await Assets.make(host) : await Assets.make(host, schema);
    await assets.commit(changeOf('found', {provider: 'other', object: 'x'}));
    await assets.sql(`UPDATE assets SET provider_uploads = ${map === null ? 'NULL' : `'${map}'`}`);
    const before = await assets.rows('*');
    const made = changeOf('made');
    const merged = await assets.link('found', {});
    await assets.commit(made, merged);
    return {assets, made, merged, before};
  }

  it.each([null, '{}', '{"other": "x"}', '{ "other" : {"id":"x",  "url":"u"} }', 'null'])(
    'leaves the table as it was, where the map was %s',
    async map => {
      const {assets, made, merged, before} = await afterRun(map);
      expect(await assets.standing(made, merged)).toEqual(['after', 'after']);
      expect(await assets.undo(made, merged)).toEqual({'made.mp4': 'deleted', 'found.mp4': 'updated'});
      expect(await assets.rows('*')).toEqual(before);
      expect(await assets.standing(made, merged)).toEqual(['before', 'before']);
      expect(await assets.undo(made, merged)).toEqual({});
    },
  );

  it('is the same where users are numbers and a map is JSON as it was written', async () => {
    const {assets, made, merged, before} = await afterRun('{ "other" : "x" }', numberedUsers);
    expect(await assets.undo(made, merged)).toEqual({'made.mp4': 'deleted', 'found.mp4': 'updated'});
    expect(await assets.rows('*')).toEqual(before);
  });

  it('takes its own provider alone out of a map that was added to', async () => {
    const {assets, merged} = await afterRun('{"other":"x"}');
    await assets.commit(await assets.link('found', {provider: 'third', object: 't'}));
    expect(await assets.standing(merged)).toEqual(['after']);
    expect(await assets.undo(merged)).toEqual({'found.mp4': 'updated'});
    expect((await assets.maps())[0]).toEqual({other: 'x', third: 't'});
  });

  it('takes back what went into a row that somebody else had made meanwhile', async () => {
    const assets = await Assets.make(host);
    const late = changeOf('a');
    await assets.sql(
      `INSERT INTO assets (user_id, sha256, provider_id) VALUES ('7', '${late.sha256}', 'runway')`,
    );
    await assets.commit(late);
    expect(await assets.standing(late)).toEqual(['after']);
    expect(await assets.undo(late)).toEqual({'a.mp4': 'updated'});
    expect(await assets.rows('provider_id')).toMatchObject([{provider_id: 'runway'}]);
    expect(await assets.maps()).toEqual([{}]);
    expect(await assets.standing(late)).toEqual(['before']);
  });

  it('deletes and restores rows without a hash', async () => {
    const assets = await Assets.make(host);
    const made = changeOf('a', {sha256: null});
    await assets.commit(made);
    expect(await assets.standing(made)).toEqual(['after']);
    expect(await assets.undo(made)).toEqual({'a.mp4': 'deleted'});
    expect(await assets.rows()).toEqual([]);
  });

  it('leaves a row without a hash that was given one since, and says that it is another now', async () => {
    const assets = await Assets.make(host);
    const made = changeOf('a', {sha256: null});
    await assets.commit(made);
    await assets.sql(`UPDATE assets SET sha256 = '${hashOf('a')}'`);
    const before = await assets.rows('*');
    expect(await assets.standing(made)).toEqual(['neither']);
    expect(await assets.undo(made)).toEqual({});
    expect(await assets.rows('*')).toEqual(before);
  });

  it('does not take a row of another time for its own, though it has the same object', async () => {
    const assets = await Assets.make(host);
    const made = changeOf('a');
    await assets.commit({...made, sha256: hashOf('wrong'), at: '2020-01-01T00:00:00.000Z'}, made);
    expect(await assets.standing(made)).toEqual(['after']);
    expect(await assets.undo(made)).toEqual({'a.mp4': 'deleted'});
    expect(await assets.standing(made)).toEqual(['before']);
  });

  it('takes more than goes into one value of the database', async () => {
    const assets = await Assets.make(host);
    const contents = ['a', 'b', 'c', 'd'];
    const [long, json] =
      assets.facts.dialect === 'postgres'
        ? ["repeat('x', 600000)", '::jsonb']
        : ["replace(hex(zeroblob(300000)), '0', 'x')", ''];
    for (const content of contents)
      await assets.sql(
        `INSERT INTO assets (user_id, sha256, provider_id, provider_uploads)
         VALUES ('7', '${hashOf(content)}', 'other', ('{"other": "' || ${long} || '"}')${json})`,
      );
    const before = await assets.rows('*');
    const links = await Promise.all(contents.map(content => assets.link(content)));
    const updated = Object.fromEntries(contents.map(content => [`${content}.mp4`, 'updated']));
    expect(await assets.commit(...links)).toEqual(updated);
    expect(await assets.standing(...links)).toEqual(links.map(() => 'after'));
    expect(await assets.undo(...links)).toEqual(updated);
    expect(await assets.rows('*')).toEqual(before);
  });

  const changes: readonly (readonly [string, string])[] = [
    ['has another object', "provider_asset_id = 'other'"],
    ['has a provider more', `provider_uploads = '{"pixverse":"x","runway":"y"}'`],
    ['has an object of its map replaced', `provider_uploads = '{"pixverse":"x"}'`],
    ['has no map', 'provider_uploads = NULL'],
    ['is of another time', "created_at = '2020-01-01T00:00:00.000Z'"],
    ['has another hash', `sha256 = '${'0'.repeat(64)}'`],
  ];

  it.each(changes)('leaves a row that the run has made and that %s by now', async (_, set) => {
    const {assets, made} = await afterRun(null);
    await assets.sql(`UPDATE assets SET ${set} WHERE sha256 = '${made.sha256}'`);
    const before = await assets.rows('*');
    expect(await assets.undo(made)).toEqual({});
    expect(await assets.rows('*')).toEqual(before);
    expect(await assets.standing(made)).toEqual(['neither']);
  });

  it.each([
    ['another object', `provider_uploads = '{"pixverse":"x"}'`],
    ['the object and its address', `provider_uploads = '{"pixverse":{"id":"x","url":"u"}}'`],
    ['the object as its own', "provider_id = 'pixverse'"],
  ])('leaves a row that has %s at the provider by now', async (_, set) => {
    const {assets, merged} = await afterRun(null);
    await assets.sql(`UPDATE assets SET ${set} WHERE sha256 = '${merged.sha256}'`);
    const before = await assets.rows('*');
    expect(await assets.undo(merged)).toEqual({});
    expect(await assets.rows('*')).toEqual(before);
    expect(await assets.standing(merged)).toEqual(['neither']);
  });

  it('leaves a row that another table names, or that somebody has written to', async () => {
    const extended = (dialect: Parameters<typeof numberedUsers>[0]) =>
      `${numberedUsers(dialect).replace('user_id', "title VARCHAR(20) DEFAULT 'none', stars INTEGER, user_id")};
       CREATE TABLE covers (asset INTEGER REFERENCES assets (id) ON DELETE CASCADE)`;
    const {assets, made} = await afterRun(null, extended);
    const more: readonly UploadChange[] = [changeOf('named'), changeOf('titled'), changeOf('rated')];
    await assets.commit(...more);
    const [named, titled, rated] = more.map(({sha256}) => sha256);
    await assets.sql(
      `INSERT INTO covers SELECT id FROM assets WHERE sha256 = '${named}';
       UPDATE assets SET title = 'Sunrise' WHERE sha256 = '${titled}';
       UPDATE assets SET stars = 5 WHERE sha256 = '${rated}'`,
    );
    expect(await assets.standing(made, ...more)).toEqual(['after', 'neither', 'neither', 'neither']);
    expect(await assets.undo(made, ...more)).toEqual({'made.mp4': 'deleted'});
    expect(await assets.sql('SELECT count(*) AS count FROM covers')).toMatchObject([{count: 1}]);
  });
});
