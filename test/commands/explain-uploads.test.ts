import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {sha256, UploadsWorld} from './uploads-world.ts';

/** A video, a copy of it, and a folder that is a second provider. */
async function uploaded(): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  world.write('a.mp4', 'a video');
  world.write('copy.mp4', 'a video');
  mkdirSync(join(world.root, 'runway'));
  await world.migrate();
  expect((await world.unattended()).code).toBe(0);
  return world;
}

const hash = sha256('a video');

it('what was uploaded is told as that, with its hash, and the table is not taken for the provider', async () => {
  const world = await uploaded();
  const {out, code} = await world.run('explain', 'a.mp4');
  expect(code).toBe(0);
  expect(out).toContain(`provider_asset_id u/7/${hash.slice(0, 2)}/${hash}.mp4, `);
  expect(out).toMatch(
    new RegExp(
      [
        'ledger  knows its content',
        `  sha256 ${hash}`,
        '  recorded as uploaded to \\S+/pixverse for user 7, \\S+Z, as a\\.mp4',
        'source  \\S+/videos',
        '  7 B, modified 2025-04-01T00:00:00Z',
        '  version \\S+',
        '  the version that run \\S+ uploaded',
      ].join('\n'),
    ),
  );
  expect(out).toMatch(/\n {2}recorded as at \S+\/pixverse\n {2}as run \S+ left it\n$/);
  expect(out).not.toMatch(/fingerprint|indexed/);
});

it('a copy is told by the row of its content', async () => {
  const world = await uploaded();
  const {out} = await world.run('explain', 'copy.mp4');
  expect(out).toContain('\n  unchanged: same content: a.mp4\n');
  expect(out).toMatch(/the version that run \S+ found recorded as uploaded\n/);
  expect(out).toMatch(/as a\.mp4\n[\s\S]*target[\s\S]* {2}id 1\n[\s\S]*recorded as at \S+\/pixverse\n/);
  expect(out).toMatch(/no run on record has written it under this key\n$/);
});

it('an upload to another provider is told with what only the table says', async () => {
  const world = await uploaded();
  await world.run('run', 'uploads', ...world.flags(['--provider', 'runway']));
  const {out} = await world.run('explain', 'a.mp4');
  expect(out).toMatch(/\n {2}linked: asset 1, which is recorded as at \S+\/pixverse\n/);
  expect(out).toMatch(/\n {2}no upload to \S+\/runway for user 7 on record\n/);
});

it('a file that was not hashed since it changed is said to be so', async () => {
  const world = await uploaded();
  world.write('a.mp4', 'another video');
  const {out} = await world.run('explain', 'a.mp4');
  expect(out).toContain('ledger  has no hash of this version of it\n');
  expect(out).toMatch(
    /not the version that run \S+ uploaded\n {2}it has changed since: a new dry run takes it up\n/,
  );
});

describe('an asset of uploads-repair', () => {
  const ends = ['--provider', 'pixverse', '--target', 'assets.sqlite'];
  const object = `u/7/${hash.slice(0, 2)}/${hash}.mp4`;
  const key = '0000000000000000001';

  it.each(['1', key])('is found by its id, %s, with what the provider has of it', async asked => {
    const world = await uploaded();
    await world.run('run', 'uploads-repair', ...ends);
    const {out, code} = await world.run('explain', asked);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^${key}\nuploads-repair: \\S+/pixverse → \\S+\n`));
    expect(out).toMatch(/\nsource {2}\S+\/pixverse\n {2}7 B\n[\s\S]*\ntarget {2}\S+\n {2}id 1\n/);
    rmSync(join(world.root, world.provider, object));
    const lost = await world.run('explain', asked);
    expect(lost.out).toMatch(/\nsource {2}\S+\/pixverse\n {2}it has no such item\n/);
  });

  it('is looked for at the provider that is named', async () => {
    const world = await uploaded();
    await world.run('run', 'uploads-repair', ...ends);
    const of = ['--backfill', 'uploads-repair', '--source', './runway'];
    const {out} = await world.run('explain', '1', ...of);
    expect(out).toMatch(/\nsource {2}\S*runway\n {2}it has no such item\n/);
  });

  it('is asked for by its id, and not by its object: that is told', async () => {
    const world = await uploaded();
    await world.run('run', 'uploads-repair', ...ends);
    const {err, code} = await world.run('explain', object);
    expect(code).toBe(1);
    expect(err).toContain(
      'Ask for an asset of uploads-repair by its id, which verify names beside its object.',
    );
  });
});
