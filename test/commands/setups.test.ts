import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it} from 'vitest';
import {scopeOf} from '../../src/commands/scope-options.ts';
import {Session, type Surroundings} from '../../src/commands/session.ts';
import {setupsOf} from '../../src/commands/setups.ts';
import type {Setup} from '../../src/console/setup.ts';
import {thisProcess} from '../../src/engine/holder.ts';
import type {RunOrder} from '../../src/ledger/records.ts';
import {order} from '../ledger/ledger-under-test.ts';
import {makeIndex} from '../support/assets.ts';
import {tempFolder} from '../support/temp.ts';

interface World {
  readonly cwd: string;
  readonly config?: object;
  /** Runs that were made before, oldest first. */
  readonly runs?: readonly Partial<RunOrder>[];
}

/** What the console offers to an operator who starts it in a folder. */
async function offered(
  {cwd, config = {}, runs = []}: World,
  options: Parameters<typeof setupsOf>[1] = {},
  look: (setups: readonly Setup[]) => Promise<void> | void = () => undefined,
): Promise<readonly Omit<Setup, 'open' | 'scope' | 'backfill' | 'prefix'>[]> {
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify(config));
  const surroundings: Surroundings = {
    cwd,
    defaultLedger: join(cwd, 'ledger.sqlite'),
    program: 'test',
    self: thisProcess('setups'),
    now: Date.now,
    random: Math.random,
    at: () => undefined,
    environment: {},
    out: () => undefined,
    err: () => undefined,
    terminal: null,
    follow: () => undefined,
  };
  let found: readonly Setup[] = [];
  await Session.with(surroundings, {config: join(cwd, 'headgate.config.json')}, async session => {
    for (const [index, run] of runs.entries())
      await session.ledger.runs.create(
        order(`run-${index}`, {createdAt: index, scope: {prefix: ''}, ...run}),
      );
    found = await setupsOf(session, options);
    await look(found);
    return 0;
  });
  return found.map(({name, sourceLabel, targetLabel, environment}) => ({
    name,
    sourceLabel,
    targetLabel,
    environment,
  }));
}

const places = {
  sources: {photos: {folder: 'photos'}, music: {folder: 'music'}},
  targets: {prod: {sqlite: 'prod.sqlite', environment: 'production'}, staging: {sqlite: 'staging.sqlite'}},
};

describe('what is offered', () => {
  it('is what was named, under whatever the config and the ledger know', async () => {
    const cwd = tempFolder();
    makeIndex(join(cwd, 'prod.sqlite'), []);
    expect(await offered({cwd, config: places}, {source: 'photos', target: 'prod'})).toEqual([
      {name: 'asset-index', sourceLabel: 'photos', targetLabel: 'prod', environment: 'production'},
    ]);
  });

  it('takes a mistyped provider for no folder: it stays what was typed, and the probe names those that the config has', async () => {
    const cwd = tempFolder();
    mkdirSync(join(cwd, 'camera'));
    makeIndex(join(cwd, 'assets.sqlite'), []);
    const config = {
      providers: {disk: {folder: 'disk'}, disk2: {folder: 'disk2'}},
      backfills: {uploads: {source: './camera', target: './assets.sqlite', provider: 'dsk', user: '7'}},
    };
    await offered({cwd, config}, {}, async ([setup]) => {
      if (setup === undefined) throw new Error('uploads is not offered');
      expect(setup.whose).toEqual({provider: 'dsk', user: '7'});
      const {backfill, source, target} = await setup.open();
      const scope = setup.scope({backfill, source, target, options: {}});
      expect(scope).toMatchObject({provider: 'dsk'});
      if (!('provider' in source) || typeof source.provider !== 'function')
        throw new Error('no uploads source');
      await expect(source.provider('dsk')).rejects.toThrow(
        /no provider "dsk" in the config: it has disk, disk2/,
      );
    });
  });

  it('reads for uploads-repair the provider, and needs no folder for it', async () => {
    const cwd = tempFolder();
    const config = {providers: {cam: {folder: 'cam'}}};
    const named = {target: 'assets.sqlite', provider: 'cam'};
    const repair = {name: 'uploads-repair', sourceLabel: 'cam', environment: null};
    expect(await offered({cwd, config}, {...named, backfill: 'uploads-repair'})).toMatchObject([repair]);
    const backfills = {'uploads-repair': named};
    expect(await offered({cwd, config: {...config, backfills}})).toMatchObject([repair]);
    const both = await offered({cwd, config}, {...named, user: '7', folder: ['videos']});
    expect(both).toMatchObject([{name: 'uploads', sourceLabel: expect.stringMatching(/videos$/)}, repair]);
    await expect(offered({cwd}, {target: 'assets.sqlite', backfill: 'uploads-repair'})).rejects.toThrow(
      'no provider is named',
    );
  });

  it('is what the tables of a file are for; of one without tables everything that fits', async () => {
    const cwd = tempFolder();
    using db = new DatabaseSync(join(cwd, 'prod.sqlite'));
    const named = {source: 'photos', target: 'prod'};
    const ofArtifacts = ['artifacts-cleanup', 'artifacts-index', 'artifacts-inventory'];
    const ofMedia = ['media-ingest', 'media-doubles', 'media-seen', 'media-prune'];
    const names = async () => (await offered({cwd, config: places}, named)).map(({name}) => name);
    expect(await names()).toEqual(['asset-index', ...ofArtifacts, ...ofMedia]);
    db.exec('CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY)');
    expect(await names()).toEqual(ofArtifacts);
    // What reads its target alone needs no source, and is offered without one.
    expect(await offered({cwd, config: places}, {target: 'prod'})).toEqual([
      {name: 'artifacts-cleanup', sourceLabel: '', targetLabel: 'prod', environment: 'production'},
      {name: 'artifacts-index', sourceLabel: '', targetLabel: 'prod', environment: 'production'},
    ]);
  });

  it('is not half of what was named: the other end is asked for', async () => {
    const cwd = tempFolder();
    await expect(offered({cwd}, {source: 'photos'})).rejects.toThrow(/target/);
    makeIndex(join(cwd, 'index.sqlite'), []);
    const target = join(cwd, 'index.sqlite');
    await expect(offered({cwd}, {target})).rejects.toThrow(/source/);
    await expect(offered({cwd}, {source: 'a', target: 'b', backfill: 'asset-indx'})).rejects.toThrow(
      /asset-indx/,
    );
  });

  it('is what the config names, with its ends and its marks', async () => {
    const backfills = {
      'asset-index': {source: 'photos', target: 'prod'},
      try: {backfill: 'asset-index', source: 'photos', target: 'staging', prefix: 'a/'},
    };
    expect(await offered({cwd: tempFolder(), config: {...places, backfills}})).toEqual([
      {name: 'asset-index', sourceLabel: 'photos', targetLabel: 'prod', environment: 'production'},
      {name: 'try', sourceLabel: 'photos', targetLabel: 'staging', environment: null},
    ]);
  });

  it('is one source and one target where a config has no more', async () => {
    const config = {sources: {photos: {folder: 'photos'}}, targets: {prod: {sqlite: 'prod.sqlite'}}};
    const cwd = tempFolder();
    makeIndex(join(cwd, 'prod.sqlite'), []);
    expect(await offered({cwd, config})).toMatchObject([
      {name: 'asset-index', sourceLabel: 'photos', targetLabel: 'prod'},
    ]);
    expect(await offered({cwd: tempFolder(), config: places})).toEqual([]);
  });

  it('is what was run before, the newest first, each pair once', async () => {
    const runs = [
      {sourceLabel: 'photos', targetLabel: 'prod'},
      {sourceLabel: 'music', targetLabel: 'prod'},
      {sourceLabel: 'photos', targetLabel: 'prod'},
      {sourceLabel: '', targetLabel: 'prod', mode: 'verify' as const},
      {backfill: 'a backfill that is no more', sourceLabel: 'photos', targetLabel: 'prod'},
    ];
    expect(await offered({cwd: tempFolder(), config: places, runs})).toMatchObject([
      {sourceLabel: 'photos'},
      {sourceLabel: 'music'},
    ]);
  });

  it('is nothing where nothing is known', async () => {
    expect(await offered({cwd: tempFolder()})).toEqual([]);
  });
});

describe('doubles', () => {
  it('what the config names and was run before is offered once, by its name in the config', async () => {
    const backfills = {nightly: {backfill: 'asset-index', source: 'photos', target: 'prod'}};
    const runs = [{sourceLabel: 'photos', targetLabel: 'prod'}];
    expect(await offered({cwd: tempFolder(), config: {...places, backfills}, runs})).toMatchObject([
      {name: 'nightly'},
    ]);
  });

  it('a part of a source is another backfill than all of it', async () => {
    const backfills = {
      all: {backfill: 'asset-index', source: 'photos', target: 'prod'},
      part: {backfill: 'asset-index', source: 'photos', target: 'prod', prefix: 'a/'},
      again: {backfill: 'asset-index', source: 'photos', target: 'prod', prefix: 'a/'},
    };
    expect(await offered({cwd: tempFolder(), config: {...places, backfills}})).toMatchObject([
      {name: 'all'},
      {name: 'part'},
    ]);
  });

  it('no two have the same name', async () => {
    const cwd = tempFolder();
    const backfills = {'asset-index': {source: 'photos', target: 'prod'}};
    const runs = [
      {sourceLabel: 'photos', targetLabel: 'staging'},
      {sourceLabel: 'music', targetLabel: 'staging'},
    ];
    const names = (await offered({cwd, config: {...places, backfills}, runs})).map(({name}) => name);
    expect(names).toHaveLength(3);
    expect(new Set(names).size).toBe(3);
  });
});

describe('flags without ends', () => {
  const backfills = {nightly: {backfill: 'asset-index', source: 'photos', target: 'prod'}};

  it('--backfill leaves out every other, and one that there is not is an error', async () => {
    const world = {cwd: tempFolder(), config: {...places, backfills}};
    expect(await offered(world, {backfill: 'asset-index'})).toMatchObject([{name: 'nightly'}]);
    await expect(offered(world, {backfill: 'asset-indx'})).rejects.toThrow(/asset-indx/);
  });

  it('--prefix narrows what is offered', async () => {
    const cwd = tempFolder();
    mkdirSync(join(cwd, 'photos'));
    makeIndex(join(cwd, 'prod.sqlite'));
    await offered({cwd, config: {...places, backfills}}, {prefix: 'a/'}, async ([setup]) => {
      if (setup === undefined) throw new Error('nothing is offered');
      const connection = await setup.open();
      expect(setup.scope(connection)).toEqual(scopeOf(connection, {prefix: 'a/'}));
      expect(setup.scope(connection)).toMatchObject({prefix: 'a/'});
    });
  });
});
