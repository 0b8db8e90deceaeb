import {describe, expect, it} from 'vitest';
import type {CrashPoint} from '../../src/engine/crash-points.ts';
import {countsOf, lastSummary, UploadsCrashWorld} from './uploads-crash-world.ts';

/**
 * SIGKILL at every named point that dry runs, live runs and undos of uploads meet, and where it is met again, later; then
 * resume. Rows, counts, objects byte for byte and the hash store must be those of an undisturbed run, and nothing of what
 * was begun may be left.
 */

type Case = readonly [point: CrashPoint, nth: number];

const dryCases: readonly Case[] = [
  ['run-created', 1],
  ['partitions-found', 1],
  ['page-inspected', 3],
  ['page-decided', 2],
  ['page-checkpointed', 2],
  ['partition-finished', 1],
  ['lease-released', 1],
  ['run-ended', 1],
];
const liveCases: readonly Case[] = [
  ['run-created', 1],
  ['lease-acquired', 1],
  ['partitions-found', 1],
  ['page-inspected', 2],
  ['page-decided', 2],
  ['intent-saved', 1],
  ['effect-made', 1],
  ['effect-made', 6],
  ['effects-applied', 3],
  ['commit-sent', 3],
  ['page-committed', 1],
  ['page-committed', 3],
  ['page-checkpointed', 2],
  ['partition-finished', 1],
  ['lease-released', 1],
  ['run-ended', 1],
  ['verified', 1],
];
const undoCases: readonly Case[] = [
  ['intent-saved', 1],
  ['page-committed', 3],
  ['effects-cleared', 1],
  // Behind those of the dry run that shows what is put back.
  ['page-checkpointed', 6],
  ['lease-released', 2],
];

async function filled(): Promise<UploadsCrashWorld> {
  const world = new UploadsCrashWorld();
  await world.fill();
  return world;
}

async function expectKilled(world: UploadsCrashWorld, args: readonly string[], at: string): Promise<void> {
  const {signal, out, err} = await world.headgate(args, at);
  expect(signal, out + err).toBe('SIGKILL');
}

/** What all come to that nobody kills. */
async function undisturbed() {
  const world = await filled();
  const before = await world.outcome();
  const plan = await world.rehearsed();
  const dry = countsOf(await world.status(plan));
  const live = lastSummary(await world.headgate(world.liveArgs(plan)));
  const outcome = await world.outcome();
  const undone = lastSummary(await world.headgate(world.undoArgs(String(live['run']))));
  return {before, dry, live: countsOf(live), outcome, undo: countsOf(undone), after: await world.outcome()};
}

let made: ReturnType<typeof undisturbed> | null = null;
const reference = () => (made ??= undisturbed());

it('what is compared with is what it should be', async () => {
  const {before, dry, live, outcome, undo, after} = await reference();
  expect(dry).toMatchObject({listed: 14, inserted: 10, updated: 1, unchanged: 3, status: 'completed'});
  expect(live).toEqual({...dry, rows: 11});
  expect(Object.keys(outcome.objects)).toHaveLength(12);
  expect(outcome.uploads).toHaveLength(12);
  expect(outcome).toMatchObject({begun: [], marks: [], lease: [{run: null, holder: null}]});
  expect(undo).toMatchObject({deleted: 10, updated: 1, status: 'completed'});
  expect(after).toMatchObject({rows: before.rows, objects: before.objects, begun: [], marks: []});
});

describe('kill -9 and resume', () => {
  it.each(dryCases)('dry run, %s (%i)', async (point, nth) => {
    const {dry, before} = await reference();
    const world = await filled();
    const {signal} = await world.dry(`${point}:${nth}`);
    expect(signal).toBe('SIGKILL');
    expect(countsOf(await world.bringHome())).toEqual(dry);
    const {uploads, ...rest} = await world.outcome();
    expect({...rest, uploads: []}).toEqual(before);
    expect(uploads).toHaveLength(1);
  });

  it.each(liveCases)('live, %s (%i)', async (point, nth) => {
    const {live, outcome} = await reference();
    const world = await filled();
    await expectKilled(world, world.liveArgs(await world.rehearsed()), `${point}:${nth}`);
    expect(countsOf(await world.bringHome())).toEqual(live);
    expect(await world.outcome()).toEqual(outcome);
  });

  it.each(undoCases)('undo, %s (%i)', async (point, nth) => {
    const {undo, after} = await reference();
    const world = await filled();
    const live = lastSummary(await world.headgate(world.liveArgs(await world.rehearsed())));
    await expectKilled(world, world.undoArgs(String(live['run'])), `${point}:${nth}`);
    expect(countsOf(await world.bringHome())).toEqual(undo);
    expect(await world.outcome()).toEqual(after);
  });
});
