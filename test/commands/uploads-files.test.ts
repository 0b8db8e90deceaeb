import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {sha256, summaryOf, UploadsWorld} from './uploads-world.ts';

/** What becomes of files that are not as they were, or not as files should be. */

async function worldOf(videos: number): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  world.writeVideos(videos);
  expect((await world.migrate()).code).toBe(0);
  return world;
}

const planOf = async (world: UploadsWorld) => String(summaryOf(await world.rehearse(), 'dry-run')?.['run']);
const live = (world: UploadsWorld, plan: string, ...more: readonly string[]) =>
  world.run('live', plan, '--confirm', world.index, '--json', ...more);
const hashes = (world: UploadsWorld) => world.rows().map(({sha256: hash}) => hash);

describe('between dry run and live run', () => {
  it('a file that changes is hashed again, and uploaded as it is now: it is told', async () => {
    const world = await worldOf(3);
    const plan = await planOf(world);
    world.write('video 001.mp4', 'another cut of it');
    const ended = await live(world, plan);
    expect(summaryOf(ended, 'live')).toMatchObject({status: 'completed', listed: 3, inserted: 3, failed: 0});
    expect(hashes(world)).toContain(sha256('another cut of it'));
    expect(hashes(world)).not.toContain(sha256('what video 1 shows'));
    expect(ended.lines.filter(({type}) => type === 'drift')).toMatchObject([{keys: ['video 001.mp4']}]);
    expect(world.objects()).toHaveLength(3);
  });

  it('a file that is deleted is skipped, and its copy is uploaded in its place', async () => {
    const world = await worldOf(2);
    world.write('z copy.mp4', 'what video 0 shows');
    const plan = await planOf(world);
    rmSync(join(world.root, world.folder, 'video 000.mp4'));
    const ended = await live(world, plan);
    expect(summaryOf(ended, 'live')).toMatchObject({listed: 3, inserted: 2, skipped: 1, unchanged: 0});
    expect(hashes(world).toSorted()).toEqual(
      [sha256('what video 0 shows'), sha256('what video 1 shows')].toSorted(),
    );
  });

  it('a file that appears waits for another dry run, unless it is to come along', async () => {
    const world = await worldOf(2);
    const plan = await planOf(world);
    world.write('video 000 b.mp4', 'new');
    const waiting = await live(world, plan);
    expect([waiting.code, summaryOf(waiting, 'live')]).toMatchObject([
      5,
      {status: 'incomplete', listed: 3, inserted: 2, pending: 1},
    ]);
    expect(hashes(world)).not.toContain(sha256('new'));
    const more = await world.unattended();
    expect(summaryOf(more, 'live')).toMatchObject({status: 'completed', inserted: 1, unchanged: 2});
  });

  it('a row that somebody takes away is made again; its object is recognised', async () => {
    const world = await worldOf(2);
    await world.unattended();
    world.sql(`DELETE FROM assets WHERE sha256 = '${sha256('what video 0 shows')}'`);
    const dry = await world.rehearse();
    expect(summaryOf(dry, 'dry-run')).toMatchObject({inserted: 1, unchanged: 1});
    const plan = await world.run('plan', 'last', '--action', 'insert');
    expect(plan.out).toMatch(/row gone: uploaded on \d{4}-/);
    await live(world, String(summaryOf(dry, 'dry-run')?.['run']));
    expect([world.rows().length, world.objects().length]).toEqual([2, 2]);
  });
});

describe('files as they are', () => {
  it('an empty folder is asked about, and nothing is done', async () => {
    const world = await worldOf(0);
    const dry = await world.run('run', 'uploads', ...world.flags());
    expect(dry.code).toBe(0);
    expect(dry.out + dry.err).toMatch(/are these the folders that you meant\?/);
    expect(world.objects()).toEqual([]);
  });

  it('names of all kinds, each of which stays a file of its own', async () => {
    const world = await worldOf(0);
    const names = [
      'a & b+c %2F #1?.mp4',
      'two  spaces .mp4',
      'emoji 🚢.mp4',
      'new\nline.mp4',
      'quote \' and " and \\.mp4',
      'nfc \u00e9.mp4',
      'nfd e\u0301.mp4',
      'folder & more/deep 🎬/x.MP4',
      '.hidden',
      'no extension',
      '--flag.mp4',
    ];
    for (const name of names) world.write(name, `content of ${name}`);
    const ended = await world.unattended();
    expect(summaryOf(ended, 'live')).toMatchObject({status: 'completed', inserted: names.length});
    expect(hashes(world).toSorted()).toEqual(names.map(name => sha256(`content of ${name}`)).toSorted());
    expect(world.objects()).toHaveLength(names.length);
    const again = await world.unattended();
    expect(summaryOf(again, 'live')).toMatchObject({unchanged: names.length, inserted: 0});
    const undone = await world.run(
      ...['undo', String(summaryOf(ended, 'live')?.['run']), '--confirm', world.index, '--json'],
    );
    expect(summaryOf(undone, 'undo')).toMatchObject({status: 'completed', deleted: names.length});
    expect(world.objects()).toEqual([]);
  });

  it('users of all kinds, none of whom comes into the folder of another', async () => {
    const world = await worldOf(1);
    const users = ['7', '../7', 'a/b', '.', '..', 'é', 'x y&z', '🎬', "o'hara"];
    for (const user of users) {
      const ended = await world.unattended('--user', user);
      expect(summaryOf(ended, 'live'), user).toMatchObject({status: 'completed', inserted: 1});
    }
    expect(world.rows().map(({user_id: user}) => user)).toEqual(users);
    expect(world.objects()).toHaveLength(users.length);
    expect(world.objects().filter(name => !/^u\/[^/]+\/..\/[0-9a-f]{64}\.mp4$/.test(name))).toEqual([]);
  });
});

describe('a content that several files have', () => {
  const copies = ['a.mp4', 'b.mp4', 'c.mp4'];

  async function withCopies(): Promise<UploadsWorld> {
    const world = await worldOf(2);
    for (const name of copies) world.write(name, 'one content');
    return world;
  }

  it('fails with the first of them where that can not be uploaded, and a retry takes all of them up', async () => {
    const world = await withCopies();
    const hash = sha256('one content');
    const taken = `u/7/${hash.slice(0, 2)}/${hash}.mp4`;
    world.write(taken, 'something else', world.provider);
    const ended = await live(world, await planOf(world));
    expect([ended.code, summaryOf(ended, 'live')]).toMatchObject([
      5,
      {status: 'incomplete', listed: 5, inserted: 2, unchanged: 0, failed: 3},
    ]);
    rmSync(join(world.root, world.provider, taken));
    const resumed = await world.run('resume', 'last', '--json');
    expect(summaryOf(resumed, 'live')).toMatchObject({
      status: 'completed',
      listed: 5,
      inserted: 3,
      unchanged: 2,
      failed: 0,
    });
    expect(world.rows()).toHaveLength(3);
  });

  it('fails with the first of them where its row is refused: no copy says that it is there', async () => {
    const world = await withCopies();
    world.sql(
      `CREATE TABLE unwanted AS SELECT '${sha256('one content')}' AS sha256;
       CREATE TRIGGER no_such BEFORE INSERT ON assets WHEN new.sha256 IN (SELECT sha256 FROM unwanted)
       BEGIN SELECT RAISE(ABORT, 'not this one'); END`,
    );
    const ended = await live(world, await planOf(world));
    expect([ended.code, summaryOf(ended, 'live')]).toMatchObject([
      5,
      {status: 'incomplete', listed: 5, inserted: 2, unchanged: 0, failed: 3},
    ]);
    world.sql('DELETE FROM unwanted');
    const resumed = await world.run('resume', 'last', '--json');
    expect(resumed.code, resumed.out + resumed.err).toBe(0);
    expect(summaryOf(resumed, 'live')).toMatchObject({
      status: 'completed',
      inserted: 3,
      unchanged: 2,
      failed: 0,
    });
    expect(world.rows()).toHaveLength(3);
  });
});

it('what could not be uploaded is told by its file and by the provider, as the config calls it', async () => {
  const world = await worldOf(1);
  const config = {providers: {archive: {folder: world.provider}}};
  writeFileSync(join(world.root, 'headgate.config.json'), JSON.stringify(config));
  const run = await world.rehearse('--provider', 'archive');
  world.write('u', 'a file in the place of a folder', world.provider);
  const plan = String(summaryOf(run, 'dry-run')?.['run']);
  const ended = await world.run('live', plan, '--confirm', world.index);
  const said = /to archive: \S+\/u: it can't be written: a file is in the place of one of its folders/;
  expect(ended.err).toMatch(new RegExp(`\nfailed \\(invalid\\): video 000\\.mp4: ${said.source}`));
  const {out} = await world.run('failures', 'last');
  expect(out).toMatch(new RegExp(`\nvideo 000\\.mp4 {2}failed \\(invalid\\): ${said.source}`));
});
