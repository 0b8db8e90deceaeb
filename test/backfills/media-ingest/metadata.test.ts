import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {bareRow, mediaSchema, quotedRow, versionRow} from '../../support/media.ts';
import {BucketWorld, oddKeys} from '../../support/media-bucket.ts';
import {targetHosts} from '../../support/target-host.ts';

const table = readFileSync(
  new URL('../../../migrations/media-metadata/0001_media_metadata.sql', import.meta.url),
  'utf8',
);
const schema = `${mediaSchema}; ${table}`;
const headers = {
  'content-type': 'image/jpeg',
  'cache-control': 'max-age=60',
  'x-amz-meta-zoom': '2',
  'x-amz-meta-caption': 'on the "quay"',
};
const both = ['media_assets', 'media_metadata'];

describe.each(targetHosts)('media-metadata on $host', ({begin}) => {
  const host = begin();
  const heads = ({server}: BucketWorld) => server.requests.filter(({method}) => method === 'HEAD').length;
  const captions = async ({sql}: BucketWorld) => {
    const rows = await sql(
      `SELECT row.b2_key AS key, beside.metadata->>'caption' AS caption
       FROM media_metadata AS beside JOIN media_assets AS row USING (media_uid) ORDER BY row.id`,
    );
    return Object.fromEntries(rows.map(row => [String(row['key']), row['caption']]));
  };

  it('asks for its table, which the migration makes beside the catalogue', async () => {
    const world = await BucketWorld.make(host);
    await world.insert(bareRow('a'));
    const errors = async () =>
      (await world.findings('media-metadata'))
        .filter(({level}) => level === 'error')
        .map(({message}) => message);
    expect(await errors()).toEqual(['there is no table media_metadata']);
    const before = await world.sql('SELECT * FROM media_assets');
    expect(await world.migrate('media-metadata')).toEqual(['0001_media_metadata']);
    expect(await errors()).toEqual([]);
    expect(await world.sql('SELECT * FROM media_assets')).toEqual(before);
  });

  it('reads what a bucket says of each object by one HEAD, writes it beside, and asks nothing again; undo takes it away', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put([...oddKeys, 'mixed'], {headers});
    world.put(['new', 'plain']);
    await world.insert(...oddKeys.map(bareRow), quotedRow('mixed'), bareRow('mixed'), bareRow('plain'));
    const [before, catalogue] = [await world.digest(...both), await world.digest('media_assets')];
    world.now = Date.parse('2026-11-20T06:17:00Z');
    const plan = await world.rehearse('media-metadata');
    expect(await world.digest(...both)).toBe(before);
    expect(heads(world)).toBe(oddKeys.length + 3);
    world.now += 60_000;
    const live = await world.live(plan.record);
    expect(heads(world)).toBe(oddKeys.length + 3);
    expect(live.record).toMatchObject({
      status: 'completed',
      drift: {changed: 0},
      tally: {inserted: oddKeys.length + 2, rows: oddKeys.length + 3, skipped: 1},
    });
    expect(await world.digest('media_assets')).toBe(catalogue);
    expect(
      await world.sql(
        'SELECT * FROM media_metadata WHERE media_uid = ?'.replace('?', `'${bareRow('mixed').uid}'`),
      ),
    ).toEqual([
      {
        media_uid: bareRow('mixed').uid,
        content_type: 'image/jpeg',
        cache_control: 'max-age=60',
        content_disposition: null,
        metadata: '{"caption":"on the \\"quay\\"","zoom":"2"}',
        read_at: '2026-11-20 06:18:00',
      },
    ]);
    const after = await world.digest(...both);
    const again = await world.run('media-metadata');
    expect(again.record.tally).toMatchObject({
      inserted: 0,
      updated: 0,
      unchanged: oddKeys.length + 2,
      skipped: 1,
    });
    expect(heads(world)).toBe(oddKeys.length + 3);
    expect(await world.digest(...both)).toBe(after);
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'completed', tally: {deleted: oddKeys.length + 2}});
    expect(await world.digest(...both)).toBe(before);
  });

  it('updates what says something else since, also where the bytes and their ETag are the same, and puts it back', async () => {
    const world = await BucketWorld.make(host, {schema});
    const modifiedAt = Date.parse('2026-01-01T00:00:00Z');
    world.put(['a', 'b', 'c'], {headers, modifiedAt});
    await world.insert(...['a', 'b', 'c'].map(bareRow));
    await world.run('media-metadata');
    const before = await world.digest(...both);
    world.put(['a'], {headers: {...headers, 'x-amz-meta-caption': 'at sea'}, modifiedAt: modifiedAt + 1_000});
    const live = await world.run('media-metadata');
    expect(live.record).toMatchObject({status: 'completed', tally: {updated: 1, rows: 1, unchanged: 2}});
    expect(heads(world)).toBe(4);
    expect(await captions(world)).toEqual({a: 'at sea', b: 'on the "quay"', c: 'on the "quay"'});
    expect((await world.undo(live.record)).record).toMatchObject({status: 'completed', tally: {updated: 1}});
    expect(await world.digest(...both)).toBe(before);
  });

  it('fills what is missing beside one of several rows, and puts back what another said', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put(['mixed'], {headers});
    await world.insert(quotedRow('mixed'), bareRow('mixed'));
    await world.sql(
      `INSERT INTO media_metadata VALUES ('${quotedRow('mixed').uid}', 'text/plain', x'00ff', 5, '{}', 'once')`,
    );
    const before = await world.digest(...both);
    const live = await world.run('media-metadata');
    expect(live.record.tally).toMatchObject({updated: 1, inserted: 0, rows: 2});
    expect((await world.undo(live.record)).record).toMatchObject({status: 'completed', tally: {deleted: 1}});
    expect(await world.digest(...both)).toBe(before);
  });

  it('leaves what somebody wrote meanwhile, and what was changed after the run', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put(['a', 'b', 'c', 'd'], {headers});
    await world.insert(...['a', 'b', 'c', 'd'].map(bareRow));
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.sql(`INSERT INTO media_metadata (media_uid, metadata, read_at) VALUES ('${bareRow('a').uid}', '{"caption":"mine"}', '');
        DELETE FROM media_assets WHERE b2_key = 'd'`);
    };
    const live = await world.run('media-metadata');
    expect(live.record).toMatchObject({status: 'incomplete', tally: {inserted: 2, rows: 2, skipped: 2}});
    await world.sql(`UPDATE media_metadata SET metadata = '{"caption":"mine"}' WHERE media_uid = '${bareRow('b').uid}';
      DELETE FROM media_assets WHERE b2_key = 'c'`);
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'incomplete', tally: {deleted: 1, skipped: 1}});
    expect(await world.left(undone.record)).toEqual({b: 'its row was changed or deleted after the run'});
    expect(await captions(world)).toEqual({a: 'mine', b: 'mine'});
    expect(await world.sql('SELECT count(*) AS n FROM media_metadata')).toEqual([{n: 2}]);
  });

  it('asks for an object that changed since it was listed as it is now, and fails one that says too much', async () => {
    const world = await BucketWorld.make(host, {schema, versions: true});
    world.put(['changing', 'long'], {headers});
    await world.run('media-ingest');
    world.server.put('long', 'x', {headers: {'x-amz-meta-a': 'y'.repeat(8_193)}});
    await world.run('media-ingest');
    const plan = await world.rehearse('media-metadata');
    expect(plan.record.tally).toMatchObject({inserted: 1, failed: 1});
    expect(await world.left(plan.record)).toEqual({
      long: expect.stringMatching(/^long: its metadata have 8,?\d+ bytes, and a bucket allows 8,?192$/),
    });
  });

  it('says which object is not in the catalogue, and which only a file id leads to', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put(['new', 'named'], {headers});
    await world.insert(versionRow('named'));
    const plan = await world.rehearse('media-metadata');
    expect(plan.record).toMatchObject({status: 'incomplete', tally: {skipped: 2, inserted: 0}});
    expect(await world.left(plan.record)).toEqual({
      named: expect.stringMatching(/named by a file id, and this listing has none/),
    });
  });

  it('covers what has been read, and tells what is kept of no row any more', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put(['a/1', 'b/1'], {headers});
    world.put(['b/2']);
    await world.insert(bareRow('a/1'), bareRow('b/1'));
    const live = await world.run('media-metadata');
    expect(live.coverage.map(({group, done, total}) => [group, done, total])).toEqual([
      ['*', 2, 3],
      ['a/', 1, 1],
      ['b/', 1, 2],
    ]);
    await world.sql("DELETE FROM media_assets WHERE b2_key = 'a/1'");
    const {checks} = await world.verify('media-metadata');
    expect(checks.get('metadata-without-row')).toMatchObject({count: 1, sample: [{key: bareRow('a/1').uid}]});
  });
});
