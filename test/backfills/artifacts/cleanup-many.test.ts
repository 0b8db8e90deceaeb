import {expect, it} from 'vitest';
import {ArtifactsWorld} from '../../support/artifacts.ts';
import {sqliteHosted} from '../../support/target-host.ts';

it('more groups than one query finds are all cleaned up, each once', {timeout: 60_000}, async () => {
  const groups = 5_200;
  const world = await ArtifactsWorld.make(sqliteHosted);
  await world.sql(`
    INSERT INTO artifacts (artifact_id, source_type, fetched_at, r2_bucket, r2_key)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${2 * groups})
    SELECT i, 'sec', i, 'docs', printf('%05d', i % ${groups}) FROM n;
    INSERT INTO datapoints SELECT artifact_id, artifact_id, 'm' || artifact_id, 1 FROM artifacts`);
  const before = await world.digest();
  const plan = await world.rehearse('artifacts-cleanup');
  expect(plan.record).toMatchObject({status: 'completed', tally: {deleted: groups}});
  const live = await world.live(plan.record);
  expect(live.record).toMatchObject({status: 'completed', tally: {deleted: groups, rows: 2 * groups}});
  expect(await world.sql('SELECT count(*) AS rows, min(artifact_id) AS oldest FROM artifacts')).toEqual([
    {rows: groups, oldest: groups + 1},
  ]);
  await world.undo(live.record);
  expect(await world.digest()).toBe(before);
});
