import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {changeIndex, sha256, writeAsset} from '../support/assets.ts';
import {runProgram} from '../support/program.ts';
import {goLive, itemOf, runsOf, storyOf} from './explained.ts';
import {ends, makeCommandWorld} from './world.ts';

/** Refuses rows whose key stands in `block`, so that one item fails in the middle of a live run. */
const blocking = `
  CREATE TABLE block (key TEXT PRIMARY KEY);
  CREATE TRIGGER blocks BEFORE INSERT ON files WHEN NEW.key IN (SELECT key FROM block)
  BEGIN SELECT RAISE(ABORT, 'blocked by hand'); END;`;

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;

describe('a failure in the middle, mended and undone', () => {
  it('is told in the order in which it happened, with what can be done', async () => {
    const world = makeCommandWorld();
    const {index, headgate} = world;
    changeIndex(index, `${blocking} INSERT INTO block VALUES ('dir1/file-00001.txt')`);
    await goLive(world);
    const [dry, live] = await runsOf(world);

    const failed = await headgate('explain', 'dir1/file-00001.txt');
    expect(failed.code).toBe(0);
    expect(failed.out).toMatch(
      new RegExp(
        [
          '^dir1/file-00001\\.txt',
          'asset-index: .*/assets → .*/index\\.sqlite',
          `${time}  dry run ${dry}, completed`,
          '  to insert: content_hash [0-9a-f]{64}, size 30',
          `  its plan was taken by ${live}`,
          `${time}  live ${live}, incomplete`,
          `  failed \\(refused\\) after 1 attempt, ${time}: blocked by hand`,
          '  A constraint or trigger of the target refused the row: .*',
          'See what was left open, and why:',
          `  headgate failures ${live}`,
          'Take it up again:',
          `  headgate retry ${live}`,
          '',
          'ledger {2}keeps version ',
        ].join('\n'),
      ),
    );
    expect(failed.out).toMatch(/\ntarget {2}.*index\.sqlite\n {2}it has no row\n$/);
    expect(failed.out).not.toContain('headgate undo');

    changeIndex(index, 'DELETE FROM block');
    expect((await headgate('retry', 'last')).code).toBe(0);
    const mended = await headgate('explain', 'dir1/file-00001.txt');
    const hash = sha256('content of dir1/file-00001.txt');
    expect(mended.out).toContain(`live ${live}, completed\n  inserted: content_hash ${hash}`);
    expect(mended.out).toContain(`\n  hash ${hash}\n`);
    expect(mended.out).toContain(`\n  the version that run ${live} indexed\ntarget  `);
    expect(mended.out).toMatch(
      new RegExp(`\n  content_hash ${hash}\n[\\s\\S]*\n  as run ${live} left it\n$`),
    );
    expect(mended.out).not.toMatch(/headgate (?:retry|failures|live)/);

    expect((await headgate('undo', 'last', '--confirm', 'index.sqlite')).code).toBe(0);
    const [, , dryUndo, undo] = await runsOf(world);
    const undone = await headgate('explain', 'dir1/file-00001.txt');
    expect(undone.out).toContain(`  undone by ${undo}\n`);
    expect(undone.out).toMatch(
      new RegExp(
        [
          `dry run of an undo ${dryUndo}, completed`,
          `  undoes ${live}`,
          '  to delete: content_hash [0-9a-f]{64} → gone, size 30 → gone',
          `  its plan was taken by ${undo}`,
          `${time}  undo ${undo}, completed`,
          `  undoes ${live}`,
          '  deleted: content_hash ',
        ].join('\n'),
      ),
    );
    expect(undone.out).toMatch(new RegExp(`  it has no row\n  as run ${undo} left it\n$`));
  });

  it('is one object an event for programs, and one of the item at the end', async () => {
    const world = makeCommandWorld();
    await goLive(world);
    await world.headgate('undo', 'last', '--confirm', 'index.sqlite');
    const ended = await world.headgate('explain', 'dir0/file-00000.txt', '--json');
    expect(ended.code).toBe(0);
    expect(ended.out.trim().split('\n')).toHaveLength(ended.lines.length);
    expect(storyOf(ended)).toEqual([
      'dry-run decided update',
      'live written updated',
      'dry-run decided update',
      'undo written updated',
    ]);
    const [, live, , undo] = await runsOf(world);
    const old = {content_hash: sha256('old'), size: 1};
    const fresh = {content_hash: sha256('content of dir0/file-00000.txt'), size: 30};
    expect(ended.lines).toMatchObject([
      {before: old, after: fresh, usedBy: live},
      {before: old, after: fresh, undoneBy: undo},
      {before: fresh, after: old, undoes: live},
      {before: fresh, after: old, undoes: live},
      {
        type: 'item',
        key: 'dir0/file-00000.txt',
        runs: 4,
        ledger: [{fingerprint: expect.stringMatching(/^30-/), found: {hash: fresh.content_hash, size: 30}}],
        source: {present: true, size: 30, is: 'read'},
        target: {row: {...old, uploader_id: 'proxy'}, stands: 'as-left', run: undo},
      },
    ]);
  });
});

describe('a process that was killed', () => {
  it.each([
    ['page-committed', 'as-left'],
    ['intent-saved', 'not-landed'],
  ])('at %s leaves it under way, until a resume settles it', async (point, stands) => {
    const {cwd, headgate} = makeCommandWorld();
    await headgate('run', 'asset-index', ...ends);
    const killed = await runProgram(['live', 'last', '--confirm', 'index.sqlite'], {
      cwd,
      env: {HEADGATE_CRASH_AT: point},
    });
    expect(killed.signal).toBe('SIGKILL');
    const left = await headgate('explain', 'dir0.txt', '--json');
    expect(storyOf(left)).toEqual(['dry-run decided insert', 'live under-way insert']);
    expect(itemOf(left)).toMatchObject({target: {stands}});
    const told = await headgate('explain', 'dir0.txt');
    expect(told.out).toMatch(/live \S+, running, but its process is gone\n {2}to insert: /);
    expect(told.out).toMatch(/its page was under way when the run stopped: headgate resume (\S+) settles it/);
    expect(told.out).toMatch(/settle it and go on:\n {2}headgate resume/);
    await headgate('resume', 'last');
    const settled = await headgate('explain', 'dir0.txt', '--json');
    expect(storyOf(settled)).toEqual(['dry-run decided insert', 'live written inserted']);
    expect(itemOf(settled)).toMatchObject({target: {stands: 'as-left'}});
  });
});

describe('between dry run and live run', () => {
  it('an item that went was passed over, and one that came waits', async () => {
    const world = makeCommandWorld();
    const {cwd, headgate} = world;
    await headgate('run', 'asset-index', ...ends);
    rmSync(join(cwd, 'assets', 'dir0.txt'));
    writeAsset(join(cwd, 'assets'), 'late.txt', 'late');
    await headgate('live', 'last', '--confirm', 'index.sqlite');
    const gone = await headgate('explain', 'dir0.txt');
    expect(gone.out).toMatch(/live \S+, incomplete\n {2}not written: when the run came to it, it was gone/);
    expect(gone.out).toMatch(/source {2}.*\n {2}it has no such item\ntarget {2}.*\n {2}it has no row\n$/);
    expect(gone.out).not.toContain('headgate retry');
    const late = await headgate('explain', 'late.txt');
    expect(late.out).toMatch(/\n {2}waits, .*: appeared since the dry run\n {2}.*--accept-new/);
    expect(late.out).toMatch(/headgate resume \S+ --accept-new/);
  });
});

describe('awkward keys', () => {
  it('are found, also as a terminal shows them, and take one line', async () => {
    const world = makeCommandWorld();
    const {cwd, keys, headgate} = world;
    writeAsset(join(cwd, 'assets'), '-dash', 'x');
    await goLive(world);
    const awkward = keys.filter(key => !key.startsWith('dir'));
    expect(awkward).toContain('new\nline.txt');
    for (const key of awkward) {
      const ended = await headgate('explain', key, '--json');
      expect(ended.code).toBe(0);
      expect(itemOf(ended)).toMatchObject({key, source: {is: 'indexed'}, target: {row: {}}});
    }
    for (const named of ['new\nline.txt', 'new\\x0aline.txt']) {
      const told = await headgate('explain', named);
      expect(told.code).toBe(0);
      expect(told.out).toMatch(/^new\\x0aline\.txt\nasset-index: /);
    }
    expect(itemOf(await headgate('explain', '--json', '--', '-dash'))).toMatchObject({key: '-dash', runs: 2});
    // Composed and decomposed are two keys, and neither finds the other.
    expect((await headgate('explain', 'nfc e\u0301')).code).toBe(1);
  });

  it('that are no UTF-8 tell why they failed', async () => {
    const {cwd, headgate} = makeCommandWorld();
    writeAsset(join(cwd, 'assets'), Buffer.from('bad\xff', 'latin1'), 'x');
    await headgate('run', 'asset-index', ...ends);
    const story = storyOf(await headgate('explain', 'bad\\xff', '--json'));
    expect(story).toEqual(['dry-run decided fail']);
    const told = await headgate('explain', 'bad\\xff');
    expect(told.code).toBe(0);
    expect(told.out).toMatch(
      /\n {2}failed \(invalid\) after 1 attempt: its name is not UTF-8.*\n {2}It can not/,
    );
    expect(told.out).toMatch(/source {2}.*\n {2}it can't be read \(invalid\)/);
  });
});

describe('a key that nothing knows', () => {
  it('is a failure that says where to look', async () => {
    const {headgate} = makeCommandWorld();
    const early = await headgate('explain', 'dir0.txt');
    expect(early.code).toBe(1);
    expect(early.err).toMatch(/nothing is known of dir0\.txt\nThere is no run in this ledger yet/);
    await headgate('run', 'asset-index', ...ends);
    const ended = await headgate('explain', 'DIR0.txt');
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/nothing is known of DIR0\.txt\nA key is written as its source lists it/);
    expect(ended.err).toMatch(/headgate plan \S+ shows keys/);
    expect(ended.out).toMatch(/source {2}.*\n {2}it has no such item\n/);
    const inJson = await headgate('explain', 'DIR0.txt', '--json');
    expect(inJson.code).toBe(1);
    expect(inJson.lines.map(({type}) => type)).toEqual(['error', 'item']);
  });

  it('but the source has, waits for a dry run', async () => {
    const {cwd, headgate} = makeCommandWorld();
    const named = await headgate('explain', 'dir0.txt', ...ends);
    expect(named.code).toBe(0);
    expect(named.err).toMatch(/no run in this ledger has met dir0\.txt: a new dry run takes it up/);
    await headgate('run', 'asset-index', ...ends);
    writeAsset(join(cwd, 'assets'), 'late.txt', 'late');
    const late = await headgate('explain', 'late.txt', '--json');
    expect(late.code).toBe(0);
    expect(itemOf(late)).toMatchObject({runs: 0, source: {present: true, size: 4}, target: {row: null}});
  });
});

it('a live run of a plan that had nothing to change of it is no event', async () => {
  const world = makeCommandWorld();
  await goLive(world);
  const [, live] = await runsOf(world);
  const ended = await world.headgate('explain', 'empty', '--json');
  expect(storyOf(ended)).toEqual(['dry-run decided unchanged']);
  expect(ended.lines[0]).toMatchObject({usedBy: live});
});

it('dry runs in a row that found it unchanged are one line for people, and each an object for programs', async () => {
  const world = makeCommandWorld();
  const {headgate} = world;
  await goLive(world);
  for (let nightly = 0; nightly < 3; nightly++) await headgate('run', 'asset-index', ...ends);
  const told = await headgate('explain', 'dir0.txt');
  expect(told.out).toMatch(
    new RegExp(`  inserted: .*\n${time}  to ${time}: 3 dry runs found it unchanged\n\nledger`),
  );
  const item = await headgate('explain', 'dir0.txt', '--json');
  expect(storyOf(item)).toEqual([
    'dry-run decided insert',
    'live written inserted',
    ...Array.from({length: 3}, () => 'dry-run decided unchanged'),
  ]);
});
