import {writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {describe, expect, it} from 'vitest';
import {loadConfig} from '../../src/config/config.ts';
import {Connections} from '../../src/config/connections.ts';
import {tempFolder} from '../support/temp.ts';

async function connectionsIn(
  content: unknown,
  environment: Readonly<Record<string, string>> = {},
): Promise<{readonly connections: Connections; readonly folder: string; readonly digest: string}> {
  const folder = tempFolder();
  writeFileSync(join(folder, 'headgate.config.json'), JSON.stringify(content));
  const config = await loadConfig(null, folder);
  return {connections: new Connections({config, environment, now: Date.now}), folder, digest: config.digest};
}

describe('a Postgres target', () => {
  it('is named by its address, without the password and with what the environment says', async () => {
    const {connections} = await connectionsIn({}, {PGUSER: 'me', PGHOST: 'db'});
    for (const [named, label] of [
      ['postgresql://you:secret@DB:5432/shop', 'postgres://you@db/shop'],
      ['postgres:///shop', 'postgres://me@db/shop'],
    ] as const) {
      const target = await connections.target(named);
      expect(target).toMatchObject({name: 'shop', label, id: 'postgres:db:5432/shop', service: 'other'});
      expect(connections.targetLabel(named)).toBe(label);
      expect((await connections.target(label)).id).toBe(target.id);
    }
  });

  it('of the config is called by its name there, and has its password from where that says', async () => {
    const content = {
      targets: {
        main: {
          postgres: 'postgres://me@db/shop',
          password: {env: 'SHOP_PASSWORD'},
          environment: 'production',
        },
      },
    };
    const {connections} = await connectionsIn(content, {SHOP_PASSWORD: 'secret'});
    expect(await connections.target('main')).toMatchObject({
      name: 'main',
      label: 'main',
      environment: 'production',
      id: 'postgres:db:5432/shop',
    });
    const {connections: without} = await connectionsIn(content);
    await expect(without.target('main')).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/^target main: SHOP_PASSWORD is not set/),
    });
  });

  it('of the config keeps its password out of the address, and of the digest', async () => {
    await expect(
      connectionsIn({targets: {main: {postgres: 'postgres://me:secret@db/shop'}}}),
    ).rejects.toThrow(/targets\.main\.postgres: a password stays out of the address/);
    await expect(connectionsIn({targets: {main: {postgres: 'mysql://db'}}})).rejects.toThrow(
      /targets\.main\.postgres: a Postgres database is written/,
    );
    const digests = await Promise.all(
      [{}, {password: 'a'}, {password: {env: 'B'}}].map(async more => {
        const {digest} = await connectionsIn({targets: {main: {postgres: 'postgres://db/shop', ...more}}});
        return digest;
      }),
    );
    expect(new Set(digests).size).toBe(1);
  });
});

describe('a PGlite target', () => {
  it('is named by its folder, and found again by that from anywhere', async () => {
    const {connections} = await connectionsIn({});
    const target = await connections.target('pglite:some/shop');
    const label = `pglite:${resolve('some/shop')}`;
    expect(target).toMatchObject({name: 'shop', label, id: label, service: 'local'});
    expect(connections.targetLabel('pglite:some/shop')).toBe(label);
    expect((await connections.target(label)).id).toBe(target.id);
  });

  it('of the config is a folder beside it', async () => {
    const {connections, folder} = await connectionsIn({
      targets: {main: {pglite: 'shop'}},
      backfills: {records: {source: 'a', target: 'pglite:other'}},
    });
    expect(await connections.target('main')).toMatchObject({
      name: 'main',
      label: 'main',
      id: `pglite:${join(folder, 'shop')}`,
    });
    expect((await loadConfig(null, folder)).backfills).toMatchObject({
      records: {target: `pglite:${join(folder, 'other')}`},
    });
  });

  it.each(['pglite:', 'mysql://db/shop'])('is not what %s names', async named => {
    const {connections} = await connectionsIn({});
    await expect(connections.target(named)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(
        /this is not an SQLite file, a D1 database \(d1:NAME\), a Postgres database \(postgres:.*\) or a PGlite folder \(pglite:DIR\)/,
      ),
    });
  });
});

it('DRY_RUN keeps every kind of target from being written', async () => {
  const {connections} = await connectionsIn({}, {DRY_RUN: '1'});
  for (const named of ['postgres://db/shop', 'pglite:shop'])
    await expect((await connections.target(named)).openDatabase()).rejects.toMatchObject({code: 'gate'});
});
