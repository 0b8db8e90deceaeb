import {expect, it} from 'vitest';
import {UploadsWorld} from './uploads-world.ts';

async function worldOf(files: number): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  for (let number = 0; number < files; number++)
    world.write(`video ${number}.mp4`, `${number}`.repeat(1_000));
  expect((await world.migrate()).code).toBe(0);
  return world;
}

it('an estimate of everything tells what would be uploaded, where to, and how long at which rate', async () => {
  const world = await worldOf(8);
  world.write('x copy.mp4', '0'.repeat(1_000));
  const {out} = await world.run('estimate', 'uploads', ...world.flags());
  expect(out).toMatch(
    /\nuploading 7\.8 KiB of 8 files to \S+\/pixverse\n {12}less than 1 s at 100 MB\/s, on top of the time above: nothing was uploaded to measure it\nchanges {3}8 of 9 items\n/,
  );
  expect(world.objects()).toEqual([]);
});

it('one of a sample says that copies are counted, and what is there already is not', async () => {
  // Without a copy: whichever are drawn, each would be uploaded.
  const world = await worldOf(9);
  const sampled = await world.run('estimate', 'uploads', ...world.flags(['--sample', '3', '--json']));
  const [estimate] = sampled.lines.filter(({type}) => type === 'estimate');
  expect(estimate).toMatchObject({
    effects: {isLocal: true, items: 9, bytes: 9_000, isExact: false, requests: 0},
  });
  const {out} = await world.run('estimate', 'uploads', ...world.flags(['--sample', '3']));
  expect(out).toMatch(/\n {12}copies of what was not in the sample are counted as uploads: it may be less\n/);

  await world.unattended();
  const after = await world.run('estimate', 'uploads', ...world.flags());
  expect(after.out).not.toMatch(/^uploading/m);
});
