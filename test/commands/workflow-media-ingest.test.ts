import {readdirSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {
  blocksOf,
  called,
  type GithubWorld,
  inventoryAt,
  type JobInputs,
  makeGithubWorld,
  odd,
  type Play,
  withInventory,
} from './github-world.ts';

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

  it('gives accept_shrunk as one argument, whatever it is', async () => {
    const world = await makeWorld();
    for (const accept of ['120', ...odd]) {
      runDaily(world, fresh, {inputs: {...byHand, accept_shrunk: accept}});
      expect(called(world, 'headgate', 'run').at(-1)?.args.slice(-2)).toEqual(['--accept-shrunk', accept]);
    }
    expect(readdirSync(world.workspace)).not.toContain('pwned');
  });

  it('takes the name of the database from the variable, whatever it is', async () => {
    const world = await makeWorld();
    for (const name of ['other', ...odd]) {
      runDaily(world, fresh, {vars: {D1_DATABASE_NAME: name}});
      const run = called(world, 'headgate', 'run').at(-1);
      expect(run?.args.slice(3, 5)).toEqual(['--confirm', name]);
      expect(run?.env['D1_DATABASE_NAME']).toBe(name);
    }
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
