import {utimesSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ArtifactsWorld} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';

const objects = ['sec/1.htm', 'sec/2.htm', 'hkex/3.pdf', 'odd/4.bin', 'root.pdf'];

describe.each(targetHosts)('on $host', ({host, begin}) => {
  const hosted = begin();

  /** A table of the test's own, with objects that are all of one time. */
  async function make(columns: string, rows = ''): Promise<ArtifactsWorld> {
    const table = `CREATE TABLE artifacts (${columns}, source_type TEXT, r2_bucket TEXT, r2_key TEXT)`;
    const world = await ArtifactsWorld.make(hosted, {
      schema: `${table}; CREATE TABLE datapoints (artifact_id TEXT); ${rows}`,
      guards: [],
      tables: ['artifacts'],
      objects,
    });
    const modified = new Date('2025-03-04T05:06:07.890Z');
    for (const key of objects) utimesSync(join(world.folder, key), modified, modified);
    return world;
  }

  describe('dates are written as the table writes its own:', () => {
    // Both hosts format alike: once is enough.
    it.skipIf(host === 'D1').each([
      ['ISO', 'TEXT', "'2024-01-02T03:04:05Z'", '2025-03-04T05:06:07.890Z'],
      ['ISO, a day', 'TEXT', "'2024-01-02'", '2025-03-04T05:06:07.890Z'],
      ['as SQL does', 'TEXT', "'2024-01-02 03:04:05'", '2025-03-04 05:06:07'],
      ['seconds', 'INTEGER', '1700000000', 1_741_064_767],
      ['seconds, with fractions', 'REAL', '1700000000.5', 1_741_064_767],
      ['milliseconds', 'INTEGER', '1700000000000', 1_741_064_767_890],
      ['in an empty table, ISO', 'TEXT', null, '2025-03-04T05:06:07.890Z'],
      ['where there are only NULLs, ISO', 'TEXT', 'NULL', '2025-03-04T05:06:07.890Z'],
    ])('%s', async (_, type, sample, expected) => {
      const row = `INSERT INTO artifacts (id, fetched_at, r2_bucket, r2_key, source_type) VALUES (1, ${sample}, 'docs', 'old', 'sec')`;
      const world = await make(`id INTEGER PRIMARY KEY, fetched_at ${type}`, sample === null ? '' : row);
      const before = await world.digest();
      const live = await world.run('artifacts-inventory', {prefix: 'root'});
      expect(live.record).toMatchObject({status: 'completed', tally: {inserted: 1}});
      const dates = await world.sql("SELECT fetched_at FROM artifacts WHERE r2_key = 'root.pdf'");
      expect(dates).toEqual([{fetched_at: expected}]);
      await world.undo(live.record);
      expect(await world.digest()).toBe(before);
    });
  });

  it('ids that are texts are the same for the same object, wherever the row is made', async () => {
    const world = await make('id TEXT PRIMARY KEY, fetched_at, source_url TEXT NOT NULL');
    const first = await world.run('artifacts-inventory');
    const before = await world.digest();
    const rows = await world.sql('SELECT id, source_url, r2_key FROM artifacts ORDER BY r2_key');
    expect(rows.map(row => row['source_url'])).toEqual(objects.toSorted().map(key => `r2://docs/${key}`));
    for (const row of rows)
      expect(row['id']).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
    expect(new Set(rows.map(row => row['id'])).size).toBe(5);
    await world.undo(first.record);
    expect(await world.sql('SELECT * FROM artifacts')).toEqual([]);
    await world.run('artifacts-inventory');
    expect(await world.digest()).toBe(before);
  });
});
