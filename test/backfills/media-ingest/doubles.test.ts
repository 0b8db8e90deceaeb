import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  bareRow,
  doublesSchema,
  MediaWorld,
  mediaSchema,
  type PastRow,
  quotedRow,
  versionRow,
} from '../../support/media.ts';
import {targetHosts} from '../../support/target-host.ts';

const schema = `${mediaSchema};${doublesSchema}`;

describe.each(targetHosts)('media-doubles on $host', ({host: name, begin}) => {
  const host = begin();

  it('marks the later row of each version that is there twice, and touches no row', async () => {
    const world = await MediaWorld.make(host, {schema});
    await world.insert(quotedRow('a'), bareRow('a'), bareRow('b'), quotedRow('b'), bareRow('c'));
    const before = await world.digest();
    const {record, checks} = await world.run('media-doubles');
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 2, rows: 2}});
    expect(
      await world.sql('SELECT media_uid, b2_key, duplicate_of, family FROM media_duplicates ORDER BY b2_key'),
    ).toEqual([
      {media_uid: bareRow('a').uid, b2_key: 'a', duplicate_of: quotedRow('a').uid, family: 'etag'},
      {media_uid: quotedRow('b').uid, b2_key: 'b', duplicate_of: bareRow('b').uid, family: 'quoted'},
    ]);
    expect(checks.find(({id}) => id === 'one-row-per-version')?.count).toBe(0);
    expect(await world.digest()).toBe(before);
    expect((await world.run('media-doubles')).record.tally).toMatchObject({inserted: 0, rows: 0});
    expect((await world.undo(record)).record).toMatchObject({status: 'completed', tally: {deleted: 2}});
    expect(await world.count('media_duplicates')).toBe(0);
    expect((await world.verify()).get('one-row-per-version')?.count).toBe(2);
  });

  it('takes two uploads of the same bytes for two versions, and an ETag beside them for a double', async () => {
    const world = await MediaWorld.make(host, {schema});
    await world.insert(
      bareRow('a'),
      versionRow('a', '4_z1'),
      versionRow('a', '4_z2'),
      versionRow('b', '4_z3'),
    );
    expect((await world.verify()).get('one-row-per-version')?.count).toBe(1);
    await world.run('media-doubles');
    expect(await world.sql('SELECT media_uid, duplicate_of FROM media_duplicates')).toEqual([
      {media_uid: bareRow('a').uid, duplicate_of: versionRow('a', '4_z1').uid},
    ]);
  });

  it('leaves to the operator what has more rows than versions, and ids that follow from nothing', async () => {
    const world = await MediaWorld.make(host, {schema});
    await world.insert({...bareRow('a'), uid: 'b2_x'}, {...bareRow('a'), uid: 'b2_y'});
    const {record} = await world.run('media-doubles');
    expect(record).toMatchObject({status: 'incomplete', tally: {inserted: 0, skipped: 1}});
  });

  it('says which table is missing, and how it is made', async () => {
    const world = await MediaWorld.make(host);
    await expect(world.rehearse('media-doubles')).rejects.toThrow(/there is no table media_duplicates/);
  });

  const row = fc
    .tuple(fc.constantFrom('a', 'b', '/', 'c & d', '写'), fc.constantFrom('bare', 'quoted', '4_z1', '4_z2'))
    .map(
      ([key, kind]): PastRow =>
        kind === 'bare' ? bareRow(key) : kind === 'quoted' ? quotedRow(key) : versionRow(key, kind),
    );
  const catalogue = fc.uniqueArray(row, {selector: ({uid}) => uid, maxLength: 16});

  it('marks as many as there are too many, whatever the catalogue, and then there is none', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(catalogue, async rows => {
        const world = await MediaWorld.make(host, {schema});
        await world.insert(...rows);
        const surplus = expectedSurplus(rows);
        expect((await world.verify()).get('one-row-per-version')?.count).toBe(surplus);
        const {record} = await world.run('media-doubles');
        expect(record.tally.rows).toBe(surplus);
        expect((await world.verify()).get('one-row-per-version')?.count).toBe(0);
        expect(
          await world.sql(
            'SELECT 1 FROM media_duplicates WHERE duplicate_of IN (SELECT media_uid FROM media_duplicates)',
          ),
        ).toEqual([]);
      }),
      {numRuns: name === 'D1' ? 3 : 25},
    );
  });
});

/** Per key: every version by a file id counts, and without one the ETag counts once. */
function expectedSurplus(rows: readonly PastRow[]): number {
  return [...new Set(rows.map(({key}) => key))].reduce((sum, key) => {
    const all = rows.filter(each => each.key === key);
    const versions = all.filter(({fileId}) => fileId?.startsWith('4_z')).length;
    return sum + all.length - Math.max(versions, 1);
  }, 0);
}
