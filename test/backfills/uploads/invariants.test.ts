import {describe, expect, it} from 'vitest';
import type {CheckIo} from '../../../src/backfills/invariant.ts';
import type {Shape} from '../../../src/backfills/shape.ts';
import {invariants} from '../../../src/backfills/uploads/invariants.ts';
import {probeAssets} from '../../../src/backfills/uploads/probe.ts';
import type {Reader} from '../../../src/databases/database.ts';
import {noKept} from '../../support/no-kept.ts';
import {allHosts} from '../../support/target-host.ts';
import {Assets, changeOf, documented, hashOf} from './assets-under-test.ts';

describe.each(allHosts)('the invariants of assets on $host', ({begin}) => {
  const host = begin();

  async function measured(assets: Assets, duplicatesAreLegal = false) {
    const probe = await probeAssets(assets.database, {duplicatesAreLegal});
    const found = await Promise.all(
      invariants<Shape>(probe).map(async ({id, severity, measure}) => {
        const {count, sample} = await measure(ioOn(assets.database));
        return [id, {severity, count, sample}] as const;
      }),
    );
    return Object.fromEntries(found);
  }

  it('hold of what a run has made', async () => {
    const assets = await Assets.make(host);
    await assets.commit(changeOf('a'), changeOf('b', {sha256: null}));
    await assets.commit(await assets.link('a', {provider: 'runway'}));
    await assets.sql("INSERT INTO assets (user_id) VALUES ('8')");
    expect(Object.values(await measured(assets)).map(({count}) => count)).toEqual([0, 0, 0]);
  });

  it('name hashes in another form', async () => {
    const assets = await Assets.make(host);
    const hash = hashOf('a');
    for (const wrong of [hash.toUpperCase(), hash.slice(1), `${hash}0`, 'not a hash', ''])
      await assets.sql(`INSERT INTO assets (user_id, sha256) VALUES ('7', '${wrong}')`);
    await assets.sql(`INSERT INTO assets (user_id, sha256) VALUES ('7', '${hash}')`);
    const {'hash-format': check} = await measured(assets);
    expect(check).toMatchObject({severity: 'blocking', count: 5});
    expect(check?.sample[0]).toEqual({key: 'asset 1', detail: hash.toUpperCase()});
  });

  it('name maps that nothing can be added to', async () => {
    const assets = await Assets.make(host);
    const maps = [
      '[]',
      '"pixverse"',
      '3',
      '{"p": 3}',
      '{"p": null}',
      '{"p": {"url": "u"}}',
      '{"p": ["x"]}',
      '{"p": "x", "q": {"id": "y", "url": "u"}}',
      '{}',
      'null',
    ];
    for (const map of maps)
      await assets.sql(`INSERT INTO assets (user_id, provider_uploads) VALUES ('7', '${map}')`);
    if (assets.facts.dialect === 'sqlite')
      await assets.sql("INSERT INTO assets (user_id, provider_uploads) VALUES ('7', '{broken')");
    const {'uploads-are-a-map': check} = await measured(assets);
    expect(check?.count).toBe(assets.facts.dialect === 'sqlite' ? 8 : 7);
    expect(check?.sample[0]).toEqual({key: 'asset 1', detail: '[]'});
  });

  it('count contents that a user has twice, and name their rows', async () => {
    const schema = (dialect: Parameters<typeof documented>[0]) =>
      documented(dialect).replace(/CREATE UNIQUE INDEX[^;]*;/, '');
    const hosted = await host();
    await hosted.sql(schema(hosted.target.dialect));
    const assets = await Assets.on(hosted);
    const [a, b] = [hashOf('a'), hashOf('b')];
    for (const [user, hash] of [
      ['7', a],
      ['7', a],
      ['8', a],
      ['8', b],
    ])
      await assets.sql(`INSERT INTO assets (user_id, sha256) VALUES ('${user}', '${hash}')`);
    const {'one-row-per-content': check} = await measured(assets);
    expect(check).toEqual({
      severity: 'blocking',
      count: 1,
      sample: [{key: `user 7, ${a}`, detail: '2 rows: assets 1, 2'}],
    });
    expect((await measured(assets, true))['one-row-per-content']).toMatchObject({
      severity: 'warning',
      count: 1,
    });
  });
});

/** What looks at the target alone needs nothing else. */
function ioOn(target: Reader): CheckIo<Shape> {
  return {
    target,
    source: null,
    scope: {},
    options: {},
    signal: new AbortController().signal,
    placed: (_, request) => request(),
    limited: (_, request) => request(),
    kept: noKept,
    onBytes: () => undefined,
    now: Date.now,
    random: Math.random,
    range: {lo: '', hi: null},
    sample: 0,
    causes: async () => new Map(),
    reached: async () => null,
    remembered: async () => null,
    async *written() {},
  };
}
