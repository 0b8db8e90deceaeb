import {describe, expect, it} from 'vitest';
import {keyScope} from '../../../src/core/scope.ts';
import {
  bareRow,
  doublesSchema,
  etagOf,
  MediaWorld,
  manyKeys,
  mediaSchema,
  quotedRow,
  uidOf,
  versionRow,
} from '../../support/media.ts';
import {oddKeys} from '../../support/media-bucket.ts';
import {targetHosts} from '../../support/target-host.ts';

describe.each(targetHosts)('media-ingest on $host', ({begin}) => {
  const host = begin();

  it('inserts a row for every object, each value as documented, and counts what the database says', async () => {
    const world = await MediaWorld.make(host);
    world.list([
      {key: 'a.jpg', size: 0, fileId: '4_za'},
      {key: 'b.jpg', etag: `"${etagOf('b.jpg')}"`, fileId: '4_zb'},
    ]);
    const {record, checks} = await world.run();
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 2, rows: 2, pending: 0}});
    expect(
      await world.sql('SELECT id, media_uid, b2_key, b2_file_id, size, etag FROM media_assets ORDER BY id'),
    ).toEqual([
      {
        id: 1,
        media_uid: uidOf('4_za', 'a.jpg'),
        b2_key: 'a.jpg',
        b2_file_id: '4_za',
        size: 0,
        etag: etagOf('a.jpg'),
      },
      {
        id: 2,
        media_uid: uidOf('4_zb', 'b.jpg'),
        b2_key: 'b.jpg',
        b2_file_id: '4_zb',
        size: 1,
        etag: etagOf('b.jpg'),
      },
    ]);
    expect(checks.every(({count}) => count === 0)).toBe(true);
    expect(await world.tables()).toEqual(['headgate_lease', 'headgate_marks']);
  });

  it('keeps odd keys as they are, and finds all of them again', async () => {
    const world = await MediaWorld.make(host);
    world.list(oddKeys);
    expect((await world.run()).record.tally.inserted).toBe(oddKeys.length);
    expect((await world.keys()).toSorted()).toEqual(oddKeys.toSorted());
    const before = await world.digest();
    expect((await world.run()).record.tally).toMatchObject({inserted: 0, unchanged: oddKeys.length});
    expect(await world.digest()).toBe(before);
  });

  // The original failed above about 500, stopped at a full page, and so on.
  it.each([600, 1_000, 2_001])('publishes %d new objects at once', async count => {
    const world = await MediaWorld.make(host);
    world.list(manyKeys(count));
    const {record} = await world.run();
    expect(record).toMatchObject({status: 'completed', tally: {inserted: count, rows: count}});
    expect(await world.keys()).toEqual(manyKeys(count));
    const second = await world.run();
    expect(second.record.tally).toMatchObject({unchanged: count, inserted: 0, rows: 0});
  });

  it.each([
    ['ETags with quotes', quotedRow],
    ['ETags without quotes', bareRow],
    ['file ids', (key: string) => versionRow(key)],
  ] as const)('goes on in a catalogue that goes by %s, and doubles nothing', async (named, rowOf) => {
    const world = await MediaWorld.make(host);
    await world.insert(rowOf('old.jpg'), rowOf('older.jpg'));
    world.list(['old.jpg', 'older.jpg', 'new.jpg'].map(key => ({key, fileId: `4_z${etagOf(key)}`})));
    expect((await world.findings()).map(({message}) => message)).toContain(
      `media_assets has 2 rows, which go by ${named === 'ETags with quotes' ? 'ETags with their quotes' : named}`,
    );
    expect((await world.run()).record.tally).toMatchObject({inserted: 1, unchanged: 2});
    const [row] = await world.sql("SELECT * FROM media_assets WHERE b2_key = 'new.jpg'");
    const {uid, fileId} = rowOf('new.jpg');
    expect(row).toMatchObject({media_uid: uid, b2_file_id: fileId});
  });

  it('knows an object under any name where the catalogue is mixed, and says how many are of which family', async () => {
    const world = await MediaWorld.make(host);
    await world.insert(
      quotedRow('a'),
      quotedRow('b'),
      bareRow('b'),
      bareRow('c'),
      bareRow('d'),
      versionRow('e'),
    );
    world.list(['a', 'b', 'c', 'd', 'e', 'f'].map(key => ({key, fileId: `4_z${etagOf(key)}`})));
    const findings = (await world.findings()).map(({message}) => message).join('\n');
    expect(findings).toMatch(
      /1 go by file ids, 3 go by ETags without quotes, 2 go by ETags with their quotes/,
    );
    const {record, checks} = await world.run();
    expect(record.tally).toMatchObject({inserted: 1, unchanged: 5});
    const found = new Map(checks.map(check => [check.id, check.count]));
    expect(found.get('one-row-per-version')).toBe(1);
    expect(found.get('one-uid-family')).toBe(3);
    expect(await world.sql("SELECT media_uid FROM media_assets WHERE b2_key = 'f'")).toEqual([
      {media_uid: bareRow('f').uid},
    ]);
  });

  it('leaves an object alone whose row goes by a file id that the listing does not have', async () => {
    const world = await MediaWorld.make(host);
    await world.insert(versionRow('a'));
    world.list(['a']);
    const {record} = await world.run();
    expect(record).toMatchObject({status: 'incomplete', tally: {inserted: 0, skipped: 1}});
    expect(await world.count()).toBe(1);
  });

  it('leaves an object without an ETag alone where the catalogue goes by ETags', async () => {
    const world = await MediaWorld.make(host);
    await world.insert(bareRow('a'));
    world.list(['a', {key: 'b', etag: null, fileId: '4_z1'}]);
    const {record} = await world.run();
    expect(record).toMatchObject({status: 'incomplete', tally: {inserted: 0, skipped: 1, unchanged: 1}});
  });

  it('has a failure on record for a key that no bucket takes, and for what nothing tells the versions of', async () => {
    const world = await MediaWorld.make(host);
    world.list(['a', 'x'.repeat(1_025), {key: 'y', etag: null, fileId: ''}]);
    const {record} = await world.rehearse();
    expect(record).toMatchObject({status: 'incomplete', tally: {inserted: 1, failed: 2}});
    const open = await world.ledger.openItems.after(record.id, '', 10);
    expect(open.map(({message}) => message)).toEqual([
      expect.stringContaining('1,025 bytes'),
      expect.stringContaining('neither an ETag nor a file id'),
    ]);
    const live = await world.live(record, {acceptedFailures: 2});
    expect(live.record).toMatchObject({status: 'incomplete', tally: {inserted: 1, failed: 2, rows: 1}});
  });

  it('inserts another row for another version, and never changes the one before', async () => {
    const world = await MediaWorld.make(host);
    world.list([{key: 'a', fileId: '4_z1'}]);
    await world.run();
    const before = await world.sql('SELECT * FROM media_assets');
    world.list([{key: 'a', fileId: '4_z2', etag: 'other'}]);
    expect((await world.run()).record.tally.inserted).toBe(1);
    expect(await world.sql('SELECT * FROM media_assets LIMIT 1')).toEqual(before);
    expect(await world.count()).toBe(2);
  });

  it('takes back exactly what it inserted, and leaves alone what somebody changed since', async () => {
    const world = await MediaWorld.make(host);
    await world.insert(bareRow('old'));
    const before = await world.digest();
    world.list(['a', 'b', 'c', 'old']);
    const live = await world.run();
    await world.sql("UPDATE media_assets SET size = 99 WHERE b2_key = 'b'");
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, skipped: 1}});
    await world.sql("DELETE FROM media_assets WHERE b2_key = 'b'");
    expect(await world.digest()).toBe(before);
  });

  it('says so when a row has changed or vanished since the last run, and an undo of ours is none of it', async () => {
    const world = await MediaWorld.make(host);
    world.list(['a', 'b', 'c']);
    const first = await world.run();
    const unchanged = async () => (await world.verify()).get('rows-unchanged')?.count;
    expect(await unchanged()).toBe(0);
    await world.sql("DELETE FROM media_assets WHERE b2_key = 'b'");
    expect(await unchanged()).toBe(1);
    world.list(['a', 'b', 'c', 'd']);
    const second = await world.run();
    expect(second.checks.find(({id}) => id === 'rows-unchanged')?.count).toBe(1);
    expect(await unchanged()).toBe(0);
    await world.sql("UPDATE media_assets SET etag = 'x' WHERE b2_key = 'c'");
    expect(await unchanged()).toBe(1);
    await world.sql(`UPDATE media_assets SET etag = '${etagOf('c')}' WHERE b2_key = 'c'`);
    expect(await unchanged()).toBe(0);
    await world.undo(second.record);
    expect(await unchanged()).toBe(0);
    await world.undo(first.record);
    expect(await unchanged()).toBe(0);
  });

  it.each([
    ['whose row has no ETag', {...versionRow('a'), etag: null}],
    ['whose row is named by a file id in quotes', {...versionRow('a'), ...quotedFileId('a')}],
  ] as const)('does not double an object %s', async (what, row) => {
    const world = await MediaWorld.make(host);
    await world.insert(row);
    world.list([what.includes('quotes') ? {key: 'a', fileId: `4_z${etagOf('a')}`} : 'a']);
    expect((await world.run()).record.tally.inserted).toBe(0);
    expect(await world.count()).toBe(1);
  });

  it('does not take back a row of which another is marked as a double', async () => {
    const world = await MediaWorld.make(host, {schema: `${mediaSchema};${doublesSchema}`});
    world.list(['a', 'b']);
    const live = await world.run();
    await world.insert(quotedRow('a'));
    const marked = await world.run('media-doubles');
    expect((await world.undo(live.record)).record).toMatchObject({
      status: 'incomplete',
      tally: {deleted: 1, skipped: 1},
    });
    expect(await world.keys()).toEqual(['a', 'a']);
    await world.undo(marked.record);
    expect((await world.undo(live.record)).record.tally).toMatchObject({deleted: 1, unchanged: 1});
  });

  it.each([
    ['CREATE VIEW media_assets AS SELECT 1 AS media_uid', /media_assets is a view/],
    [mediaSchema.replaceAll('media_assets', 'Media_Assets'), /called Media_Assets/],
    [
      `${mediaSchema}; CREATE TABLE headgate_staged (precious TEXT)`,
      /headgate_staged that is not headgate's/,
    ],
    [`${mediaSchema}; CREATE TABLE media_duplicates (a TEXT)`, /media_duplicates that is not headgate's/],
    [mediaSchema.replace('b2_key TEXT', 'b2_key STRING'), /b2_key is declared as STRING/],
    [
      mediaSchema.replace('media_uid TEXT NOT NULL UNIQUE', 'media_uid TEXT NOT NULL'),
      /media_uid is not unique/,
    ],
    [mediaSchema.replace('etag TEXT', 'etag TEXT, owner TEXT NOT NULL'), /owner that must be filled/],
    [mediaSchema.replace('b2_key TEXT', 'b2_key TEXT COLLATE NOCASE'), /b2_key does not compare by bytes/],
    [mediaSchema.replace('size INTEGER NOT NULL,', ''), /no column size/],
  ])('refuses a schema that it could not fill: %#', async (schema, says) => {
    const world = await MediaWorld.make(host, {schema});
    const errors = (await world.findings()).filter(({level}) => level === 'error');
    expect(errors.map(({message}) => message).join('; ')).toMatch(says);
    expect(errors[0]?.remedy).toMatch(/\S{3}/);
    await expect(world.rehearse()).rejects.toThrow(says);
  });

  it('reads rows that lack what every row should have, and says of which nothing follows', async () => {
    const nullable = mediaSchema
      .replace('media_uid TEXT NOT NULL', 'media_uid TEXT')
      .replace('b2_key TEXT NOT NULL', 'b2_key TEXT');
    const world = await MediaWorld.make(host, {schema: nullable});
    await world.sql(
      "INSERT INTO media_assets (size) VALUES (1); INSERT INTO media_assets (b2_key, size) VALUES ('a', 1)",
    );
    world.list(['a', 'b']);
    expect((await world.run()).record.tally).toMatchObject({inserted: 2});
    expect((await world.verify()).get('uid-recomputes')?.count).toBe(2);
  });

  it('covers every folder, and names what is missing of one, and why', async () => {
    const world = await MediaWorld.make(host);
    world.list(['a/1', 'a/2', 'b/1', 'root']);
    await world.run();
    await world.sql("DELETE FROM media_assets WHERE b2_key IN ('a/2', 'root')");
    world.list(['a/1', 'a/2', 'a/3', 'b/1', 'root']);
    const {record: plan} = await world.rehearse();
    await world.verify();
    const groups = world.events.flatMap(event => (event.type === 'coverage' ? [event.group] : [])).slice(-4);
    expect(groups.map(({group, done, total}) => [group, done, total])).toEqual([
      ['*', 2, 5],
      ['a/', 1, 3],
      ['b/', 1, 1],
      ['(root)', 0, 1],
    ]);
    const found = [];
    for await (const page of world.engine.missing(await world.connection(), {
      group: 'a/',
      scope: keyScope.parse({}),
      causesFrom: plan.id,
      limit: 10,
      signal: new AbortController().signal,
    }))
      found.push(...page.items);
    expect(found).toEqual([
      {key: 'a/2', why: 'planned but not written yet'},
      {key: 'a/3', why: 'planned but not written yet'},
    ]);
  });

  it('finds rows whose id does not follow from what they say', async () => {
    const world = await MediaWorld.make(host);
    await world.insert(bareRow('a'), {...bareRow('b'), uid: 'b2_made_up'}, {...bareRow('c'), fileId: null});
    expect((await world.verify()).get('uid-recomputes')).toMatchObject({
      count: 2,
      sample: [{key: 'b'}, {key: 'c'}],
    });
  });
});

function quotedFileId(key: string) {
  const fileId = `"4_z${etagOf(key)}"`;
  return {fileId, uid: uidOf(fileId, key)};
}
