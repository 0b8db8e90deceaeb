import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';
import {
  blocksOf,
  type Call,
  called,
  type GithubWorld,
  makeGithubWorld,
  odd,
  type Play,
} from './github-world.ts';

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

  it('gives every input as one argument, whatever it is', async () => {
    const world = await makeWorld();
    for (const text of odd) {
      const scope = {prefix: text, max_objects: text, cursor: text, start_after: text};
      runByHand(world, {}, {mode: 'live', ...scope, max_changes: text, whole_bucket: text});
      expect(scopeOf(called(world, 'headgate', 'run').at(-1))).toEqual([
        ...['--prefix', text, '--max-objects', text, '--cursor', text, '--start-after', text],
        ...['--unattended', '--confirm', 'docs', '--max-changes', text, '--whole', text],
      ]);
    }
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
