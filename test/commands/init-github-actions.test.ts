import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {programVersion} from '../../src/version.ts';
import {readWorkflow, stepsOf, type WorkflowFile} from '../support/github-runner.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

const folder = '.github/workflows';
const files = {'media-ingest': 'headgate-media-ingest.yml', artifacts: 'headgate-artifacts.yml'} as const;
type System = keyof typeof files;
const systems = ['media-ingest', 'artifacts'] as const satisfies readonly System[];

const init = (cwd: string, ...words: readonly string[]): Promise<Ended> =>
  runProgram(['init', 'github-actions', ...words], {cwd});

function repository(): string {
  const cwd = tempFolder();
  mkdirSync(join(cwd, '.git'));
  return cwd;
}

async function written(system: System): Promise<{text: string; workflow: WorkflowFile; made: Ended}> {
  const cwd = repository();
  const made = await init(cwd, system, '--json');
  const path = join(cwd, folder, files[system]);
  return {text: readFileSync(path, 'utf8'), workflow: readWorkflow(path), made};
}

const sorted = (names: unknown): unknown => (Array.isArray(names) ? names.toSorted() : names);

describe('init github-actions', () => {
  it('writes that of media-ingest where no system is named, and says what to do next', async () => {
    const cwd = repository();
    const made = await init(cwd);
    expect(made).toMatchObject({code: 0, err: ''});
    expect(readdirSync(join(cwd, folder))).toEqual([files['media-ingest']]);
    expect(made.out).toMatch(/^made .*\.github\/workflows\/headgate-media-ingest\.yml\n/);
    for (const name of ['B2_KEY_ID', 'B2_APP_KEY', 'B2_ENDPOINT', 'B2_BUCKET'])
      expect(made.out).toContain(name);
    for (const name of ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_ACCOUNT_ID', 'D1_DATABASE_NAME'])
      expect(made.out).toContain(name);
    expect(made.out).toContain('\n  git add .github/workflows/headgate-media-ingest.yml\n');
    expect(made.out).toContain('\n  gh workflow run headgate-media-ingest.yml -f dry_run=true\n');
    expect((await init(cwd, 'artifacts')).out).toContain(
      '\n  gh workflow run headgate-artifacts.yml -f mode=dry-run -f max_objects=1000\n',
    );
    expect(readdirSync(join(cwd, folder)).sort()).toEqual(Object.values(files).sort());
  });

  it.each(systems)('%s: names exactly what its workflow takes from the repository', async system => {
    const {text, made} = await written(system);
    const taken = (context: string) =>
      [
        ...new Set([...text.matchAll(new RegExp(`\\b${context}\\.(\\w+)`, 'g'))].map(([, name]) => name)),
      ].sort();
    const [said = {}] = made.lines;
    expect({...said, secrets: sorted(said['secrets']), variables: sorted(said['variables'])}).toEqual({
      type: 'workflow',
      system,
      file: expect.stringContaining(join(folder, files[system])),
      secrets: taken('secrets'),
      variables: taken('vars'),
    });
    const head = text.slice(0, text.indexOf('\nname:'));
    for (const name of [...taken('secrets'), ...taken('vars')]) expect(head).toContain(`#   ${name} `);
  });

  it('leaves what is there as it is, also a link that leads nowhere', async () => {
    const cwd = repository();
    mkdirSync(join(cwd, folder), {recursive: true});
    writeFileSync(join(cwd, folder, files['media-ingest']), 'mine');
    symlinkSync(join(cwd, 'nowhere'), join(cwd, folder, files.artifacts));
    for (const system of systems) {
      const refused = await init(cwd, system);
      expect(refused).toMatchObject({code: 2, out: ''});
      expect(refused.err).toMatch(/headgate-[a-z-]+\.yml: it is there already, and is left as it is\n\S/);
    }
    expect(readFileSync(join(cwd, folder, files['media-ingest']), 'utf8')).toBe('mine');
    expect(existsSync(join(cwd, 'nowhere'))).toBe(false);
  });

  it.each(['.github', folder])('says so where %s is no folder', async blocked => {
    const cwd = repository();
    if (blocked !== '.github') mkdirSync(join(cwd, '.github'));
    writeFileSync(join(cwd, blocked), '');
    const refused = await init(cwd);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/workflow .*: it can't be written \(.*\)\nGo to the top of your repository/);
  });

  it('remarks that the folder is no repository', async () => {
    expect((await init(tempFolder())).err).toContain('is not the top of a git repository');
  });

  it('refuses other systems and names its own', async () => {
    const refused = await init(repository(), 'records');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('media-ingest, artifacts');
  });
});

describe('both workflows', () => {
  it.each(systems)('%s: no script holds an expression, and secrets go to headgate alone', async system => {
    const {workflow} = await written(system);
    const scripts = stepsOf(workflow).filter(({run}) => run !== undefined);
    expect(scripts.length).toBeGreaterThan(3);
    for (const {run, env} of scripts) {
      expect(run).not.toContain('${{');
      if (JSON.stringify(env).includes('secrets.')) expect(run).toMatch(/\nheadgate (?:run|verify) /);
    }
    expect(JSON.stringify({...workflow, jobs: null})).not.toContain('secrets.');
  });

  it.each(systems)('%s: installs this version on Node 24, in one job at a time', async system => {
    const {workflow} = await written(system);
    expect(workflow.concurrency).toEqual({group: `headgate-${system}`, 'cancel-in-progress': false});
    expect(workflow.defaults).toEqual({run: {shell: 'bash'}});
    const [checkout, node, install] = stepsOf(workflow);
    expect(checkout?.uses).toBe('actions/checkout@v4');
    expect(node).toMatchObject({uses: 'actions/setup-node@v4', with: {'node-version': 24}});
    expect(install?.run).toBe(`npm install --global headgate@${programVersion()}`);
  });

  it('media-ingest runs daily and by hand, and may commit', async () => {
    const {workflow} = await written('media-ingest');
    expect(workflow).toMatchObject({
      name: 'B2 → D1 daily sync',
      permissions: {contents: 'write'},
      jobs: {sync: {'runs-on': 'ubuntu-latest', 'timeout-minutes': 60}},
    });
    expect(workflow.on).toEqual({
      schedule: [{cron: '17 6 * * *'}],
      workflow_dispatch: {
        inputs: {
          dry_run: {description: expect.any(String), type: 'boolean', default: false},
          accept_shrunk: {description: expect.any(String), type: 'string', default: ''},
        },
      },
    });
  });

  it('artifacts runs by hand alone, dry where nothing else is chosen, and may only read the repository', async () => {
    const {workflow} = await written('artifacts');
    expect(workflow.permissions).toEqual({contents: 'read'});
    expect(workflow.on).toEqual({
      workflow_dispatch: {
        inputs: expect.objectContaining({
          mode: expect.objectContaining({type: 'choice', options: ['dry-run', 'live'], default: 'dry-run'}),
          prefix: expect.objectContaining({type: 'string', default: ''}),
          max_objects: expect.objectContaining({type: 'string', default: ''}),
        }),
      },
    });
  });
});
