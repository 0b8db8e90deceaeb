import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {type Config, loadConfig} from '../../src/config/config.ts';
import {Connections} from '../../src/config/connections.ts';
import {OperatorError} from '../../src/core/operator-error.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {tempFolder} from '../support/temp.ts';

const json = 'headgate.config.json';
const ts = 'headgate.config.ts';

function connect(config: Config): Connections {
  return new Connections({config, environment: {}, now: Date.now});
}

function folderWith(files: Readonly<Record<string, unknown>>): string {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}

async function mistakesIn(content: unknown): Promise<OperatorError> {
  const error = await loadConfig(null, folderWith({[json]: content})).catch((thrown: unknown) => thrown);
  if (!(error instanceof OperatorError)) throw new Error(`not an operator's error: ${String(error)}`);
  return error;
}

describe('a config', () => {
  it('may be missing: everything is as it is by default', async () => {
    const config = await loadConfig(null, tempFolder());
    expect(config).toMatchObject({path: null, ledger: null, sources: {}, targets: {}});
    expect(config.settings).toEqual(defaultSettings);
  });

  it.each(['postgresql+asyncpg://me:secret@db/shop', ' postgres://me:secret@db/shop', 'pglite:folder'])(
    'is refused where its ledger is neither a file nor a Postgres database, and shows no password: %s',
    async ledger => {
      const loading = loadConfig(null, folderWith({[json]: {ledger}}));
      await expect(loading).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/this is neither a file nor the address of a Postgres database$/),
      });
      await expect(loading).rejects.not.toThrow(/secret/);
    },
  );

  it('may name a ledger by the address of a Postgres database', async () => {
    const address = 'postgres://headgate@db.example.org/operations?sslmode=require';
    expect((await loadConfig(null, folderWith({[json]: {ledger: address}}))).ledger).toBe(address);
  });

  it('may be JSON: paths count from its folder, settings are completed', async () => {
    const folder = folderWith({
      [json]: {
        ledger: 'state/ledger.sqlite',
        sources: {photos: {folder: '../photos'}, absolute: {folder: '/srv/photos'}},
        targets: {main: {sqlite: 'index.sqlite', environment: 'production', marks: false}},
        settings: {page: {items: 10}, budgets: {failures: 3}, rate: 5},
      },
    });
    const config = await loadConfig(null, folder);
    expect(config).toMatchObject({
      path: join(folder, json),
      ledger: join(folder, 'state/ledger.sqlite'),
      sources: {photos: {folder: join(folder, '../photos')}, absolute: {folder: '/srv/photos'}},
      targets: {main: {sqlite: join(folder, 'index.sqlite'), environment: 'production', marks: false}},
    });
    expect(config.settings).toEqual({
      ...defaultSettings,
      rate: 5,
      page: {...defaultSettings.page, items: 10},
      budgets: {...defaultSettings.budgets, failures: 3},
    });
  });

  it('may be TypeScript', async () => {
    const folder = folderWith({
      [ts]: `const prefix: string = 'in';
             export default {sources: {photos: {folder: \`\${prefix}dex\`}}} satisfies object;`,
    });
    expect((await loadConfig(null, folder)).sources).toEqual({photos: {folder: join(folder, 'index')}});
  });

  it('may be named from elsewhere: its own folder counts, not the one that it is named from', async () => {
    const folder = folderWith({});
    mkdirSync(join(folder, 'conf'));
    writeFileSync(join(folder, 'conf', 'my.json'), JSON.stringify({ledger: 'l.sqlite'}));
    const config = await loadConfig('conf/my.json', folder);
    expect(config).toMatchObject({path: join(folder, 'conf/my.json'), ledger: join(folder, 'conf/l.sqlite')});
  });
});

describe('a mistake in a config', () => {
  it('is told with its place, and all of them at once', async () => {
    const error = await mistakesIn({
      ledgr: 'l.sqlite',
      sources: {photos: {folder: ''}, 'my photos': {folder: 'x'}},
      targets: {main: {sqlite: 7}},
      settings: {page: {items: 0}, budgets: {failureShare: 5}, drift: {shre: 1}},
    });
    expect(error.code).toBe('usage');
    expect(error.message).toContain('has 7 mistakes');
    for (const place of [
      'ledgr: there is no such setting',
      'sources.photos.folder: ',
      'sources.my photos: a name is made of',
      'targets.main.sqlite: ',
      'settings.page.items: ',
      'settings.budgets.failureShare: ',
      'settings.drift.shre: there is no such setting',
    ])
      expect(error.message).toContain(`\n  ${place}`);
    expect(error.hint).toMatch(/README/);
  });

  it('alone is one mistake', async () => {
    expect((await mistakesIn({rate: 3})).message).toMatch(
      /has 1 mistake:\n {2}rate: there is no such setting$/,
    );
  });

  it.each([
    ['is a list', []],
    ['is null', null],
    ['is a word', '"photos"'],
  ])('of the whole file (it %s) says so', async (_, content) => {
    expect((await mistakesIn(content)).message).toContain('(the whole file): ');
  });

  it.each<[string, Readonly<Record<string, string>>, string | null, RegExp]>([
    ['no JSON', {[json]: '{"ledger": '}, null, /can't be read \(.+\)/],
    ['no TypeScript', {[ts]: 'export default {'}, null, /can't be read \(.+\)/],
    ['code that fails', {[ts]: "throw new Error('no network')"}, null, /can't be read \(no network\)/],
    ['a file that is missing', {}, 'other.json', /other\.json: there is no such file/],
    ['a module without a default', {[ts]: 'export const config = {}'}, null, /whole file/],
  ])('(%s) is an error with a hint', async (_, files, named, message) => {
    const loading = loadConfig(named, folderWith(files));
    await expect(loading).rejects.toMatchObject({
      name: 'OperatorError',
      code: 'usage',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\S{3}/),
    });
  });

  it('(two configs) is refused until one is named', async () => {
    const folder = folderWith({[json]: {ledger: 'json'}, [ts]: "export default {ledger: 'ts'}"});
    await expect(loadConfig(null, folder)).rejects.toMatchObject({
      message: expect.stringMatching(/two configs, headgate\.config\.ts and headgate\.config\.json/),
      hint: expect.stringMatching(/--config/),
    });
    expect((await loadConfig(json, folder)).ledger).toBe(join(folder, 'json'));
  });
});

describe('the digest that a plan is bound to', () => {
  const digest = async (content: unknown) => (await loadConfig(null, folderWith({[json]: content}))).digest;

  it('stays where nothing changes that shapes decisions', async () => {
    expect(await digest({settings: {rate: 3}})).toBe(await digest({}));
  });

  it('changes with sources, targets and pages', async () => {
    const digests = await Promise.all(
      [
        {},
        {sources: {a: {folder: 'a'}}},
        {targets: {a: {sqlite: 'a'}}},
        {targets: {a: {sqlite: 'a', environment: 'production'}}},
        {settings: {page: {items: 9}}},
      ].map(digest),
    );
    expect(new Set(digests).size).toBe(5);
  });
});

describe('what is named on the command line', () => {
  it('is a name from the config before it is a path', async () => {
    const folder = folderWith({
      [json]: {
        sources: {photos: {folder: 'inside'}},
        targets: {main: {sqlite: 'index.sqlite', environment: 'production'}},
      },
    });
    mkdirSync(join(folder, 'inside'));
    const connections = connect(await loadConfig(null, folder));
    expect(await connections.source('photos')).toMatchObject({
      label: 'photos',
      id: `folder:${join(folder, 'inside')}`,
    });
    expect(await connections.target('main')).toMatchObject({
      name: 'main',
      label: 'main',
      environment: 'production',
      id: `sqlite:${join(folder, 'index.sqlite')}`,
    });
    const path = join(folder, 'other.sqlite');
    expect(await connections.target(path)).toMatchObject({
      name: 'other.sqlite',
      label: path,
      environment: null,
    });
  });

  it.each([
    ['source', 'postgres://host/db'],
    ['source', 'd1:name'],
    ['source', ''],
    ['target', 's3://bucket/prefix'],
    ['target', ''],
  ] as const)('the %s %j is told what it may be', async (end, named) => {
    const config = {sources: {photos: {folder: 'x'}}, targets: {photos: {sqlite: 'x'}}};
    const connections = connect(await loadConfig(null, folderWith({[json]: config})));
    await expect(connections[end](named)).rejects.toMatchObject({
      name: 'OperatorError',
      code: 'usage',
      hint: expect.stringContaining('photos'),
    });
  });
});

describe('the backfills of a config', () => {
  it('are a name with its ends: paths count from its folder, and the name may be that of the backfill', async () => {
    const folder = folderWith({
      [json]: {
        sources: {'photos.old': {folder: 'photos'}},
        targets: {main: {sqlite: 'index.sqlite'}},
        backfills: {
          'asset-index': {source: 'photos.old', target: 'main'},
          art: {backfill: 'asset-index', source: './art', target: 'art.sqlite', prefix: 'kcs2/'},
          cloud: {backfill: 'asset-index', source: 's3://my.bucket/art/', target: 'd1:main'},
          typo: {backfill: 'nope', source: 'fotos', target: '/srv/index.sqlite'},
        },
      },
    });
    expect((await loadConfig(null, folder)).backfills).toEqual({
      'asset-index': {backfill: 'asset-index', source: 'photos.old', target: 'main'},
      art: {
        backfill: 'asset-index',
        source: join(folder, 'art'),
        target: join(folder, 'art.sqlite'),
        prefix: 'kcs2/',
      },
      cloud: {backfill: 'asset-index', source: 's3://my.bucket/art/', target: 'd1:main'},
      typo: {backfill: 'nope', source: 'fotos', target: '/srv/index.sqlite'},
    });
    expect((await loadConfig(null, tempFolder())).backfills).toEqual({});
  });

  it('tell their mistakes by place', async () => {
    const {message} = await mistakesIn({
      backfills: {photos: {source: 7, traget: 'x'}, 'my photos': {source: 'a', target: 'b'}},
    });
    for (const place of [
      'backfills.photos.source: name one of this config',
      'backfills.photos.target: name one of this config',
      'backfills.photos.traget: there is no such setting',
      'backfills.my photos: a name is made of',
    ])
      expect(message).toContain(`\n  ${place}`);
  });

  it('do not shape what a run decides', async () => {
    const setups = {photos: {backfill: 'asset-index', source: 'a', target: 'b'}};
    const [without, beside] = await Promise.all(
      [{}, {backfills: setups}].map(content => loadConfig(null, folderWith({[json]: content}))),
    );
    expect(without?.digest).toBe(beside?.digest);
  });
});

describe('credentials in a config', () => {
  const source = (secret: unknown) => ({
    sources: {
      r2: {
        s3: 's3://b',
        endpoint: 'http://127.0.0.1:9',
        credentials: {accessKeyId: 'a', secretAccessKey: secret},
      },
    },
  });

  it('are taken from the variable that it names', async () => {
    const config = await loadConfig(null, folderWith({[json]: source({env: 'R2_SECRET'})}));
    await expect(connect(config).source('r2')).rejects.toMatchObject({
      code: 'auth',
      message: 'source r2: R2_SECRET is not set, and its config takes a credential from it',
    });
    const connections = new Connections({config, environment: {R2_SECRET: 'known'}, now: Date.now});
    expect(await connections.source('r2')).toMatchObject({label: 'r2', id: 's3:127.0.0.1:9/b'});
  });

  it('renewed are the same config', async () => {
    const digests = ['one', 'two'].map(
      async secret => (await loadConfig(null, folderWith({[json]: source(secret)}))).digest,
    );
    const [one, two] = await Promise.all(digests);
    expect(one).toBe(two);
  });

  it('are both needed', async () => {
    const error = await mistakesIn({sources: {r2: {s3: 's3://b', credentials: {accessKeyId: 'a'}}}});
    expect(error.message).toContain('sources.r2');
  });
});
