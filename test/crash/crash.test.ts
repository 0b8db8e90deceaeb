import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {
  type CrashPoint,
  crashPoints,
  publishPoints,
  repositoryPoints,
} from '../../src/engine/crash-points.ts';
import {indexedFiles, makeIndex, queryIndex, sha256, writeAsset, writeAssets} from '../support/assets.ts';
import {type JsonLine, runProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/**
 * SIGKILL at every named point that a dry run and a live run meet, at its first and, where pages repeat it, its third; then
 * resume. The table and the counts must be those of an undisturbed run.
 */

const counts = [
  'listed',
  'inserted',
  'updated',
  'deleted',
  'unchanged',
  'skipped',
  'failed',
  'pending',
] as const;
/** Small pages and early splits, so that every point is met several times. */
const config = {settings: {page: {items: 9}, partitions: 3, splitAfterSeconds: 0, attempts: 1}};

interface World {
  readonly folder: string;
  readonly live: readonly string[];
}

/** 120 files, a third of them known to the index, some with a wrong hash; one that can't be read. */
async function makeWorld(): Promise<World> {
  const folder = tempFolder();
  const keys = writeAssets(join(folder, 'assets'), 120);
  writeAsset(join(folder, 'assets'), Buffer.from([0x62, 0x61, 0x64, 0xff]), 'not utf-8');
  makeIndex(
    join(folder, 'index.sqlite'),
    keys
      .filter((_, number) => number % 3 === 0)
      .map((key, number) => ({
        key,
        hash: number % 2 === 0 ? sha256('old') : null,
      })),
  );
  writeFileSync(join(folder, 'headgate.config.json'), JSON.stringify(config));
  return {folder, live: []};
}

const run = ['run', 'asset-index', '--source', 'assets', '--target', 'index.sqlite', '--json'];

async function rehearse({folder}: World): Promise<string> {
  const dry = await runProgram(run, {cwd: folder});
  expect(dry.code).toBe(5);
  return String(summaryOf(dry)['run']);
}

const live = (plan: string) => [
  'live',
  plan,
  '--confirm',
  'index.sqlite',
  '--accept-failures',
  '1',
  '--json',
];

function expectIdentities(summary: JsonLine): void {
  const {listed, ...rest} = Object.fromEntries(counts.map(name => [name, Number(summary[name])]));
  expect(Object.values(rest).reduce((sum, count) => sum + count, 0)).toBe(listed);
  for (const count of Object.values(rest)) expect(count).toBeGreaterThanOrEqual(0);
}

/** Resumes until the run has ended: a crash point may be behind its last checkpoint. */
async function bringHome(world: World, named: string): Promise<JsonLine> {
  const status = await runProgram(['status', named, '--json'], {cwd: world.folder});
  const [before] = status.lines;
  if (before === undefined) throw new Error(status.err);
  expectIdentities(before);
  if (before['status'] === 'completed' || before['status'] === 'incomplete') return before;
  const resumed = await runProgram(['resume', named, '--json'], {cwd: world.folder});
  const summary = summaryOf(resumed);
  for (const event of resumed.lines.filter(({type}) => type === 'page')) expectIdentities(event);
  return summary;
}

function countsOf(summary: JsonLine): Record<string, unknown> {
  return Object.fromEntries([...counts, 'rows', 'status'].map(name => [name, summary[name]]));
}

async function undisturbed() {
  const world = await makeWorld();
  const plan = await rehearse(world);
  const dry = await runProgram(['status', plan, '--json'], {cwd: world.folder});
  const ended = await runProgram(live(plan), {cwd: world.folder});
  const summary = summaryOf(ended);
  expect(ended.code).toBe(5);
  expect(countsOf(summary)).toMatchObject({listed: 128, failed: 1, pending: 0, status: 'incomplete'});
  return {
    dry: countsOf(dry.lines[0] ?? {}),
    live: countsOf(summary),
    table: indexedFiles(join(world.folder, 'index.sqlite')),
  };
}

const expected = undisturbed;
let reference: ReturnType<typeof expected> | null = null;

describe('kill -9 and resume', () => {
  const others: readonly CrashPoint[] = [...publishPoints, ...repositoryPoints];
  const points = crashPoints.filter(point => !others.includes(point));
  const dryPoints = points.filter(
    point => !['lease-acquired', 'intent-saved', 'commit-sent', 'page-committed', 'verified'].includes(point),
  );
  /** Points that every run meets several times are also met in the middle. */
  const repeated = [
    'page-inspected',
    'page-decided',
    'intent-saved',
    'commit-sent',
    'page-committed',
    'page-checkpointed',
  ];
  const timesOf = (point: string) => (repeated.includes(point) ? [1, 3] : [1]);

  for (const [point, nth] of dryPoints.flatMap(point => timesOf(point).map(nth => [point, nth] as const))) {
    it(`dry run, ${point} (${nth})`, async () => {
      reference ??= expected();
      const {dry} = await reference;
      const world = await makeWorld();
      const killed = await runProgram(run, {cwd: world.folder, env: {HEADGATE_CRASH_AT: `${point}:${nth}`}});
      expect(killed.signal).toBe('SIGKILL');
      const summary = await bringHome(world, 'last');
      expect(countsOf(summary)).toEqual(dry);
    });
  }

  for (const [point, nth] of points.flatMap(point => timesOf(point).map(nth => [point, nth] as const))) {
    it(`live, ${point} (${nth})`, async () => {
      reference ??= expected();
      const {live: wanted, table} = await reference;
      const world = await makeWorld();
      const plan = await rehearse(world);
      const killed = await runProgram(live(plan), {
        cwd: world.folder,
        env: {HEADGATE_CRASH_AT: `${point}:${nth}`},
      });
      expect(killed.signal).toBe('SIGKILL');
      const summary = await bringHome(world, 'last');
      expect(countsOf(summary)).toEqual(wanted);
      const index = join(world.folder, 'index.sqlite');
      expect(indexedFiles(index)).toEqual(table);
      expect(queryIndex(index, 'SELECT count(*) AS marks FROM headgate_marks')).toMatchObject([{marks: 0}]);
      expect(queryIndex(index, 'SELECT holder FROM headgate_lease')).toMatchObject([{holder: null}]);
    });
  }
});
