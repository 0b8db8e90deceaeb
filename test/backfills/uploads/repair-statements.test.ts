import {describe, expect, it} from 'vitest';
import {commitRepair, undoRepair} from '../../../src/backfills/uploads/repair/change.ts';
import {allHosts} from '../../support/target-host.ts';
import {Assets, hashOf} from './assets-under-test.ts';

describe.each(allHosts)('statements of uploads-repair on $host', ({begin}) => {
  const host = begin();

  const [right, other] = [hashOf('right'), hashOf('other')];
  const mend = (id: string, before: string | null, after = right) => ({
    key: `key of ${id}`,
    id,
    before,
    after,
  });

  async function assetsWith(...rows: readonly (readonly [user: string, hash: string | null])[]) {
    const assets = await Assets.make(host);
    for (const [user, hash] of rows)
      await assets.sql(
        `INSERT INTO assets (user_id, sha256) VALUES ('${user}', ${hash === null ? 'NULL' : `'${hash}'`})`,
      );
    return assets;
  }

  it('fill what is missing, correct what is wrong, and put both back', async () => {
    const assets = await assetsWith(['7', null], ['8', other], ['9', 'nonsense']);
    const changes = [mend('1', null), mend('2', other), mend('3', 'nonsense')];
    expect(await assets.run(commitRepair(changes, assets.facts))).toEqual({
      'key of 1': 'updated',
      'key of 2': 'updated',
      'key of 3': 'updated',
    });
    expect(await assets.rows('sha256')).toMatchObject([{sha256: right}, {sha256: right}, {sha256: right}]);
    await assets.run(undoRepair(changes, assets.facts));
    expect(await assets.rows('sha256')).toMatchObject([
      {sha256: null},
      {sha256: other},
      {sha256: 'nonsense'},
    ]);
  });

  it('leave a row that has another hash by now, and one whose new hash another row of its user has', async () => {
    const assets = await assetsWith(['7', right], ['7', null], ['8', other]);
    const changes = [mend('2', null), mend('3', null), mend('4', null)];
    expect(await assets.run(commitRepair(changes, assets.facts))).toEqual({});
    expect(await assets.rows('sha256')).toMatchObject([{sha256: right}, {sha256: null}, {sha256: other}]);
  });

  it('fail as a whole where two rows of a user would get one hash', async () => {
    const assets = await assetsWith(['7', null], ['7', null]);
    const changes = [mend('1', null), mend('2', null)];
    await expect(assets.run(commitRepair(changes, assets.facts))).rejects.toMatchObject({kind: 'refused'});
    expect(await assets.run(commitRepair(changes.slice(0, 1), assets.facts))).toEqual({
      'key of 1': 'updated',
    });
  });
});
