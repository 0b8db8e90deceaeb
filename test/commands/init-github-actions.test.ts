import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {programVersion} from '../../src/version.ts';
import {readWorkflow, stepsOf, type WorkflowFile} from '../support/github-runner.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';
import {
  type Call,
  type GithubWorld,
  inventoryAt,
  type JobInputs,
  makeGithubWorld,
  type Play,
  withInventory,
} from './github-world.ts';

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

/** Reaches a program as one argument, and runs nothing on the way. */
const odd = [
  'a b',
  `it's "quoted"`,
  '$(touch pwned)',
  '`touch pwned`',
  "'; touch pwned; '",
  '--help',
  'a\\nb*?',
];

const called = (world: GithubWorld, program: string, command?: string): readonly Call[] =>
  world
    .calls()
    .filter(call => call.program === program && (command === undefined || call.args[0] === command));

/** The summary's lines within its blocks, each of which has an end. */
function blocksOf(summary: string): readonly string[] {
  return summary
    .split(/^ {0,3}~~~$/m)
    .filter((_, index) => index % 2 === 1)
    .map(block => block.trim());
}

describe('the daily job', () => {
  const secrets = {
    B2_KEY_ID: 'key-id',
    B2_APP_KEY: 'app-key',
    B2_ENDPOINT: 'https://s3.example.org',
    B2_BUCKET: 'media',
    CLOUDFLARE_API_TOKEN: 'token',
    CLOUDFLARE_ACCOUNT_ID: 'account',
  };
  const old = '{"objects":[]}';
  const fresh: Play = {inventory: '{"objects":[1]}'};
  const byHand = {dry_run: false, accept_shrunk: ''};
  const makeWorld = (repositoryFiles = withInventory(old)) => makeGithubWorld([], repositoryFiles);
  const runDaily = (world: GithubWorld, play: Play, given: JobInputs = {}) =>
    world.run(play, {secrets, ...given});

  it('by the clock: ingests, and pushes one commit of the changed inventory', async () => {
    const world = await makeWorld();
    const job = runDaily(world, fresh);
    expect(job.status, job.log).toBe('success');
    const [run] = called(world, 'headgate', 'run');
    const ledger = run?.args.at(-1);
    expect(ledger).toMatch(/\/temp\/headgate\.sqlite$/);
    expect(run?.args).toEqual([
      ...['run', 'media-ingest', '--unattended', '--confirm', 'lgfc_lite'],
      ...['--inventory-out', 'data/b2/inventory.json', '--ledger', ledger],
    ]);
    expect(run?.env).toMatchObject({...secrets, D1_DATABASE_NAME: 'lgfc_lite'});
    expect(run?.env).not.toHaveProperty('DRY_RUN');
    expect(world.subjects()).toEqual(['Inventory of the B2 bucket', 'begun']);
    expect(inventoryAt(world)).toBe(fresh.inventory);
    expect(
      world.git(world.remote, 'show', '--format=%an %cn', '--name-only', 'main').trim().split(/\n+/),
    ).toEqual(['github-actions[bot] github-actions[bot]', 'data/b2/inventory.json']);
    expect(job.summary).toMatch(/^## B2 → D1 daily sync\n\nIngest: \*\*success\*\*\n/);
    expect(blocksOf(job.summary)).toEqual([`run 20261120-0617-abcd of ${ledger}`]);
  });

  it('gives its secrets to the ingest alone', async () => {
    const world = await makeWorld();
    runDaily(world, fresh);
    const others = world.calls().filter(({args}) => args[0] !== 'run');
    expect(others.map(({program}) => program)).toEqual(['npm', 'headgate']);
    for (const {env} of others)
      for (const secret of Object.values(secrets)) expect(Object.values(env)).not.toContain(secret);
  });

  it('makes the folder of the first inventory', async () => {
    const world = await makeWorld({});
    expect(runDaily(world, fresh).status).toBe('success');
    expect(inventoryAt(world)).toBe(fresh.inventory);
  });

  it('commits nothing where the inventory is as it was', async () => {
    const world = await makeWorld();
    expect(runDaily(world, {inventory: old}, {inputs: byHand}).status).toBe('success');
    expect(world.subjects()).toEqual(['begun']);
  });

  it('is pushed although the remote has moved on', async () => {
    const world = await makeWorld();
    world.push({'README.md': 'changed meanwhile'});
    const job = runDaily(world, fresh);
    expect(job.status, job.log).toBe('success');
    expect(world.subjects()).toEqual(['Inventory of the B2 bucket', 'meanwhile', 'begun']);
    expect(inventoryAt(world)).toBe(fresh.inventory);
  });

  it.each([1, 5])('fails with an ingest that ends with %i, says how, and commits nothing', async code => {
    const world = await makeWorld();
    const job = runDaily(world, {...fresh, run: {code, out: 'not going live'}});
    expect(job.status).toBe('failure');
    expect(job.summary).toContain('Ingest: **failure**');
    const [status, log] = blocksOf(job.summary);
    expect(status).toContain('run 20261120-0617-abcd');
    expect(log).toBe('not going live\nprogress of run');
    expect(world.subjects()).toEqual(['begun']);
  });

  it('shows the log alone where it failed before there was a run', async () => {
    const world = await makeWorld();
    const job = runDaily(world, {run: {code: 2, out: 'B2_KEY_ID is not set'}});
    expect(job.status).toBe('failure');
    expect(blocksOf(job.summary)).toEqual(['B2_KEY_ID is not set\nprogress of run']);
  });

  it('shows the log alone where the run can not be shown', async () => {
    const world = await makeWorld();
    const job = runDaily(world, {...fresh, run: {out: '1 inserted'}, status: {code: 1}});
    expect(job.status).toBe('success');
    expect(blocksOf(job.summary)).toEqual(['1 inserted\nprogress of run']);
  });

  it('says so where nothing was run', async () => {
    const world = await makeWorld();
    const job = runDaily(world, {...fresh, npm: {code: 1}});
    expect(job).toMatchObject({status: 'failure', outcomes: {Ingest: 'skipped', Summary: 'success'}});
    expect(job.summary).toContain('Ingest: **skipped**');
    expect(job.summary).toContain('Nothing was run');
    expect(called(world, 'headgate')).toEqual([]);
    expect(world.subjects()).toEqual(['begun']);
  });

  it('rehearses where that is asked: DRY_RUN=1, the SQL in the log, and no commit', async () => {
    const world = await makeWorld();
    const play = {...fresh, run: {out: 'INSERT INTO media_assets …'}};
    const job = runDaily(world, play, {inputs: {...byHand, dry_run: true}});
    expect(job.status).toBe('success');
    expect(called(world, 'headgate', 'run')[0]?.env['DRY_RUN']).toBe('1');
    expect(job.log).toContain('INSERT INTO media_assets …');
    expect(job.outcomes['Commit the inventory']).toBe('skipped');
    expect(world.subjects()).toEqual(['begun']);
  });

  it.each(['120', ...odd])('gives accept_shrunk as one argument: %s', async accept => {
    const world = await makeWorld();
    runDaily(world, fresh, {inputs: {...byHand, accept_shrunk: accept}});
    expect(called(world, 'headgate', 'run')[0]?.args.slice(-2)).toEqual(['--accept-shrunk', accept]);
    expect(readdirSync(world.workspace)).not.toContain('pwned');
  });

  it.each(['other', ...odd])('takes the name of the database from the variable: %s', async name => {
    const world = await makeWorld();
    runDaily(world, fresh, {vars: {D1_DATABASE_NAME: name}});
    const [run] = called(world, 'headgate', 'run');
    expect(run?.args.slice(3, 5)).toEqual(['--confirm', name]);
    expect(run?.env['D1_DATABASE_NAME']).toBe(name);
    expect(readdirSync(world.workspace)).not.toContain('pwned');
  });

  it('lets no name in the bucket be a command to the runner, or end a block of the summary', async () => {
    const world = await makeWorld();
    const out = '::add-mask::e\n~~~\n  ~~~~\n# a heading';
    const job = runDaily(world, {...fresh, run: {code: 1, out}});
    const begun = job.log.search(/^::stop-commands::\d{3,}$/m);
    expect(begun).toBeGreaterThanOrEqual(0);
    expect(job.log.indexOf('::add-mask::')).toBeGreaterThan(begun);
    expect(job.summary.match(/^ {0,3}~~~/gm)).toHaveLength(4);
    expect(blocksOf(job.summary)[1]).toBe('::add-mask::e\n    ~~~\n      ~~~~\n# a heading\nprogress of run');
  });

  it('cuts a log that is too long for a summary', async () => {
    const world = await makeWorld();
    const out = `${'x'.repeat(2_000)}\n`.repeat(2_000);
    const job = runDaily(world, {...fresh, run: {code: 1, out}});
    expect(job.summary.length).toBeLessThan(100_000);
    expect(job.summary.slice(-30)).toContain('\nprogress of run\n');
  });
});

describe('the job of artifacts', () => {
  const secrets = {
    R2_ACCESS_KEY_ID: 'key-id',
    R2_SECRET_ACCESS_KEY: 'key',
    CLOUDFLARE_API_TOKEN: 'token',
    CLOUDFLARE_ACCOUNT_ID: 'account',
  };
  const vars = {
    R2_BUCKET: 'archive',
    R2_ENDPOINT: 'https://account.r2.example.org',
    D1_DATABASE_NAME: 'docs',
  };
  const standard = {
    mode: 'dry-run',
    prefix: '',
    max_objects: '',
    cursor: '',
    start_after: '',
    max_changes: '',
    whole_bucket: '',
  };
  const makeWorld = () => makeGithubWorld(['artifacts'], {});
  const runByHand = (world: GithubWorld, play: Play, inputs: Readonly<Record<string, string>> = {}) =>
    world.run(play, {secrets, vars, inputs: {...standard, ...inputs}});
  /** What is behind the ends and the ledger. */
  const scopeOf = (call: Call | undefined) => call?.args.slice(call.args.indexOf('--ledger') + 2);

  it('rehearses with the scope that was given, then verifies, and tells both', async () => {
    const world = await makeWorld();
    const job = runByHand(
      world,
      {run: {out: '3 to insert'}, verify: {out: 'Artifacts Summary'}},
      {
        prefix: 'sec/',
        max_objects: '1000',
      },
    );
    expect(job.status, job.log).toBe('success');
    const [run] = called(world, 'headgate', 'run');
    const ledger = expect.stringMatching(/\/temp\/headgate\.sqlite$/);
    expect(run?.args).toEqual([
      ...['run', 'artifacts-inventory', '--source', 's3://archive'],
      ...['--endpoint', 'https://account.r2.example.org', '--region', 'auto'],
      ...['--target', 'd1:docs', '--ledger', ledger, '--prefix', 'sec/', '--max-objects', '1000'],
    ]);
    expect(run?.env).toMatchObject({AWS_ACCESS_KEY_ID: 'key-id', AWS_SECRET_ACCESS_KEY: 'key'});
    expect(run?.env).toMatchObject({CLOUDFLARE_API_TOKEN: 'token', CLOUDFLARE_ACCOUNT_ID: 'account'});
    expect(called(world, 'headgate', 'verify')[0]?.args).toEqual([
      ...['verify', 'artifacts', '--target', 'd1:docs', '--ledger', ledger],
    ]);
    expect(job.summary).toContain('Inventory, dry-run: **success**');
    expect(job.summary).toContain('Verify: **success**');
    expect(blocksOf(job.summary)).toEqual([
      '3 to insert\nprogress of run',
      'Artifacts Summary\nprogress of verify',
    ]);
  });

  it('goes live with the target typed, a prefix, and the most changes that are meant', async () => {
    const world = await makeWorld();
    expect(runByHand(world, {}, {mode: 'live', prefix: 'sec/', max_changes: '12'}).status).toBe('success');
    expect(scopeOf(called(world, 'headgate', 'run')[0])).toEqual([
      ...['--prefix', 'sec/', '--unattended', '--confirm', 'docs', '--max-changes', '12'],
    ]);
  });

  it('takes up the whole bucket live only where its name was typed', async () => {
    const world = await makeWorld();
    const refused = runByHand(world, {}, {mode: 'live'});
    expect(refused.status).toBe('failure');
    expect(refused.summary).toContain('type the name of the bucket into whole_bucket');
    expect(called(world, 'headgate', 'run')).toEqual([]);
    expect(runByHand(world, {}, {mode: 'live', whole_bucket: 'archive'}).status).toBe('success');
    expect(scopeOf(called(world, 'headgate', 'run')[0])).toEqual([
      ...['--unattended', '--confirm', 'docs', '--whole', 'archive'],
    ]);
  });

  it('names every variable that is not set', async () => {
    const world = await makeWorld();
    const job = world.run({}, {secrets, vars: {R2_BUCKET: 'archive'}, inputs: standard});
    expect(job.status).toBe('failure');
    expect(blocksOf(job.summary)[0]).toBe(
      'Variables to set in this repository: R2_ENDPOINT D1_DATABASE_NAME',
    );
  });

  it.each(odd)('gives every input as one argument: %s', async text => {
    const world = await makeWorld();
    runByHand(
      world,
      {},
      {
        ...{mode: 'live', prefix: text, max_objects: text, cursor: text},
        ...{start_after: text, max_changes: text, whole_bucket: text},
      },
    );
    expect(scopeOf(called(world, 'headgate', 'run')[0])).toEqual([
      ...['--prefix', text, '--max-objects', text, '--cursor', text, '--start-after', text],
      ...['--unattended', '--confirm', 'docs', '--max-changes', text, '--whole', text],
    ]);
    expect(readdirSync(world.workspace)).not.toContain('pwned');
  });

  it('verifies after a run that failed as well, and tells both', async () => {
    const world = await makeWorld();
    const job = runByHand(world, {run: {code: 5, out: '1 failed'}}, {mode: 'live', prefix: 'sec/'});
    expect(job.status).toBe('failure');
    expect(job.outcomes).toMatchObject({Inventory: 'failure', Verify: 'success', Summary: 'success'});
    expect(job.summary).toContain('Inventory, live: **failure**');
    expect(blocksOf(job.summary)[0]).toBe('1 failed\nprogress of run');
  });

  it.each([
    ['dry-run', 'success'],
    ['live', 'failure'],
  ] as const)('what verification finds broken in a %s makes the job a %s', async (mode, status) => {
    const world = await makeWorld();
    const job = runByHand(world, {verify: {code: 3, out: '✖ unknown'}}, {mode, prefix: 'sec/'});
    expect(job.status).toBe(status);
    expect(job.summary).toContain('Verify: **failure**');
    expect(blocksOf(job.summary)[1]).toContain('✖ unknown');
  });

  it('says so where nothing was run', async () => {
    const world = await makeWorld();
    const job = runByHand(world, {npm: {code: 1}});
    expect(job).toMatchObject({status: 'failure', outcomes: {Inventory: 'skipped', Verify: 'skipped'}});
    expect(job.summary.match(/It was not run/g)).toHaveLength(2);
  });

  it('says only what the program takes', async () => {
    const world = await makeWorld();
    runByHand(
      world,
      {},
      {
        ...{mode: 'live', prefix: 'sec/', max_objects: '5', start_after: 'sec/1'},
        ...{max_changes: '1', whole_bucket: 'archive'},
      },
    );
    runByHand(world, {}, {cursor: 'x'});
    const cwd = tempFolder();
    for (const {args} of called(world, 'headgate')) {
      const ledger = args.map((word, index) =>
        args[index - 1] === '--ledger' ? join(cwd, 'l.sqlite') : word,
      );
      // Without credentials: whatever it does not know is told before.
      expect(await runProgram(ledger, {cwd}), args.join(' ')).toMatchObject({code: 4});
    }
  });
});
