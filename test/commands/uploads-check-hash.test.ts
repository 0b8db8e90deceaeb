import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {sha256, summaryOf, UploadsWorld} from './uploads-world.ts';

/** What a client asks before it uploads: whether a content is there, by its hash. */

const hash = sha256('what video 0 shows');

function asking(world: UploadsWorld) {
  return (hashes: readonly string[], ...more: readonly string[]) =>
    world.run('check-hash', ...hashes, '--target', world.index, '--json', ...more);
}

it('says where a content is, to its user alone, one answer for each hash, and changes not a byte', async () => {
  const world = new UploadsWorld();
  const provider = join(world.root, world.provider);
  const ask = asking(world);
  const bytes = () => sha256(readFileSync(join(world.root, world.index)));
  world.writeVideos(2);
  mkdirSync(join(world.root, 'runway'));
  await world.migrate();
  expect(summaryOf(await world.unattended(), 'live')).toMatchObject({inserted: 2});

  const before = bytes();
  const there = {exists: true, asset_id: '1', provider_id: provider, uploaded_to_providers: [provider]};
  for (const [asked, note] of [
    [[], `already uploaded to ${provider}`],
    [['--provider', world.provider], `already uploaded to ${provider}`],
    [['--provider', './runway'], `already uploaded to ${provider}, not to ${join(world.root, 'runway')}`],
    [
      ['--provider', 's3://media/up', '--endpoint', 'http://127.0.0.1:9'],
      `already uploaded to ${provider}, not to s3://media/up?endpoint=http://127.0.0.1:9`,
    ],
  ] as const) {
    const {lines, code, err} = await ask([hash.toUpperCase()], '--user', '7', ...asked);
    expect(code, err).toBe(0);
    expect(lines).toEqual([{type: 'content', sha256: hash, ...there, note}]);
  }

  const unknown = sha256('what nobody has');
  const {lines} = await ask([unknown, hash, hash], '--user', '7');
  expect(lines.map(({exists, sha256: of}) => [exists, of])).toEqual([
    [false, unknown],
    [true, hash],
    [true, hash],
  ]);
  const other = await ask([hash], '--user', '8');
  const nothing = {exists: false, asset_id: null, uploaded_to_providers: [], note: 'not uploaded yet'};
  expect(other.lines).toMatchObject([nothing]);
  expect(bytes()).toBe(before);
});

it.each([
  ['what is no SHA-256', [sha256('a'), 'abc'], ['--user', '7'], /hash 2 is no SHA-256: it has 3 characters/],
  ['more than 500', Array(501).fill(hash), ['--user', '7'], /501 hashes were asked for at once/],
  ['an empty user', [hash], ['--user', ''], /it is not said whose contents these are/],
  [
    'a provider that is none',
    [hash],
    ['--user', '7', '--provider', 'nope'],
    /provider ..nope..: there is no such folder/,
  ],
  ['nobody in particular', [hash], [], /it is not said whose contents these are/],
] as const)('refuses %s', async (_, hashes, more, says) => {
  const world = new UploadsWorld();
  await world.migrate();
  const {code, out} = await asking(world)(hashes, ...more);
  expect(code).toBe(2);
  expect(out).toMatch(says);
});
