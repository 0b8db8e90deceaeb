import {describe, expect, it} from 'vitest';
import {idOf, keyOf} from '../../../src/backfills/uploads/repair/keys.ts';
import {storedAssets} from '../../../src/backfills/uploads/stored-assets.ts';
import {compareKeys} from '../../../src/core/keys.ts';
import {allHosts} from '../../support/target-host.ts';
import {Assets, documented} from './assets-under-test.ts';

describe.each(allHosts)('keys of uploads-repair on $host', ({begin}) => {
  const host = begin();

  const numbers = [
    ...['-9223372036854775808', '-9223372036854775807', '-10', '-9', '-1'],
    ...['0', '1', '9', '10', '1000', '9223372036854775807'],
  ];
  const texts = ['-1', '-2', '0', '009', '10', '9', 'A', '_', 'a', 'b', 'é', '\u{FFFD}', '😀'];

  async function listed(type: string, ids: readonly string[]) {
    const assets = await Assets.make(host, dialect =>
      documented(dialect).replace(/id (?:INTEGER|BIGINT)[^,]*,/, `id ${type} PRIMARY KEY,`),
    );
    for (const id of ids.toReversed())
      await assets.sql(
        `INSERT INTO assets (id, user_id, provider_id, provider_asset_id) VALUES (${type === 'TEXT' ? `'${id}'` : id}, '7', 'p', 'o')`,
      );
    const keys = async (after: string | null) => {
      const whose = {user: null, provider: 'p'};
      const found: string[] = [];
      const pages = storedAssets(assets.database, assets.facts, whose, new AbortController().signal, after);
      for await (const page of pages) found.push(...page.map(({id}) => keyOf(id, assets.facts)));
      return found;
    };
    return {facts: assets.facts, keys};
  }

  it.each([
    ['BIGINT', numbers],
    ['TEXT', texts],
  ])('are in the order of the rows, where an id is %s, and lead back to it', async (type, ids) => {
    const {facts, keys} = await listed(type, ids);
    const all = await keys(null);
    expect(all).toHaveLength(ids.length);
    expect(all.toSorted(compareKeys)).toEqual(all);
    expect(all.map(key => idOf(key, facts))).toEqual(ids);
    for (const [at, key] of all.entries()) expect(await keys(idOf(key, facts))).toEqual(all.slice(at + 1));
  });
});
