import {describe, expect, it} from 'vitest';
import {
  type CrashPoint,
  crashPoints,
  effectPoints,
  publishPoints,
  repositoryPoints,
} from '../../src/engine/crash-points.ts';
import {indexedFiles} from '../support/assets.ts';
import {freshDatabase, postgresServer} from '../support/postgres.ts';
import {CrashWorld, countsOf, undisturbed} from './crash-world.ts';

/**
 * SIGKILL at every named point that a dry run and a live run meet, at its first and, where pages repeat it, its third; then
 * resume. The table and the counts must be those of an undisturbed run.
 */

let reference: ReturnType<typeof undisturbed> | null = null;

async function expectDryRun(world: CrashWorld, at: string): Promise<void> {
  reference ??= undisturbed();
  const {dry} = await reference;
  await world.killDryRun(at);
  expect(countsOf(await world.bringHome())).toEqual(dry);
}

async function expectLive(world: CrashWorld, at: string): Promise<void> {
  reference ??= undisturbed();
  const {live, table} = await reference;
  await world.killLive(await world.rehearse(), at);
  expect(countsOf(await world.bringHome())).toEqual(live);
  expect(indexedFiles(world.index)).toEqual(table);
  world.expectAtRest();
}

describe('kill -9 and resume', () => {
  const others: readonly CrashPoint[] = [...publishPoints, ...effectPoints, ...repositoryPoints];
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

  for (const [point, nth] of dryPoints.flatMap(point => timesOf(point).map(nth => [point, nth] as const)))
    it(`dry run, ${point} (${nth})`, () => expectDryRun(new CrashWorld(), `${point}:${nth}`));

  for (const [point, nth] of points.flatMap(point => timesOf(point).map(nth => [point, nth] as const)))
    it(`live, ${point} (${nth})`, () => expectLive(new CrashWorld(), `${point}:${nth}`));
});

describe.skipIf(postgresServer() === null)('kill -9 and resume, with a ledger in Postgres', () => {
  it.each(['partition-split', 'page-checkpointed:3', 'partition-finished', 'run-ended'])(
    'dry run, %s',
    async at => expectDryRun(new CrashWorld(await freshDatabase()), at),
  );

  it.each([
    'run-created',
    'lease-acquired',
    'intent-saved:3',
    'commit-sent:3',
    'page-committed:3',
    'page-checkpointed',
    'partition-finished',
    'lease-released',
    'run-ended',
  ])('live, %s', async at => expectLive(new CrashWorld(await freshDatabase()), at));
});
