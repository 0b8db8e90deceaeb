import {describe, expect, it} from 'vitest';
import {lastSummary, UploadsCrashWorld} from '../crash/uploads-crash-world.ts';
import {sha256} from './uploads-world.ts';

/** What uploads make of files, objects and rows that are not as they were at the dry run. */

const one = 'one content';
const nameOf = (content: string) => {
  const hash = sha256(content);
  return `u/7/${hash.slice(0, 2)}/${hash}.mp4`;
};

async function worldOf(files: Readonly<Record<string, string>>): Promise<UploadsCrashWorld> {
  const world = new UploadsCrashWorld();
  await world.prepare();
  for (const [key, content] of Object.entries(files)) world.write(key, content);
  return world;
}

/** The provider has something else where this content belongs: its upload fails, and the others go on. */
function occupy(world: UploadsCrashWorld, content: string): Promise<void> {
  return world.put(nameOf(content), Buffer.from('something else entirely'));
}

/** Triggers of the operator's that refuse rows of some contents, or drop them without a word. */
function guard(world: UploadsCrashWorld): void {
  world.sql(
    `CREATE TABLE guarded (sha256 TEXT, how TEXT);
     CREATE TRIGGER refusing BEFORE INSERT ON assets
     WHEN EXISTS (SELECT 1 FROM guarded WHERE sha256 = new.sha256 AND how = 'refuse')
     BEGIN SELECT RAISE(ABORT, 'not this one'); END;
     CREATE TRIGGER dropping BEFORE INSERT ON assets
     WHEN EXISTS (SELECT 1 FROM guarded WHERE sha256 = new.sha256 AND how = 'drop')
     BEGIN SELECT RAISE(IGNORE); END`,
  );
}

const guardOf = (world: UploadsCrashWorld, content: string, how: 'refuse' | 'drop') =>
  world.sql(`INSERT INTO guarded VALUES ('${sha256(content)}', '${how}')`);

const driftOf = (world: UploadsCrashWorld) =>
  world.ledger("SELECT drift_added AS added, drift_changed AS changed FROM runs WHERE mode = 'live'");
const openOf = (world: UploadsCrashWorld) =>
  world.ledger(
    "SELECT key, outcome FROM open_items WHERE run IN (SELECT id FROM runs WHERE mode = 'live') ORDER BY key",
  );

describe('a copy that appears before a file that is to be uploaded', () => {
  it('waits alone: what was reviewed is uploaded, and the copy is found to be there when it is accepted', async () => {
    const world = await worldOf({'b.mp4': one, 'c.mp4': 'another content'});
    const plan = await world.rehearsed();
    world.write('a & copy.mp4', one);
    const live = await world.headgate(world.liveArgs(plan));
    expect(lastSummary(live)).toMatchObject({status: 'incomplete', inserted: 2, unchanged: 0, pending: 1});
    expect(world.objects()).toEqual([nameOf(one), nameOf('another content')].sort());
    expect(world.rows()).toHaveLength(2);
    expect(driftOf(world)).toEqual([{added: 1, changed: 0}]);

    const retried = await world.headgate(['resume', 'last', '--json']);
    expect(lastSummary(retried)).toMatchObject({status: 'incomplete', inserted: 2, pending: 1});
    const accepted = await world.headgate(['resume', 'last', '--accept-new', '--json']);
    expect(lastSummary(accepted)).toMatchObject({status: 'completed', inserted: 2, unchanged: 1, pending: 0});
    expect(world.rows()).toHaveLength(2);
  });

  it('does not take a failed upload with it when that is tried again', async () => {
    const world = await worldOf({'b.mp4': one});
    const plan = await world.rehearsed();
    world.write('a copy.mp4', one);
    await occupy(world, one);
    await world.headgate(world.liveArgs(plan));
    expect(openOf(world)).toEqual([
      {key: 'a copy.mp4', outcome: 'pending'},
      {key: 'b.mp4', outcome: 'failed'},
    ]);
    await world.put(nameOf(one), Buffer.from(one));
    const retried = await world.headgate(['resume', 'last', '--json']);
    expect(lastSummary(retried)).toMatchObject({status: 'incomplete', inserted: 1, failed: 0, pending: 1});
    expect(openOf(world)).toEqual([{key: 'a copy.mp4', outcome: 'pending'}]);
  });
});

describe('an upload that fails is no drift', () => {
  const files = {'a.mp4': one, 'b copy.mp4': one, 'c.mp4': 'another content', 'd.mp4': 'a third content'};

  it('where its page is taken up after a crash', async () => {
    const world = await worldOf(files);
    const plan = await world.rehearsed();
    await occupy(world, one);
    const {signal} = await world.headgate(world.liveArgs(plan), 'page-committed:1');
    expect(signal).toBe('SIGKILL');
    const resumed = await world.headgate(['resume', 'last', '--json']);
    expect(lastSummary(resumed)).toMatchObject({status: 'incomplete', inserted: 2, failed: 2});
    expect(driftOf(world)).toEqual([{added: 0, changed: 0}]);
  });

  it('where its page is halved for a row that the database refuses, and whose content is known as failed', async () => {
    const world = await worldOf(files);
    guard(world);
    const plan = await world.rehearsed();
    await occupy(world, one);
    guardOf(world, 'another content', 'refuse');
    const live = await world.headgate(world.liveArgs(plan));
    expect(lastSummary(live)).toMatchObject({status: 'incomplete', inserted: 1, failed: 3});
    expect(driftOf(world)).toEqual([{added: 0, changed: 0}]);
    const {uploads} = await world.outcome();
    expect(uploads).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          sha256: sha256('another content'),
          status: 'error',
          note: expect.stringContaining('not this one'),
        }),
      ]),
    );
  });
});

it('copies of a row that somebody keeps from being made are left open with it, in the other half of its page too', async () => {
  const world = await worldOf({
    'a.mp4': one,
    'b.mp4': 'another content',
    'c.mp4': 'a third content',
    'd copy.mp4': one,
  });
  guard(world);
  const plan = await world.rehearsed();
  guardOf(world, 'another content', 'refuse');
  guardOf(world, one, 'drop');
  const live = await world.headgate(world.liveArgs(plan));
  expect(lastSummary(live)).toMatchObject({
    status: 'incomplete',
    inserted: 1,
    unchanged: 0,
    failed: 1,
    skipped: 2,
  });
  expect(openOf(world).map(item => Object.values(item)[0])).toEqual(['a.mp4', 'b.mp4', 'd copy.mp4']);

  world.sql('DELETE FROM guarded');
  const retried = await world.headgate(['resume', 'last', '--json']);
  expect(lastSummary(retried)).toMatchObject({status: 'completed', inserted: 3, unchanged: 1});
  expect(world.rows()).toHaveLength(3);
});
