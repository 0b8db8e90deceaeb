import type {ChildProcess} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {expect, it} from 'vitest';
import {
  changeIndex,
  indexedFiles,
  makeIndex,
  queryIndex,
  tableDigest,
  writeAssets,
} from '../support/assets.ts';
import {type Ended, runProgram, startProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/** One row a page, one partition: a live run of some hundred transactions, during which another process can come. */
const config = {settings: {page: {items: 1}, partitions: 1, leaseSeconds: 2}};

function makeWorld(): string {
  const folder = tempFolder();
  writeAssets(join(folder, 'assets'), 600);
  makeIndex(join(folder, 'index.sqlite'));
  writeFileSync(join(folder, 'headgate.config.json'), JSON.stringify(config));
  return folder;
}

const run = (ledger: string, prefix: string) => [
  'run',
  'asset-index',
  '--source',
  'assets',
  '--target',
  'index.sqlite',
  '--prefix',
  prefix,
  '--ledger',
  ledger,
  '--json',
];
const live = (ledger: string, plan: string) => [
  'live',
  plan,
  '--confirm',
  'index.sqlite',
  '--ledger',
  ledger,
  '--json',
];

async function planned(cwd: string, ledger: string, prefix: string): Promise<string> {
  return String(summaryOf(await runProgram(run(ledger, prefix), {cwd}))['run']);
}

/** Starts a live run and stops its process when it has committed its first page. */
async function frozen(cwd: string, ledger: string, plan: string) {
  const {child, ended} = startProgram(live(ledger, plan), {cwd});
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('"type":"page"')) resolve();
    });
    ended.then(({err}) => reject(new Error(`it ended first: ${err}`)), reject);
  });
  await stopBetweenTransactions(child, join(cwd, 'index.sqlite'));
  return {child, ended};
}

/** A process that is stopped inside a transaction keeps the file locked: it is let go and stopped again. */
async function stopBetweenTransactions(child: ChildProcess, index: string): Promise<void> {
  for (;;) {
    child.kill('SIGSTOP');
    if (!isLocked(index)) return;
    child.kill('SIGCONT');
    await new Promise(resolve => setImmediate(resolve));
  }
}

function isLocked(index: string): boolean {
  const db = new DatabaseSync(index, {timeout: 0});
  try {
    db.exec('BEGIN EXCLUSIVE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    db.close();
  }
}

function errorOf({lines}: Ended): string {
  return String(lines.findLast(({type}) => type === 'error')?.['message']);
}

it('refuses a second process with a ledger of its own, and a holder that outlived its lease commits nothing more', async () => {
  const cwd = makeWorld();
  const index = join(cwd, 'index.sqlite');
  const first = await planned(cwd, 'first.sqlite', 'dir1/');
  const second = await planned(cwd, 'second.sqlite', 'dir4/');
  const {child, ended} = await frozen(cwd, 'first.sqlite', first);

  const refused = await runProgram(live('second.sqlite', second), {cwd});
  expect(refused.code).toBe(6);
  expect(errorOf(refused)).toMatch(/the target is being written by .* whose lease holds \d+ s more/);

  let taken = refused;
  const takes = async () => {
    taken = await runProgram(live('second.sqlite', second), {cwd});
    return taken.code;
  };
  await expect.poll(takes, {interval: 200, timeout: 30_000}).not.toBe(6);
  expect(summaryOf(taken)).toMatchObject({status: 'completed', inserted: 120});
  const digest = tableDigest(index, 'files');

  child.kill('SIGCONT');
  const woken = await ended;
  expect(woken.code).toBe(1);
  expect(summaryOf(woken)['status']).toBe('failed');
  expect(tableDigest(index, 'files')).toBe(digest);
  const committed = indexedFiles(index).filter(({key}) => String(key).startsWith('dir1/')).length;
  expect(committed).toBeLessThan(120);

  const resumed = await runProgram(['resume', 'last', '--ledger', 'first.sqlite', '--json'], {cwd});
  expect(summaryOf(resumed)).toMatchObject({status: 'completed', listed: 120, inserted: 120, rows: 120});
  expect(indexedFiles(index)).toHaveLength(240);
});

it('is taken over before its lease has expired by typing the holder in full', async () => {
  const cwd = makeWorld();
  writeFileSync(
    join(cwd, 'headgate.config.json'),
    JSON.stringify({settings: {...config.settings, leaseSeconds: 3_600}}),
  );
  const first = await planned(cwd, 'first.sqlite', 'dir1/');
  const second = await planned(cwd, 'second.sqlite', 'dir4/');
  await frozen(cwd, 'first.sqlite', first);
  const [lease] = queryIndex(join(cwd, 'index.sqlite'), 'SELECT holder FROM headgate_lease');
  const wrong = await runProgram([...live('second.sqlite', second), '--take-over', 'somebody'], {cwd});
  expect(wrong.code).toBe(6);
  const taken = await runProgram(
    [...live('second.sqlite', second), '--take-over', String(lease?.['holder'])],
    {cwd},
  );
  expect(summaryOf(taken)).toMatchObject({status: 'completed', inserted: 120});
});

it('takes over at once from a holder on this machine that is dead', async () => {
  const cwd = makeWorld();
  writeFileSync(
    join(cwd, 'headgate.config.json'),
    JSON.stringify({settings: {...config.settings, leaseSeconds: 3_600}}),
  );
  const first = await planned(cwd, 'first.sqlite', 'dir1/');
  const second = await planned(cwd, 'second.sqlite', 'dir4/');
  const {child, ended} = await frozen(cwd, 'first.sqlite', first);
  child.kill('SIGKILL');
  await ended;
  const taken = await runProgram(live('second.sqlite', second), {cwd});
  expect(summaryOf(taken)).toMatchObject({status: 'completed', inserted: 120});
});

it('settles by reading back where the target was restored or its tables were dropped behind the ledger’s back', async () => {
  const cwd = makeWorld();
  const index = join(cwd, 'index.sqlite');
  const plan = await planned(cwd, 'first.sqlite', 'dir1/');
  const killed = await runProgram(live('first.sqlite', plan), {
    cwd,
    env: {HEADGATE_CRASH_AT: 'page-committed:5'},
  });
  expect(killed.signal).toBe('SIGKILL');
  changeIndex(index, 'DROP TABLE headgate_marks; DROP TABLE headgate_lease');
  const resumed = await runProgram(['resume', 'last', '--ledger', 'first.sqlite', '--json'], {cwd});
  expect(resumed.lines.find(({type}) => type === 'note')?.['message']).toMatch(/rows were read back/);
  expect(summaryOf(resumed)).toMatchObject({status: 'completed', listed: 120, inserted: 120, rows: 120});
  const [lease] = queryIndex(index, 'SELECT fence FROM headgate_lease');
  expect(Number(lease?.['fence'])).toBeGreaterThan(1);
});
