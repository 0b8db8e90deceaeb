import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {CrashPoint} from '../../src/engine/crash-points.ts';
import {documentedSchema, hashOf} from '../backfills/asset-index/index-under-test.ts';
import {silence} from '../simulators/cloudflare-faults.ts';
import type {InjectedFault} from '../simulators/cloudflare-injected.ts';
import {writeAsset} from '../support/assets.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {type Ended, runProgram, startProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/**
 * SIGKILL of the built program in the middle of a live run on D1, and resume: at named points, and while a page is on
 * its way. Requests keep to Cloudflare's pace, so all worlds go their way side by side, each with a database of its own.
 */

/** Reached for the second time: something was committed before, and something is left. */
const points: readonly `${CrashPoint}${string}`[] = [
  'lease-acquired',
  'intent-saved:2',
  'page-committed:2',
  'page-checkpointed:2',
  'lease-released',
];
/** What becomes of the page that was on its way when the process was killed. */
const onTheirWay = {'landed before': 'before-answer', 'lands long after': 'on-release'} as const;
const worlds = ['undisturbed', ...points, ...Object.keys(onTheirWay)];
const nameOf = (world: string) => world.replaceAll(/\W/g, '-');

const simulator = sharedSimulator({databases: worlds.map(nameOf)});
const settings = {page: {items: 5}, partitions: 1, attempts: 1, d1: {requestsPerSecond: 4}};
const objects = 15;

interface World {
  readonly database: string;
  readonly plan: string;
  run(...args: readonly string[]): Promise<Ended>;
  start(...args: readonly string[]): ReturnType<typeof startProgram>;
  readonly crashing: (point: string) => Promise<Ended>;
}

async function makeWorld(world: string): Promise<World> {
  const cwd = tempFolder();
  const database = nameOf(world);
  const keys = Array.from({length: objects}, (_, number) => `${database}/${String(number).padStart(2, '0')}`);
  for (const [number, key] of keys.entries()) writeAsset(join(cwd, 'assets'), key, `content ${number}`);
  const rows = keys
    .filter((_, number) => number % 3 === 0)
    .map(key => `('${key}', 1, '${hashOf('0')}', 1, 'u')`);
  await simulator().sql(documentedSchema, database);
  await simulator().sql(
    `INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id) VALUES ${rows.join(', ')}`,
    database,
  );
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({settings}));
  const {token, accountId, baseUrl} = simulator();
  const env = {CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_BASE_URL: baseUrl};
  const run = (...args: readonly string[]) => startProgram([...args, '--json'], {cwd, env}).ended;
  const dry = await run('run', 'asset-index', '--source', 'assets', '--target', `d1:${database}`);
  const plan = String(summaryOf(dry)['run']);
  return {
    database,
    plan,
    run,
    start: (...args) => startProgram([...args, '--json'], {cwd, env}),
    crashing: point =>
      runProgram(['live', plan, '--confirm', database, '--json'], {
        cwd,
        env: {...env, HEADGATE_CRASH_AT: point},
      }),
  };
}

/** What a user would compare. */
async function outcome({database}: World, ended: Ended) {
  const {status, listed, inserted, updated, unchanged, skipped, failed, pending, rows} = summaryOf(ended);
  const sql = (query: string) => simulator().sql(query, database);
  const files = await sql('SELECT key, size, content_hash, uploader_id FROM files ORDER BY key');
  return {
    code: ended.code,
    counts: {status, listed, inserted, updated, unchanged, skipped, failed, pending, rows},
    files: files.map(file => ({...file, key: String(file['key']).replace(database, '')})),
    marks: await sql('SELECT * FROM headgate_marks'),
    lease: await sql('SELECT run, holder FROM headgate_lease'),
  };
}

async function undisturbed() {
  const world = await makeWorld('undisturbed');
  return outcome(world, await world.run('live', world.plan, '--confirm', world.database));
}

async function killedAt(point: string) {
  const world = await makeWorld(point);
  expect((await world.crashing(point)).signal, point).toBe('SIGKILL');
  return outcome(world, await world.run('resume', 'last'));
}

async function killedWhileWaiting(name: string, lands: 'before-answer' | 'on-release') {
  const world = await makeWorld(name);
  const matches = new RegExp(`INTO files[^]*${world.database}/`);
  const page: InjectedFault = simulator().inject(silence(lands), {matches, skip: 1});
  const {child, ended} = world.start('live', world.plan, '--confirm', world.database);
  await expect.poll(() => page.fired, {timeout: 30_000}).toBe(1);
  child.kill('SIGKILL');
  await ended;
  const resumed = await world.run('resume', 'last');
  const statuses = await page.release();
  if (lands === 'on-release') expect(statuses, name).toEqual([400]);
  return outcome(world, resumed);
}

it('a live run that was killed is resumed to the same table and the same counts', {
  timeout: 180_000,
}, async () => {
  const [expected, ...killed] = await Promise.all([
    undisturbed(),
    ...points.map(killedAt),
    ...Object.entries(onTheirWay).map(([name, lands]) => killedWhileWaiting(name, lands)),
  ]);
  expect(expected).toMatchObject({
    code: 0,
    counts: {status: 'completed', listed: objects, inserted: 10, updated: 5, pending: 0, rows: objects},
    marks: [],
    lease: [{run: null, holder: null}],
  });
  for (const [index, resumed] of killed.entries()) expect(resumed, worlds[index + 1]).toEqual(expected);
});
