import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {indexedFiles, tableDigest, writeAsset} from '../support/assets.ts';
import {type Ended, runProgram, summaryOf} from '../support/program.ts';
import {type CommandWorld, ends, makeCommandWorld} from './world.ts';

const confirmed = ['--confirm', 'index.sqlite'] as const;

function runOf(ended: Ended): string {
  return String(summaryOf(ended)['run']);
}

/** A live run that more drift than its limit allows has paused. */
async function pausedLive({cwd, headgate}: CommandWorld): Promise<string> {
  writeFileSync(join(cwd, 'headgate.config.json'), '{"settings": {"drift": {"share": 0, "least": 0}}}');
  await headgate('run', 'asset-index', ...ends);
  writeAsset(join(cwd, 'assets'), 'dir0/file-00000.txt', 'something else');
  const live = await headgate('live', 'last', ...confirmed, '--json');
  expect(summaryOf(live)).toMatchObject({mode: 'live', status: 'paused'});
  return runOf(live);
}

it('live never takes the dry run of an undo, by no name', async () => {
  const {index, headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends);
  const live = runOf(await headgate('live', 'last', ...confirmed, '--json'));
  const written = tableDigest(index, 'files');
  const preview = runOf(await headgate('undo', live, '--json'));

  const last = await headgate('live', 'last', ...confirmed);
  expect(last.code).toBe(6);
  const byId = await headgate('live', preview, ...confirmed);
  expect(byId.code).toBe(6);
  expect(byId.err).toContain(`run ${preview} is the dry run of an undo`);
  expect(byId.err).toContain(`headgate undo ${live} --confirm index.sqlite`);
  expect(tableDigest(index, 'files')).toBe(written);
});

it('live last executes the newest dry run or none: an older plan is named, and not taken', async () => {
  const {index, headgate} = makeCommandWorld();
  const older = runOf(await headgate('run', 'asset-index', ...ends, '--prefix', 'dir0/', '--json'));
  const newest = runOf(await headgate('run', 'asset-index', ...ends, '--prefix', 'dir1/', '--json'));
  const live = runOf(await headgate('live', 'last', ...confirmed, '--json'));
  const rows = indexedFiles(index).length;
  const again = await headgate('live', 'last', ...confirmed);
  expect(again.code).toBe(6);
  expect(again.err).toContain(`the newest dry run, ${newest}, has no plan left to execute: run ${live} did`);
  expect(again.err).toMatch(
    new RegExp(`Older, and completed: headgate live ${older} --confirm index.sqlite`),
  );
  expect(indexedFiles(index)).toHaveLength(rows);
});

it('resume last stops at a newest run that is completed, and names the paused one behind it', async () => {
  const world = makeCommandWorld();
  const paused = await pausedLive(world);
  const newer = runOf(await world.headgate('run', 'asset-index', ...ends, '--json'));
  const resumed = await world.headgate('resume', 'last');
  expect(resumed.code).toBe(2);
  expect(resumed.err).toContain(`the newest run, ${newer}, is completed: there is nothing to resume`);
  expect(resumed.err).toMatch(
    new RegExp(`Older, and paused: headgate resume ${paused} \\(live, index.sqlite, \\d\\d:\\d\\d UTC\\)`),
  );
});

it('a plan whose live run was killed is not said to be executed: that run is to be resumed', async () => {
  const {cwd, headgate} = makeCommandWorld();
  const plan = runOf(await headgate('run', 'asset-index', ...ends, '--json'));
  await runProgram(['live', plan, ...confirmed], {cwd, env: {HEADGATE_CRASH_AT: 'page-committed'}});
  const {lines} = await headgate('status', plan, '--json');
  const live = String(lines[0]?.['usedBy']);
  const said = new RegExp(
    `run ${live} took it and was interrupted.*\n.*go on with it: headgate resume ${live}`,
  );
  for (const named of [plan, 'last']) {
    const again = await headgate('live', named, ...confirmed);
    expect(again.code).toBe(6);
    expect(again.err).toMatch(said);
  }
  const itself = await headgate('live', live, ...confirmed);
  expect(itself.err).toContain(`To go on with it: headgate resume ${live}`);
  expect((await headgate('resume', live)).code).toBe(0);
  expect((await headgate('live', plan, ...confirmed)).err).toMatch(/its plan was executed by run/);
});

it('resume last takes a run first whose process died while it wrote', async () => {
  const {cwd, headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends);
  const killed = await runProgram(['live', 'last', ...confirmed, '--json'], {
    cwd,
    env: {HEADGATE_CRASH_AT: 'page-committed'},
  });
  expect(killed.signal).toBe('SIGKILL');
  writeAsset(join(cwd, 'assets'), Buffer.from([0x62, 0xff]), 'not utf-8');
  const newer = await headgate('run', 'asset-index', ...ends, '--json');
  expect(summaryOf(newer)).toMatchObject({status: 'incomplete'});
  const resumed = await headgate('resume', 'last', '--json');
  expect(summaryOf(resumed)).toMatchObject({mode: 'live', inserted: 25, updated: 1});
});

it('pause last is for a run at work, and cancel last for one that can still be cancelled', async () => {
  const world = makeCommandWorld();
  const paused = await pausedLive(world);
  const pause = await world.headgate('pause', 'last');
  expect(pause.code).toBe(2);
  expect(pause.err).toContain('no run is at work');
  const newer = runOf(await world.headgate('run', 'asset-index', ...ends, '--json'));
  const ledger = ['--ledger', 'state/headgate/ledger.sqlite'] as const;
  const elsewhere = await world.headgate('cancel', 'last', ...ledger);
  expect(elsewhere.err).toContain(`headgate cancel ${paused} ${ledger.join(' ')} (live`);
  const cancel = await world.headgate('cancel', 'last');
  expect(cancel.err).toContain(`the newest run, ${newer}, is completed: there is nothing to cancel`);
  expect(cancel.err).toContain(`headgate cancel ${paused}`);
  expect((await world.headgate('cancel', paused)).code).toBe(0);
});

it('a run is named by its last four letters too, and a live run says which plan it executes', async () => {
  const {headgate} = makeCommandWorld();
  const plan = runOf(await headgate('run', 'asset-index', ...ends, '--json'));
  const live = await headgate('live', plan.slice(-4), ...confirmed);
  expect(live.code).toBe(0);
  expect(live.err).toMatch(new RegExp(` {2}plan {4}${plan}, made \\d\\d:\\d\\d UTC, 26 changes\n`));
  expect(live.err).toContain('✔ 10 gates hold');
});

it('the marks of a run that is not settled are not removed', async () => {
  const world = makeCommandWorld();
  const paused = await pausedLive(world);
  const remove = ['marks', 'remove', '--target', 'index.sqlite'] as const;
  const refused = await world.headgate(...remove);
  expect(refused.code).toBe(6);
  expect(refused.err).toMatch(new RegExp(`run ${paused} is not settled.*\n.*headgate resume ${paused}`));
  await world.headgate('cancel', paused);
  expect((await world.headgate(...remove)).code).toBe(0);
});

it('commands that are shown to be typed find the same ledger: what a gate asks for, and the next steps in JSON', async () => {
  const {headgate} = makeCommandWorld();
  const kept = ['--ledger', 'own ledger.sqlite'] as const;
  const rehearsed = await headgate('run', 'asset-index', ...ends, ...kept, '--json');
  const plan = runOf(rehearsed);
  expect(rehearsed.lines.filter(({type}) => type === 'next')).toMatchObject([
    {command: ['headgate', 'plan', plan, ...kept]},
    {command: ['headgate', 'live', plan, ...confirmed, ...kept]},
  ]);
  const live = runOf(await headgate('live', plan, ...confirmed, ...kept, '--json'));
  const again = await headgate('live', plan, ...confirmed, ...kept);
  expect(again.code).toBe(6);
  expect(again.err).toContain(`(headgate status ${live} --ledger 'own ledger.sqlite')`);
  const undone = await headgate('live', 'last', ...confirmed, ...kept);
  expect(undone.err.match(/--ledger/g)).toHaveLength(1);
});
