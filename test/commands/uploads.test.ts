import {renameSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {sha256, summaryOf, UploadsWorld} from './uploads-world.ts';

async function worldOf(videos: number): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  world.writeVideos(videos);
  expect((await world.migrate()).code).toBe(0);
  return world;
}

/** When each object of the provider was written: one that is uploaded again is another file. */
function inodes(world: UploadsWorld): ReadonlyMap<string, number> {
  return new Map(world.objects().map(name => [name, statSync(join(world.root, world.provider, name)).ino]));
}

describe('a folder of 100 videos of which 10 are uploaded, removed, and added again', () => {
  it('has nothing uploaded twice, and says what is there and what is not', async () => {
    const world = await worldOf(100);
    const first = await world.unattended('--max-objects', '10');
    expect(first.code).toBe(0);
    expect(summaryOf(first, 'live')).toMatchObject({
      status: 'completed',
      listed: 10,
      inserted: 10,
      failed: 0,
    });
    const before = inodes(world);
    expect(before.size).toBe(10);

    const removed = await world.run('folders', 'remove', world.folder);
    expect(removed.out).toMatch(/10 files are forgotten/);

    const again = await world.rehearse();
    expect(summaryOf(again, 'dry-run')).toMatchObject({listed: 100, unchanged: 10, inserted: 90, failed: 0});
    const there = await world.run('plan', 'last', '--action', 'unchanged');
    expect(there.out.match(/already uploaded: asset \d+/g)).toHaveLength(10);

    const rest = await world.unattended();
    expect(summaryOf(rest, 'live')).toMatchObject({status: 'completed', inserted: 90, unchanged: 10});
    const after = inodes(world);
    expect(after.size).toBe(100);
    expect([...before].filter(([name, inode]) => after.get(name) !== inode)).toEqual([]);
    expect(world.rows()).toHaveLength(100);
  });

  it('is recognised under another name, and where the ledger was lost', async () => {
    const world = await worldOf(3);
    await world.unattended();
    renameSync(join(world.root, 'videos'), join(world.root, 'films'));
    renameSync(join(world.root, 'films/video 001.mp4'), join(world.root, 'films/the best.mp4'));
    world.folder = 'films';
    const renamed = await world.rehearse();
    expect(summaryOf(renamed, 'dry-run')).toMatchObject({listed: 3, unchanged: 3});
    const plan = await world.run('plan', 'last', '--action', 'unchanged');
    expect(plan.out).toMatch(/the best\.mp4 .*already uploaded: asset \d+, uploaded as video 001\.mp4/);
    const merged = await world.run('folders', 'merged');
    expect(merged.out).toMatch(/films\/the best\.mp4\n .*videos\/video 001\.mp4 \(renamed or gone\)/);

    const other = await world.rehearse('--ledger', 'new.sqlite');
    expect(summaryOf(other, 'dry-run')).toMatchObject({listed: 3, unchanged: 3});
  });
});

describe('a content that was uploaded before', () => {
  it('by the same user to the same provider is left as it is', async () => {
    const world = await worldOf(1);
    await world.unattended();
    const before = inodes(world);
    const again = await world.unattended();
    expect(summaryOf(again, 'live')).toMatchObject({status: 'completed', listed: 1, unchanged: 1});
    expect(world.rows()).toHaveLength(1);
    expect(inodes(world)).toEqual(before);
  });

  it('by the same user to another provider is uploaded there, and its row says so', async () => {
    const world = await worldOf(1);
    await world.unattended();
    const [before] = world.rows();
    world.write('.keep', '', 'runway');
    const linked = await world.unattended('--provider', 'runway');
    expect(summaryOf(linked, 'live')).toMatchObject({status: 'completed', updated: 1, inserted: 0});
    const [row, ...others] = world.rows();
    expect(others).toEqual([]);
    const object = String(before?.['provider_asset_id']);
    const at = (provider: string) => join(world.root, provider);
    expect(row).toEqual({
      ...before,
      provider_uploads: JSON.stringify({[at('pixverse')]: object, [at('runway')]: object}),
    });
    expect(world.objects('runway')).toContain(object);
  });

  it('by another user gets a row of its own, and is uploaded for him', async () => {
    const world = await worldOf(1);
    await world.unattended();
    const other = await world.unattended('--user', '8');
    expect(summaryOf(other, 'live')).toMatchObject({status: 'completed', inserted: 1});
    const hash = sha256('what video 0 shows');
    expect(world.rows().map(row => [row['user_id'], row['sha256']])).toEqual([
      ['7', hash],
      ['8', hash],
    ]);
    expect(world.objects()).toEqual([
      `u/7/${hash.slice(0, 2)}/${hash}.mp4`,
      `u/8/${hash.slice(0, 2)}/${hash}.mp4`,
    ]);
  });

  it('by another user to another provider is none of the first one’s business', async () => {
    const world = await worldOf(1);
    await world.unattended();
    const [before] = world.rows();
    world.write('.keep', '', 'runway');
    await world.unattended('--user', '8', '--provider', 'runway');
    expect(world.rows()).toMatchObject([
      {...before},
      {user_id: '8', provider_id: join(world.root, 'runway')},
    ]);
  });
});

describe('files of the same content in one folder', () => {
  it('are uploaded once, and the others say whose content they have', async () => {
    const world = await worldOf(0);
    for (const key of ['a.mp4', 'b/copy & more.mp4', 'c 🎬.mp4']) world.write(key, 'one content');
    const dry = await world.rehearse();
    expect(summaryOf(dry, 'dry-run')).toMatchObject({listed: 3, inserted: 1, unchanged: 2});
    const plan = await world.run('plan', 'last', '--action', 'unchanged');
    expect(plan.out.match(/same content: a\.mp4/g)).toHaveLength(2);
    const live = await world.unattended();
    expect(summaryOf(live, 'live')).toMatchObject({status: 'completed', inserted: 1, unchanged: 2});
    expect(world.rows()).toHaveLength(1);
    expect(world.objects()).toHaveLength(1);
  });
});

it('says of its batches that files are uploaded, which rows that are linked are as well', async () => {
  const world = await worldOf(2);
  world.write('empty.mp4', '');
  const dry = await world.run('run', 'uploads', ...world.flags());
  expect(dry.err).toMatch(/^To be uploaded: 3, Skipped: 0$/m);
  expect(dry.out).toMatch(/^Total to be uploaded: 3$/m);
  expect(dry.out).toMatch(/^3 files to be uploaded, 36 B$/m);
  const live = await world.run('live', 'last', '--confirm', world.index);
  expect(live.err).toMatch(/^Uploaded: 3, Skipped: 0$/m);
  expect(live.err).toMatch(/^3 files uploaded, 36 B$/m);
});

it('undo takes back rows and objects, and leaves what somebody else names', async () => {
  const world = await worldOf(3);
  const live = await world.unattended();
  const run = String(summaryOf(live, 'live')?.['run']);
  const [first] = world.rows();
  // Another row of the same user names the object of the first.
  world.sql(
    `INSERT INTO assets (user_id, provider_id, provider_asset_id) VALUES ('7', '${first?.['provider_id']}', '${first?.['provider_asset_id']}')`,
  );
  const undone = await world.run('undo', run, '--confirm', world.index, '--json');
  expect(summaryOf(undone, 'undo')).toMatchObject({status: 'completed', deleted: 3});
  expect(world.rows()).toHaveLength(1);
  expect(world.objects()).toEqual([String(first?.['provider_asset_id'])]);
  const again = await world.rehearse();
  expect(summaryOf(again, 'dry-run')).toMatchObject({inserted: 3});
});

describe('what is asked for wrongly', () => {
  it.each([
    [['--folder', 'videos', '--target', 'assets.sqlite'], /--user ID --provider NAME/],
    [['--folder', 'videos', '--target', 'assets.sqlite', '--user', '7'], /--provider NAME/],
    [
      [
        '--folder',
        'videos',
        '--source',
        'videos',
        '--target',
        'assets.sqlite',
        '--user',
        '7',
        '--provider',
        'pixverse',
      ],
      /--folder and --source both say what is read/,
    ],
    [
      ['--folder', 'videos', 'videos', '--target', 'assets.sqlite', '--user', '7', '--provider', 'pixverse'],
      /videos/,
    ],
    [
      ['--folder', 'videos', '--target', 'assets.sqlite', '--user', '7', '--provider', './videos/out'],
      /its folder .*videos\/out lies in .*videos, whose files are uploaded\n.*Name a provider elsewhere/,
    ],
  ])('%j is refused with what to do', async (flags, said) => {
    const world = await worldOf(1);
    const {code, err} = await world.run('run', 'uploads', ...flags);
    expect(code).toBe(2);
    expect(err).toMatch(said);
  });
});

it('a verification without folders knows the provider by whatever it is called', async () => {
  const world = await worldOf(3);
  await world.unattended();
  const {out, code} = await world.run(
    ...['verify', 'uploads', '--provider', './pixverse', '--user', '7', '--target', world.index],
  );
  expect(code, out).toBe(0);
  expect(out).toMatch(/3 of 3 assets are recorded at the provider/);
});

it('a run says for whom it uploads and where to, also as an older one that is offered instead', async () => {
  const world = await worldOf(1);
  const older = String(summaryOf(await world.rehearse('--user', '8'), 'dry-run')?.['run']);
  expect((await world.run('status', older)).out).toMatch(/^scope {7}user 8, provider \S+pixverse/m);
  await world.unattended();
  const {err} = await world.run('live', 'last', '--confirm', world.index);
  expect(err).toMatch(
    new RegExp(`headgate live ${older} --confirm .* \\(dry run, .*, → \\S+pixverse for user 8, `),
  );
});
