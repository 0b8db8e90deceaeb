import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  createReadStream,
  mkdirSync,
  rmSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {expect, it} from 'vitest';
import {bin, startProgram} from '../support/program.ts';
import {sha256, summaryOf, UploadsWorld} from './uploads-world.ts';

/** What happens while files are hashed: they change, threads die, somebody pauses, or they may not be read at all. */

const mebibyte = 1_048_576;
/** `head -c 1572864000 /dev/zero | sha256sum` */
const zeros = '3e6b92b9764b3786091e5bb67e8ffb8c3271be4c977101da9fa14afa12fea171';

async function worldOf(videos: number): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  world.writeVideos(videos);
  expect((await world.migrate()).code).toBe(0);
  return world;
}

const pathOf = (world: UploadsWorld, key: string) => join(world.root, world.folder, key);

/** A file of zeros, which takes no room. */
function writeLarge(world: UploadsWorld, key: string, bytes: number): void {
  world.write(key, '');
  truncateSync(pathOf(world, key), bytes);
  utimesSync(pathOf(world, key), new Date(0), new Date(0));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A process of its own, and a promise of the first line that says that a file is on its way. */
function begun(world: UploadsWorld, ...args: readonly string[]) {
  const {child, ended} = startProgram(args, {cwd: world.root});
  const moving = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('"type":"moving"')) resolve();
    });
    ended.then(({out, err}) => reject(new Error(`it ended first: ${out}${err}`)), reject);
  });
  return {moving, ended};
}

/** The first two threads that hash die of it: they know their pool by what they share with it. */
const deadThreads = `
  import {appendFileSync, readFileSync} from 'node:fs';
  import {isMainThread, workerData} from 'node:worker_threads';
  if (!isMainThread && workerData instanceof Int32Array) {
    appendFileSync('deaths', 'x');
    if (readFileSync('deaths').length <= 2) process.exit(1);
  }`;

/** A process that runs this before anything else. */
function importing(code: string): Readonly<Record<string, string>> {
  return {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`};
}

it('a file that is appended to while it is hashed is hashed again, as it is then', async () => {
  const world = await worldOf(2);
  writeLarge(world, 'film.mp4', 1_000 * mebibyte);
  const {moving, ended} = begun(world, 'run', 'uploads', ...world.flags(), '--json');
  await moving;
  appendFileSync(pathOf(world, 'film.mp4'), 'and more');
  expect(summaryOf(await ended, 'dry-run')).toMatchObject({status: 'completed', inserted: 3, failed: 0});
  const done = await world.run('plan', 'last', '--action', 'insert', '--json');
  expect(done.out).toContain(await hashOf(pathOf(world, 'film.mp4')));
});

it('is paused in the middle of a large file, and gone on with to the same hash', async () => {
  const world = await worldOf(2);
  writeLarge(world, 'film.mp4', 1_500 * mebibyte);
  const {moving, ended} = begun(world, 'run', 'uploads', ...world.flags(), '--json');
  await moving;
  const pause = await world.run('pause', 'last');
  expect(pause.code, pause.err).toBe(0);
  expect(summaryOf(await ended, 'dry-run')).toMatchObject({status: 'paused', listed: 0});
  const resumed = await world.run('resume', 'last', '--json');
  expect(summaryOf(resumed, 'dry-run')).toMatchObject({status: 'completed', listed: 3, inserted: 3});
  const plan = await world.run('plan', 'last', '--action', 'insert', '--json');
  expect(plan.out).toContain(zeros);
});

it('a file whose hashing fails twice is uploaded without a hash, which a repair fills in; then it is known', async () => {
  const world = await worldOf(0);
  world.write('film.mp4', 'a film');
  const env = importing(deadThreads);
  const headgate = (...args: readonly string[]) => startProgram(args, {cwd: world.root, env}).ended;
  const dry = await headgate('run', 'uploads', ...world.flags(), '--json');
  expect(summaryOf(dry, 'dry-run')).toMatchObject({status: 'completed', listed: 1, inserted: 1, failed: 0});
  const told = await world.run('plan', 'last', '--action', 'insert');
  expect(told.out).toMatch(/not hashed: its row gets no hash/);
  const plan = String(summaryOf(dry, 'dry-run')?.['run']);
  rmSync(join(world.root, 'deaths'));
  const live = await headgate('live', plan, '--confirm', world.index, '--json');
  expect(summaryOf(live, 'live'), live.out).toMatchObject({status: 'completed', inserted: 1, failed: 0});
  expect(world.rows()).toMatchObject([{user_id: '7', sha256: null, size: 6}]);
  expect(world.objects()).toEqual([expect.stringMatching(/^u\/7\/unhashed\/[0-9a-f]{32}\.mp4$/)]);

  expect(summaryOf(await world.rehearse(), 'dry-run')).toMatchObject({listed: 1, unchanged: 1});
  const there = await world.run('plan', 'last', '--action', 'unchanged');
  expect(there.out).toMatch(/already uploaded: asset \d+, without its hash: uploads-repair fills it in/);
  const repaired = await world.run(
    ...['run', 'uploads-repair', '--provider', world.provider, '--target', world.index],
    ...['--unattended', '--confirm', world.index, '--json'],
  );
  expect(summaryOf(repaired, 'live')).toMatchObject({status: 'completed', updated: 1});
  expect(world.rows()).toMatchObject([{sha256: sha256('a film')}]);
  const again = await world.unattended();
  expect(summaryOf(again, 'live')).toMatchObject({listed: 1, unchanged: 1, inserted: 0});
  expect([world.rows().length, world.objects().length]).toEqual([1, 1]);

  const made = String(summaryOf(live, 'live')?.['run']);
  const undone = await world.run('undo', made, '--confirm', world.index, '--json');
  expect(undone.code, undone.out + undone.err).toBe(5);
  expect(summaryOf(undone, 'undo')).toMatchObject({deleted: 0, unchanged: 0, skipped: 1});
  expect((await world.run('failures', 'last')).out).toMatch(/its row was changed after the run/);
  expect([world.rows().length, world.objects().length]).toEqual([1, 1]);
});

it('a file that may not be read is a failure, and the others go on', async () => {
  const world = await worldOf(2);
  world.write('secret.mp4', 'secret');
  chmodSync(pathOf(world, 'secret.mp4'), 0o000);
  // Root may read everything, so it becomes somebody who may not.
  execFileSync('chmod', ['-R', 'a+rwX', world.root]);
  chmodSync(pathOf(world, 'secret.mp4'), 0o000);
  const env = importing(
    'if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }',
  );
  const headgate = (...args: readonly string[]) => startProgram(args, {cwd: world.root, env}).ended;
  const dry = await headgate('run', 'uploads', ...world.flags(), '--json');
  expect(summaryOf(dry, 'dry-run'), dry.err).toMatchObject({listed: 3, inserted: 2, failed: 1});
  expect(dry.code).toBe(5);
  const failures = await headgate('failures', 'last');
  expect(failures.out).toMatch(/^secret\.mp4 +failed \(denied\): EACCES: permission denied$/m);
});

/** A disk of its own needs a kernel that lets us. */
function canMount(): boolean {
  try {
    execFileSync('bash', ['-c', 'unshare -rm true'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
}

it.skipIf(!canMount())(
  'a full disk fails the files that have no room, and leaves nothing of them',
  async () => {
    const world = await worldOf(2);
    world.write('film.mp4', Buffer.alloc(3 * mebibyte, 'film'));
    mkdirSync(join(world.root, 'full'));
    const plan = await world.rehearse('--provider', 'full');
    const run = String(summaryOf(plan, 'dry-run')?.['run']);
    const inside = `mount -t tmpfs -o size=1m tmpfs full; "${process.execPath}" "${bin}" live ${run} --confirm ${world.index} --json; echo "code $?"; find full -type f`;
    const out = execFileSync('bash', ['-c', 'unshare -rm bash -c "$0"', inside], {
      cwd: world.root,
      encoding: 'utf8',
      env: {PATH: process.env['PATH'] ?? '', HOME: world.root, XDG_STATE_HOME: join(world.root, 'state')},
    });
    expect(out).toMatch(/^code 5$/m);
    expect(out).toMatch(/the disk is full/);
    expect(out.match(/^full\/.*$/gm)).toHaveLength(2);
    expect(world.rows()).toHaveLength(2);
    const resumed = await world.run('resume', 'last', '--json');
    expect(summaryOf(resumed, 'live')).toMatchObject({status: 'completed', inserted: 3, failed: 0});
  },
);
