import {describe, expect, it, onTestFinished} from 'vitest';
import {commitUploads} from '../../../src/backfills/uploads/commit.ts';
import type {Database, Target} from '../../../src/databases/database.ts';
import {allHosts} from '../../support/target-host.ts';
import {Assets, changeOf} from './assets-under-test.ts';

const many = 50;

describe.each(allHosts)('50 providers at the same time on $host', ({begin, host: name}) => {
  const host = begin();

  /** A connection of its own for each. SQLite has a thread for each, and they wait for one lock: it has fewer. */
  const most = {PGlite: 0, SQLite: 10}[name] ?? many;

  async function connections({target, database}: Assets): Promise<readonly Database[]> {
    const opened = await Promise.all(Array.from({length: most}, () => open(target)));
    return Array.from({length: many}, (_, index) => opened[index % Math.max(1, most)] ?? database);
  }

  async function open(target: Target): Promise<Database> {
    const database = await target.openDatabase();
    onTestFinished(() => database.close());
    return database;
  }

  const providers = Array.from({length: many}, (_, index) => `provider ${index}`);
  const expected = Object.fromEntries(providers.map(provider => [provider, `${provider}'s`]));

  it('lose none, in the map of a row that is there', {timeout: 60_000}, async () => {
    const assets = await Assets.make(host);
    await assets.commit(changeOf('a'));
    const row = await assets.link('a');
    const databases = await connections(assets);
    await Promise.all(
      providers.map((provider, index) => {
        const change = {...row, provider, object: `${provider}'s`};
        return databases[index]?.transaction(commitUploads([change], assets.facts));
      }),
    );
    expect(await assets.maps()).toEqual([{pixverse: changeOf('a').object, ...expected}]);
  });

  it('make one row of a content that has none, and lose none', {timeout: 60_000}, async () => {
    const assets = await Assets.make(host);
    const databases = await connections(assets);
    const made = await Promise.all(
      providers.map(async (provider, index) => {
        const change = changeOf('a', {provider, object: `${provider}'s`});
        const [inserted, merged] =
          (await databases[index]?.transaction(commitUploads([change], assets.facts))) ?? [];
        return [inserted?.length, merged?.length];
      }),
    );
    expect(made.filter(([inserted]) => inserted === 1)).toEqual([[1, 0]]);
    expect(made.filter(([, merged]) => merged === 1)).toHaveLength(many - 1);
    expect(await assets.maps()).toEqual([expected]);
  });

  it('make one row of each of many contents, whoever is first', {timeout: 60_000}, async () => {
    const assets = await Assets.make(host);
    const databases = (await connections(assets)).slice(0, 8);
    const contents = Array.from({length: 40}, (_, index) => `content ${index}`);
    const ordered = (index: number) => (index % 2 === 0 ? contents : contents.toReversed());
    await Promise.all(
      databases.map(async (database, index) => {
        const provider = `provider ${index}`;
        for (let from = 0; from < contents.length; from += 10) {
          const page = ordered(index).slice(from, from + 10);
          const changes = page.map(content => changeOf(content, {provider, object: provider}));
          await database.transaction(commitUploads(changes, assets.facts));
        }
      }),
    );
    const maps = await assets.maps();
    expect(maps).toHaveLength(contents.length);
    for (const map of maps) expect(Object.keys(map ?? {})).toHaveLength(databases.length);
  });
});
