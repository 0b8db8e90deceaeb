import {describe, expect, it} from 'vitest';
import {bareRow, manyKeys, mediaSchema, quotedRow, versionRow} from '../../support/media.ts';
import {BucketWorld, oddKeys} from '../../support/media-bucket.ts';
import {targetHosts} from '../../support/target-host.ts';

/** All may go: how much is believed has a test of its own. */
const options = {shrink: 1};
const keys = ['a', 'b', 'c', 'd', 'e'];

describe.each(targetHosts)('media-prune on $host', ({begin}) => {
  const host = begin();

  it('deletes every row of a key whose object is gone, and nothing else; undo brings back each value under its id', async () => {
    const world = await BucketWorld.make(host, {
      options,
      schema: `${mediaSchema}; ALTER TABLE media_assets ADD COLUMN note`,
    });
    world.put(['there', 'other version']);
    await world.insert(
      bareRow('there'),
      {...bareRow('other version'), ...versionRow('other version', '4_z_old')},
      ...oddKeys.map(bareRow),
      quotedRow('mixed'),
      bareRow('mixed'),
    );
    await world.sql(`UPDATE media_assets SET note = x'00ff80', etag = NULL WHERE b2_key = 'trailing/';
      UPDATE media_assets SET note = 9223372036854775807, size = 0.1 WHERE b2_key = '/leading';
      UPDATE media_assets SET note = CAST(x'61ff00' AS TEXT), id = 900719925474099 WHERE b2_key = 'a & b.jpg'`);
    const before = await world.digest();
    const plan = await world.rehearse('media-prune');
    expect(plan.record.tally).toMatchObject({deleted: oddKeys.length + 1, skipped: 0, failed: 0});
    expect(await world.digest()).toBe(before);
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({
      status: 'completed',
      tally: {deleted: oddKeys.length + 1, rows: oddKeys.length + 2, failed: 0, skipped: 0},
    });
    expect(await world.keys()).toEqual(['there', 'other version']);
    expect(live.checks.find(({id}) => id === 'rows-without-object')?.count).toBe(0);
    const after = await world.digest();
    expect((await world.run('media-prune')).record.tally).toMatchObject({deleted: 0, unchanged: 0});
    expect(await world.digest()).toBe(after);
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({
      status: 'completed',
      tally: {inserted: oddKeys.length + 1, rows: oddKeys.length + 2},
    });
    expect(await world.digest()).toBe(before);
  });

  it('deletes nothing of an object that is there, though its listing has left it out', async () => {
    const world = await BucketWorld.make(host, {options});
    world.put(['a', 'b']);
    await world.insert(bareRow('a'), bareRow('b'), bareRow('c'));
    world.hidden.add('b');
    const live = await world.run('media-prune');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 1, rows: 1, skipped: 1}});
    expect(await world.keys()).toEqual(['a', 'b']);
  });

  it('deletes nothing of what was not reviewed as it is: an object that came back, a row that was added or changed', async () => {
    const world = await BucketWorld.make(host, {options});
    world.put(['there']);
    await world.insert(...keys.map(bareRow), bareRow('there'));
    const plan = await world.rehearse('media-prune');
    expect(plan.record.tally.deleted).toBe(5);
    world.put(['a']);
    await world.insert({...versionRow('b'), etag: 'other'}, bareRow('new'));
    await world.sql("UPDATE media_assets SET size = 77 WHERE b2_key = 'c'");
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({
      status: 'incomplete',
      tally: {deleted: 2, rows: 2, skipped: 3, pending: 1},
    });
    expect(await world.keys()).toEqual(['a', 'b', 'c', 'there', 'b', 'new']);
  });

  it.each([
    ['changed', "UPDATE media_assets SET etag = 'x' WHERE b2_key = 'a'", 2],
    ['taken away', `DELETE FROM media_assets WHERE media_uid = '${quotedRow('a').uid}'`, 1],
    ['added', `INSERT INTO media_assets (media_uid, b2_key, size) VALUES ('x', 'a', 1)`, 3],
  ])('keeps the rows of a key of which one is %s between decision and write', async (_, statement, left) => {
    const world = await BucketWorld.make(host, {options});
    world.put(['there']);
    await world.insert(quotedRow('a'), bareRow('a'), bareRow('b'), bareRow('there'));
    const plan = await world.rehearse('media-prune');
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.sql(statement);
    };
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 1, rows: 1, skipped: 1}});
    expect((await world.keys()).filter(key => key === 'a').length).toBe(left);
    expect(await world.keys()).not.toContain('b');
  });

  it('brings back no row whose id or media_uid is another’s since, and leaves the key as it is', async () => {
    const world = await BucketWorld.make(host, {options});
    world.put(['there']);
    await world.insert(quotedRow('a'), bareRow('a'), bareRow('b'), bareRow('c'), bareRow('there'));
    const live = await world.run('media-prune');
    await world.sql(`INSERT INTO media_assets (media_uid, b2_key, size) VALUES ('${bareRow('a').uid}', 'a', 1);
      INSERT INTO media_assets (id, media_uid, b2_key, size) VALUES (3, 'x', 'x', 1)`);
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'incomplete', tally: {inserted: 1, rows: 1, skipped: 2}});
    const reason = 'another row has its id or its media_uid since the run';
    expect(await world.left(undone.record)).toEqual({a: reason, b: reason});
    expect((await world.keys()).toSorted()).toEqual(['a', 'c', 'there', 'x']);
  });

  it('brings back nothing where the place of a row is taken between decision and write', async () => {
    const world = await BucketWorld.make(host, {options});
    world.put(['there']);
    await world.insert(quotedRow('a'), bareRow('a'), bareRow('b'), bareRow('there'));
    const live = await world.run('media-prune');
    const plan = await world.rehearseUndo(live.record);
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.sql(
        `INSERT INTO media_assets (media_uid, b2_key, size) VALUES ('${bareRow('a').uid}', 'a', 1)`,
      );
    };
    const undone = await world.live(plan.record);
    expect(undone.record).toMatchObject({status: 'incomplete', tally: {inserted: 1, rows: 1, skipped: 1}});
    expect((await world.keys()).toSorted()).toEqual(['a', 'b', 'there']);
  });

  it('works where the table has no column for its rowid', async () => {
    const world = await BucketWorld.make(host, {
      options,
      schema: `CREATE TABLE media_assets (media_uid TEXT PRIMARY KEY, b2_key TEXT NOT NULL, b2_file_id TEXT,
        size INTEGER, etag TEXT, ingested_at TEXT, halved AS (size / 2))`,
    });
    world.put(['there']);
    await world.insert(bareRow('a'), bareRow('there'), bareRow('b'));
    const ids = () => world.sql('SELECT rowid, * FROM media_assets ORDER BY rowid');
    const before = await ids();
    const live = await world.run('media-prune');
    expect(live.record.tally).toMatchObject({deleted: 2, rows: 2});
    await world.undo(live.record);
    expect(await ids()).toEqual(before);
  });

  it('is refused while a foreign key refers to the catalogue, and warns of triggers', async () => {
    const world = await BucketWorld.make(host, {
      options,
      schema: `${mediaSchema}
        CREATE TABLE albums (cover INTEGER REFERENCES media_assets (id) ON DELETE CASCADE);
        CREATE TRIGGER gone AFTER DELETE ON media_assets BEGIN DELETE FROM albums; END`,
    });
    await world.insert(bareRow('a'));
    const findings = await world.findings('media-prune');
    expect(findings.filter(({level}) => level !== 'ok').map(({message}) => message)).toEqual([
      expect.stringMatching(/trigger gone: it runs for every row that is deleted/),
      expect.stringMatching(/foreign key of albums refers to media_assets/),
    ]);
    await expect(world.rehearse('media-prune')).rejects.toThrow(/albums/);
  });

  it.each([
    ['an empty listing', [], /^the source lists no object at all: if that is right, set "shrink"/],
    [
      'a listing that has too little',
      ['there'],
      /^5 keys of 6 in the catalogue have no object, 83\.33 % \(limit 20 %\): if that is right/,
    ],
  ])('does not believe %s: the plan names what would go, and deletes nothing', async (_, there, reason) => {
    const world = await BucketWorld.make(host);
    world.put(there);
    await world.insert(...keys.map(bareRow), bareRow('there'));
    const before = await world.digest();
    const live = await world.run('media-prune');
    expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 0, rows: 0}});
    const left = await world.left(live.record);
    expect(Object.keys(left)).toEqual(there.length === 0 ? [...keys, 'there'] : keys);
    for (const message of Object.values(left)) expect(message).toMatch(reason);
    expect(await world.digest()).toBe(before);
  });

  it('deletes nothing where the listing shrinks between dry run and live', async () => {
    const world = await BucketWorld.make(host);
    const all = manyKeys(100);
    world.put(all);
    await world.insert(...all.map(bareRow));
    for (const key of all.slice(0, 15)) world.server.remove(key);
    const plan = await world.rehearse('media-prune');
    expect(plan.record.tally.deleted).toBe(15);
    for (const key of all.slice(15, 50)) world.server.remove(key);
    const live = await world.live(plan.record);
    expect(live.record.tally).toMatchObject({deleted: 0, rows: 0});
    expect((await world.keys()).length).toBe(100);
  });

  it('is no vanished row to the next run, and neither is its undo; what somebody else deletes is', async () => {
    const world = await BucketWorld.make(host, {options});
    world.put([...keys, 'there']);
    await world.run('media-ingest');
    const vanished = async () => (await world.verify('media-ingest')).checks.get('rows-unchanged')?.count;
    world.server.remove('b');
    world.server.remove('e');
    const live = await world.run('media-prune');
    expect(live.checks.find(({id}) => id === 'rows-unchanged')).toMatchObject({count: 0});
    expect(await vanished()).toBe(0);
    await world.undo(live.record);
    expect(await vanished()).toBe(0);
    await world.sql("DELETE FROM media_assets WHERE b2_key = 'c'");
    expect(await vanished()).toBe(1);
    const second = await world.run('media-prune');
    expect(second.checks.find(({id}) => id === 'rows-unchanged')?.count).toBe(1);
  });

  it('takes a prefix and no date, covers keys, and shows what is left of a key', async () => {
    const world = await BucketWorld.make(host, {options});
    world.put(['x/1', 'y/1']);
    await world.insert(bareRow('x/1'), bareRow('x/2'), bareRow('y/2'));
    const live = await world.run('media-prune', {prefix: 'x/'});
    expect(live.record.tally.deleted).toBe(1);
    expect(await world.keys()).toEqual(['x/1', 'y/2']);
    const {coverage, checks} = await world.verify('media-prune');
    expect(coverage.map(({group, done, total, missing}) => [group, done, total, missing])).toEqual([
      ['*', 1, 2, {'object gone': 1}],
      ['x/', 1, 1, undefined],
      ['y/', 0, 1, {'object gone': 1}],
    ]);
    expect(checks.get('rows-without-object')).toMatchObject({count: 1, sample: [{key: 'y/2'}]});
    const {backfill, target} = world.connection('media-prune');
    expect(backfill.scope.safeParse({since: 5}).success).toBe(false);
    const reader = await target.openReader();
    const io = {target: reader, signal: new AbortController().signal};
    const image = await world.ledger.pages.entry(live.record.id, 'image', 'x/2');
    const change = backfill.change.parse(image?.change);
    expect(await backfill.row?.('x/2', change, io)).toEqual({columns: null, is: 'after'});
    await reader.close();
  });
});
