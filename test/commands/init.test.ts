import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {describe, expect, it} from 'vitest';
import {uploadOptions} from '../../src/backfills/uploads/options.ts';
import {loadConfig} from '../../src/config/config.ts';
import {configTemplate} from '../../src/config/template.ts';
import {defaultSettings} from '../../src/engine/settings.ts';
import {writeAsset} from '../support/assets.ts';
import {type Ended, runProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

const name = 'headgate.config.ts';
const text = configTemplate('export default');
/** `// name: value,`, with or without a remark behind it. */
const example = /^(\s*)\/\/ (\w+: .+,)( \/\/ .*)?$/;
const examples = text.split('\n').filter(line => example.test(line));

function uncommented(lines: readonly string[]): string {
  const wanted = new Set(lines);
  return text
    .split('\n')
    .map(line => (wanted.has(line) ? line.replace(example, '$1$2$3') : line))
    .join('\n');
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const cwd = tempFolder();
  for (const [file, content] of Object.entries(files)) writeFileSync(join(cwd, file), content);
  return cwd;
}

const headgate = (cwd: string, ...args: readonly string[]): Promise<Ended> => runProgram(args, {cwd});

describe('the config that is made', () => {
  it('changes nothing, and every command takes it without a word', async () => {
    const cwd = tempFolder();
    const made = await headgate(cwd, 'init');
    expect(made.code).toBe(0);
    expect(made.err).toBe('');
    expect(made.out).toMatch(/^made .*headgate\.config\.ts\n[\s\S]*\n {2}headgate doctor\n/);
    expect(readdirSync(cwd)).toEqual([name]);
    expect(readFileSync(join(cwd, name), 'utf8')).toBe(text);
    expect(await loadConfig(null, cwd)).toEqual({
      ...(await loadConfig(null, tempFolder())),
      path: join(cwd, name),
    });
    const doctor = await headgate(cwd, 'doctor');
    expect(doctor).toMatchObject({code: 0, err: ''});
    expect(doctor.out).toMatch(/config: .*headgate\.config\.ts/);
  });

  it('is a line for programs, too', async () => {
    const cwd = tempFolder();
    const {lines} = await headgate(cwd, 'init', '--json');
    expect(lines[0]).toEqual({type: 'config', file: join(cwd, name)});
  });

  it.each(['{}', '{"type": "commonjs"}', '{"type": "module"}'])(
    'is a module as Node takes it below a package.json of %s',
    async manifest => {
      const cwd = join(folderWith({'package.json': manifest}), 'below');
      mkdirSync(cwd);
      expect((await headgate(cwd, 'init')).code).toBe(0);
      expect(await headgate(cwd, 'doctor')).toMatchObject({code: 0, err: ''});
    },
  );

  it('has its own name with --config, beside another', async () => {
    const cwd = folderWith({'headgate.config.json': '{}'});
    const made = await headgate(cwd, 'init', '--config', 'other.ts');
    expect(made.code).toBe(0);
    expect(made.out).toContain('headgate doctor --config other.ts');
    expect((await headgate(cwd, 'doctor', '--config', 'other.ts')).out).toMatch(/config: .*other\.ts/);
  });
});

describe('what is there already', () => {
  it.each([name, 'headgate.config.json'])('(%s) is left as it is', async there => {
    const cwd = folderWith({[there]: 'mine'});
    const refused = await headgate(cwd, 'init');
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/: it is there already, and is left as it is\nEdit it/);
    expect(readdirSync(cwd)).toEqual([there]);
    expect(readFileSync(join(cwd, there), 'utf8')).toBe('mine');
  });

  it('also where it is a link that leads nowhere, or was named', async () => {
    const cwd = folderWith({'mine.ts': 'mine'});
    symlinkSync(join(cwd, 'nowhere.ts'), join(cwd, name));
    expect((await headgate(cwd, 'init')).code).toBe(2);
    expect(existsSync(join(cwd, 'nowhere.ts'))).toBe(false);
    expect((await headgate(cwd, 'init', '--config', 'mine.ts')).code).toBe(2);
    expect(readFileSync(join(cwd, 'mine.ts'), 'utf8')).toBe('mine');
  });

  it.each([
    ['a file that holds no comments', 'other.json', /only a \.ts file can hold/],
    ['a folder that is not there', 'none/other.ts', /can't be written/],
  ])('and %s is refused', async (_, file, said) => {
    const refused = await headgate(tempFolder(), 'init', '--config', file);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(said);
  });
});

describe('its examples', () => {
  it.each(examples.map(line => [line.trim(), line]))('%s is right alone', async (_, line) => {
    await expect(loadConfig(null, folderWith({[name]: uncommented([line])}))).resolves.toMatchObject({
      settings: defaultSettings,
    });
  });

  it('are right together: every kind of source, target and provider, and every setting at its default', async () => {
    const cwd = folderWith({[name]: uncommented(examples)});
    const module: {readonly default: unknown} = await import(pathToFileURL(join(cwd, name)).href);
    expect(module.default).toEqual({
      ledger: expect.any(String),
      options: {artifacts: expect.any(Object), uploads: uploadOptions.parse({})},
      backfills: {
        uploads: {source: 'photos', target: 'index', provider: 'archive', user: '7'},
        photos: {backfill: 'asset-index', source: 'photos', target: 'index', prefix: expect.any(String)},
      },
      sources: {
        photos: {folder: expect.any(String)},
        both: {folders: ['photos', 'videos']},
        listed: {inventory: expect.any(String)},
        aws: {s3: expect.stringMatching(/^s3:/), region: expect.any(String), profile: expect.any(String)},
        r2: expect.objectContaining({endpoint: expect.stringContaining('.r2.cloudflarestorage.com')}),
        b2: expect.objectContaining({endpoint: expect.stringContaining('.backblazeb2.com')}),
        media: expect.objectContaining({
          credentials: {accessKeyId: {env: expect.any(String)}, secretAccessKey: {env: expect.any(String)}},
        }),
        own: expect.objectContaining({endpoint: expect.stringMatching(/^https:/)}),
      },
      targets: {
        index: expect.objectContaining({sqlite: expect.any(String), marks: true}),
        main: expect.objectContaining({d1: expect.any(String), marks: true}),
        records: {postgres: expect.stringMatching(/^postgres:/), password: {env: expect.any(String)}},
        local: {pglite: expect.any(String)},
      },
      providers: {
        archive: {folder: expect.any(String)},
        cdn: expect.objectContaining({s3: expect.stringMatching(/^s3:/), profile: expect.any(String)}),
      },
      settings: defaultSettings,
    });
    expect((await loadConfig(null, cwd)).settings).toEqual(defaultSettings);
  });

  it('work as they stand, once what they name is there', async () => {
    const wanted = examples.filter(line => /\b(?:folder|sqlite):/.test(line));
    const cwd = folderWith({[name]: uncommented(wanted)});
    writeAsset(join(cwd, 'photos'), 'a.jpg', 'a');
    mkdirSync(join(cwd, 'archive'));
    expect((await headgate(cwd, 'migrate', 'asset-index', '--target', 'index')).code).toBe(0);
    expect((await headgate(cwd, 'doctor')).code).toBe(0);
    const run = await headgate(
      cwd,
      'run',
      'asset-index',
      '--source',
      'photos',
      '--target',
      'index',
      '--json',
    );
    expect(summaryOf(run)).toMatchObject({status: 'completed', inserted: 1});
  });
});
