import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {type CrashPoint, crashPoints, effectPoints, publishPoints} from '../../src/engine/crash-points.ts';
import {type NetworkSimulator, startNetworkSimulator} from '../simulators/network-simulator.ts';
import {copiedPglite} from '../support/pglite.ts';
import {makeDatabase, postgresServer} from '../support/postgres.ts';
import {type Ended, summaryOf} from '../support/program.ts';
import {
  type CrashPlace,
  CrashWorld,
  crashCollections,
  crashFailures,
  crashPglite,
  crashPostgres,
  crashSpec,
} from './records-world.ts';

/**
 * SIGKILL at every named point that a backfill of records meets, and where it is met again, later; then resume. Table,
 * counts and what the ledger knows of hosts and collections must be those of an undisturbed run, and no row may have been
 * written twice.
 */

type Case = readonly [point: CrashPoint, nth: number];

/** Those that a run meets again and again. */
const later: Readonly<Partial<Record<CrashPoint, readonly number[]>>> = {
  'page-inspected': [9],
  'page-decided': [9],
  'intent-saved': [7],
  'commit-sent': [3],
  'page-committed': [7],
  'page-checkpointed': [12],
  'partition-finished': [5],
  'repositories-found': [3, 5],
  'repository-fetched': [6],
};
const others: readonly CrashPoint[] = [...publishPoints, ...effectPoints, 'partition-split'];
const points = crashPoints.filter(point => !others.includes(point));

/** What is met again is met later by runs without a plan, and by those with one at first. */
const unrehearsedCases = points
  .filter(point => point !== 'verified')
  .flatMap(point => (later[point] ?? [1]).map((nth): Case => [point, nth]));
const dryCases: readonly Case[] = [
  ['partitions-found', 1],
  ['page-checkpointed', 12],
  ['partition-finished', 5],
  ['repositories-found', 3],
  ['repositories-resolved', 1],
  ['repository-fetched', 6],
  ['repository-set-aside', 1],
];
const plannedCases = points.map((point): Case => [point, 1]);
const pgliteCases: readonly Case[] = [
  ['commit-sent', 3],
  ['page-committed', 7],
];

const failures = String(crashFailures);
const collections = crashCollections.flatMap(name => ['--collection', name]);

/** A run by a job is live, and no plan was read. */
const work = (world: CrashWorld, crashAt?: string) =>
  world.headgate(['jobs', 'work', '--once', ...world.ends], crashAt);
const rehearse = (world: CrashWorld, crashAt?: string) =>
  world.headgate(['run', 'records', ...world.ends, ...collections], crashAt);
const goLive = (world: CrashWorld, plan: string, crashAt?: string) =>
  world.headgate(['live', plan, '--confirm', world.place.name, '--accept-failures', failures], crashAt);

function incomplete({code, out, err}: Ended): void {
  expect(code, out + err).toBe(5);
}

async function killed(ended: Promise<Ended>): Promise<void> {
  const {signal, out, err} = await ended;
  expect(signal, out + err).toBe('SIGKILL');
}

async function outcomeOf(world: CrashWorld) {
  const {intents, ...outcome} = await world.outcome();
  expect(intents).toBe(0);
  return outcome;
}

async function expectClean(world: CrashWorld): Promise<void> {
  expect(await world.place.sql('SELECT uri FROM written GROUP BY uri HAVING count(*) > 1')).toEqual([]);
  expect(await world.place.sql('SELECT partition FROM headgate_marks')).toEqual([]);
  expect(await world.place.sql('SELECT run, holder FROM headgate_lease')).toEqual([
    {run: null, holder: null},
  ]);
}

/** What is the same each time is made once, when it is first needed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

let network: NetworkSimulator;
beforeAll(async () => {
  network = await startNetworkSimulator(crashSpec, {keepCalls: false});
});
afterAll(() => network.close());

async function withJob(place: CrashPlace): Promise<CrashWorld> {
  const world = await CrashWorld.make(place, network);
  const lexicons = crashCollections.map(
    id => `INSERT INTO lexicons (id, json) VALUES ('${id}', '{"lexicon": 1, "id": "${id}", "defs": {}}')`,
  );
  await place.sql([...lexicons, "INSERT INTO backfill_jobs (identity) VALUES ('everything')"].join(';'));
  return world;
}

async function undisturbedJob(place: CrashPlace) {
  const world = await withJob(place);
  incomplete(await work(world));
  const outcome = await outcomeOf(world);
  expect(outcome).toMatchObject({
    status: 'incomplete',
    partitions: {done: 11, failed: crashFailures, pending: 0},
  });
  await expectClean(world);
  return {outcome, table: await world.table()};
}

async function killedJob(place: CrashPlace, at: string) {
  const world = await withJob(place);
  await killed(work(world, at));
  await world.bringHome();
  const outcome = await outcomeOf(world);
  await expectClean(world);
  return {outcome, table: await world.table()};
}

describe.skipIf(postgresServer() === null)('kill -9 and resume, into Postgres', () => {
  let place: CrashPlace;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await makeDatabase();
    drop = database.drop;
    place = crashPostgres(database.url);
  });
  afterAll(() => drop());

  const job = once(() => undisturbedJob(place));

  it.each(unrehearsedCases)('unrehearsed, %s (%i)', async (point, nth) => {
    const expected = await job();
    expect(await killedJob(place, `${point}:${nth}`)).toEqual(expected);
  });

  const planned = once(async () => {
    const world = await CrashWorld.make(place, network);
    const dry = await rehearse(world);
    incomplete(dry);
    const plan = String(summaryOf(dry)['run']);
    const planOutcome = await outcomeOf(world);
    const ledger = readFileSync(join(world.cwd, 'ledger.sqlite'));
    incomplete(await goLive(world, plan));
    return {plan, planOutcome, ledger, outcome: await outcomeOf(world), table: await world.table()};
  });

  it.each(dryCases)('dry run, %s (%i)', async (point, nth) => {
    const {planOutcome} = await planned();
    const world = await CrashWorld.make(place, network);
    await killed(rehearse(world, `${point}:${nth}`));
    await world.bringHome();
    expect(await outcomeOf(world)).toEqual(planOutcome);
    expect(await place.sql('SELECT uri FROM written')).toEqual([]);
  });

  it.each(plannedCases)('planned and live, %s (%i)', async (point, nth) => {
    const {plan, ledger, outcome, table} = await planned();
    const world = await CrashWorld.make(place, network);
    writeFileSync(join(world.cwd, 'ledger.sqlite'), ledger);
    await killed(goLive(world, plan, `${point}:${nth}`));
    await world.bringHome();
    expect(await outcomeOf(world)).toEqual(outcome);
    expect(await world.table()).toEqual(table);
    await expectClean(world);
  });
});

describe('kill -9 and resume, into PGlite', () => {
  const copy = copiedPglite();
  const job = once(() => undisturbedJob(crashPglite(copy())));

  it.each(pgliteCases)('unrehearsed, %s (%i)', async (point, nth) => {
    const expected = await job();
    expect(await killedJob(crashPglite(copy()), `${point}:${nth}`)).toEqual(expected);
  });
});
