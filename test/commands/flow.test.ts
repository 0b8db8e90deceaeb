import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {indexedFiles, queryIndex, sha256, tableDigest, writeAsset, writeAssets} from '../support/assets.ts';
import {startProgram, summaryOf} from '../support/program.ts';
import {ends, makeCommandWorld} from './world.ts';

const counts = {
  listed: 27,
  inserted: 25,
  updated: 1,
  deleted: 0,
  unchanged: 1,
  skipped: 0,
  failed: 0,
  pending: 0,
};

it('goes from a dry run by the command that it prints to a verified index, and back', async () => {
  const {cwd, index, keys, headgate} = makeCommandWorld();
  const before = tableDigest(index, 'files');
  const dry = await headgate('run', 'asset-index', ...ends);
  expect(dry.code).toBe(0);
  expect(dry.out).toContain('27 listed = 25 to insert + 1 to update + 1 unchanged');
  const command = /headgate (live .*)\n/.exec(dry.out)?.[1]?.split(' ') ?? [];
  expect(command[2]).toBe('--confirm');

  const live = await headgate(...command);
  expect(live.code).toBe(0);
  expect(live.err).toMatch(/=== Batch 1 ===\nUpdated: 26, Skipped: 1\nRunning totals: Updated=26, Skipped=1/);
  expect(live.out).toContain('27 listed = 25 inserted + 1 updated + 1 unchanged');
  expect(live.out).toMatch(/all\s+100\.00 %\s+27 of 27 objects have a row with a hash/);
  for (const {key, content_hash} of indexedFiles(index))
    expect(content_hash).toBe(sha256(readFileSync(join(cwd, 'assets', String(key)))));
  expect(indexedFiles(index)).toHaveLength(keys.length);

  const again = await headgate(...command);
  expect(again.code).toBe(6);
  expect(again.err).toMatch(/its plan was executed by run/);

  const run = /headgate undo (\S+)/.exec(live.out)?.[1] ?? '';
  const shown = await headgate('undo', run);
  expect(shown.out).toContain('26 listed = 1 to update + 25 to delete');
  const undone = await headgate('undo', run, '--confirm', 'index.sqlite');
  expect(undone.code).toBe(0);
  expect(tableDigest(index, 'files')).toBe(before);
});

it('says everything as JSON: every line an object, every step ended by a summary', async () => {
  const {headgate} = makeCommandWorld();
  const ended = await headgate(
    'run',
    'asset-index',
    ...ends,
    '--unattended',
    '--confirm',
    'index.sqlite',
    '--json',
  );
  expect(ended.code).toBe(0);
  expect(ended.out.trim().split('\n')).toHaveLength(ended.lines.length);
  const summaries = ended.lines.filter(({type}) => type === 'summary');
  expect(summaries).toMatchObject([
    {mode: 'dry-run', status: 'completed', backfill: 'asset-index', ...counts},
    {mode: 'live', status: 'completed', backfill: 'asset-index', ...counts, rows: 26},
  ]);
  expect(ended.lines.filter(({type}) => type === 'check')).toHaveLength(5);
  expect(ended.lines.find(({type, group}) => type === 'coverage' && group === '*')).toMatchObject({
    done: 27,
    total: 27,
    percent: 100,
  });
});

it('holds an unattended run to its thresholds', async () => {
  const {cwd, index, headgate} = makeCommandWorld();
  const before = tableDigest(index, 'files');
  const unattended = ['run', 'asset-index', ...ends, '--unattended', '--confirm', 'index.sqlite'];
  const many = await headgate(...unattended, '--max-changes', '25');
  expect(many.code).toBe(6);
  expect(many.err).toMatch(/26 changes planned, --max-changes is 25/);
  writeAsset(join(cwd, 'assets'), Buffer.from('bad\xff', 'latin1'), 'x');
  const failing = await headgate(...unattended);
  expect(failing.code).toBe(6);
  expect(failing.err).toMatch(/1 failure planned, --max-failures is 0/);
  expect(tableDigest(index, 'files')).toBe(before);
  const allowed = await headgate(...unattended, '--max-failures', '1');
  expect(allowed.code).toBe(5);
  expect(indexedFiles(index)).toHaveLength(27);
});

it('asks for failures of the dry run to be accepted by their number', async () => {
  const {cwd, headgate} = makeCommandWorld();
  writeAsset(join(cwd, 'assets'), Buffer.from('bad\xff', 'latin1'), 'x');
  const dry = await headgate('run', 'asset-index', ...ends);
  expect(dry.code).toBe(5);
  expect(dry.out).toContain('--accept-failures 1');
  const refused = await headgate('live', 'last', '--confirm', 'index.sqlite');
  expect(refused.code).toBe(6);
  expect(refused.err).toMatch(/1 item failed in the dry run/);
  const accepted = await headgate('live', 'last', '--confirm', 'index.sqlite', '--accept-failures', '1');
  expect(accepted.code).toBe(5);
  const failures = await headgate('failures', 'last');
  expect(failures.out).toMatch(/bad\\xff\s+failed \(invalid\): its name is not UTF-8/);
});

it('comes to rest on Ctrl+C with the exit code of the signal, and goes on where it was', async () => {
  const {cwd, index, headgate} = makeCommandWorld();
  writeAssets(join(cwd, 'assets'), 400);
  writeFileSync(
    join(cwd, 'headgate.config.json'),
    JSON.stringify({settings: {page: {items: 1}, partitions: 1}}),
  );
  await headgate('run', 'asset-index', ...ends);
  const {child, ended} = startProgram(['live', 'last', '--confirm', 'index.sqlite'], {cwd});
  let isInterrupted = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    if (isInterrupted || !chunk.includes('=== Batch')) return;
    isInterrupted = true;
    child.kill('SIGINT');
  });
  const interrupted = await ended;
  expect(interrupted.code).toBe(130);
  expect(interrupted.out).toMatch(/headgate resume/);
  const status = await headgate('status', 'last', '--json');
  expect(status.lines[0]).toMatchObject({status: 'paused', reason: 'interrupted'});
  const resumed = await headgate('resume', 'last', '--json');
  expect(summaryOf(resumed)).toMatchObject({status: 'completed', listed: 407, failed: 0, pending: 0});
  expect(indexedFiles(index)).toHaveLength(407);
});

it('reads the plan, by action', async () => {
  const {headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends);
  const read = await headgate('plan', 'last');
  expect(read.out).toMatch(/^plan of dry run \S+: 27 listed = 25 to insert \+ 1 to update \+ 1 unchanged\n/);
  const before = read.out
    .split('\n')
    .flatMap(line => (line.includes('size') ? [line.search(/\S+ (NULL → )?\S+( → \S+)?,/)] : []));
  expect(new Set(before).size).toBe(1);
  const updates = await headgate('plan', 'last', '--action', 'update', '--json');
  expect(updates.lines).toMatchObject([
    {
      type: 'plan',
      key: 'dir0/file-00000.txt',
      action: 'update',
      before: {content_hash: sha256('old')},
      after: {size: 30},
    },
  ]);
  const all = await headgate('plan', 'last');
  expect(all.out.trim().split('\n')).toHaveLength(27);
  expect(all.out).toContain('insert    new\\x0aline.txt');
});

it('verifies a target alone, and finds what is broken', async () => {
  const {index, headgate} = makeCommandWorld();
  const alone = await headgate('verify', 'asset-index', '--target', 'index.sqlite', '--json');
  expect(alone.code).toBe(0);
  expect(alone.lines.filter(({type}) => type === 'check').map(({id}) => id)).toEqual([
    'hash-format',
    'one-row-per-key',
  ]);
  const whole = await headgate('verify', 'asset-index', ...ends, '--sample', 'all', '--json');
  expect(whole.code).toBe(3);
  const broken = Object.fromEntries(
    whole.lines.filter(({type}) => type === 'check').map(({id, count}) => [id, count]),
  );
  expect(broken).toEqual({
    'hash-format': 0,
    'one-row-per-key': 0,
    'objects-have-hash': 25,
    'hash-matches-bytes': 1,
    'rows-without-object': 0,
  });
  const coverage = await headgate('coverage', 'asset-index', ...ends, '--json');
  expect(coverage.lines.find(({group}) => group === '*')).toMatchObject({
    done: 2,
    total: 27,
    percent: 7.4,
    missing: {'never listed': 25},
  });
  expect(queryIndex(index, "SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE 'headgate%'")).toEqual([
    {n: 0},
  ]);
});

it('makes the documented table where there is none, once', async () => {
  const {cwd, headgate} = makeCommandWorld();
  const made = await headgate('migrate', 'asset-index', '--target', 'fresh.sqlite', '--json');
  expect(made.lines).toMatchObject([{type: 'migrated', applied: ['0001_files']}]);
  const again = await headgate('migrate', 'asset-index', '--target', 'fresh.sqlite', '--json');
  expect(again.lines).toMatchObject([{applied: []}]);
  const run = await headgate(
    'run',
    'asset-index',
    '--source',
    'assets',
    '--target',
    'fresh.sqlite',
    '--json',
  );
  expect(summaryOf(run)).toMatchObject({inserted: 27});
  expect(existsSync(join(cwd, 'fresh.sqlite'))).toBe(true);
});

it('keeps two tables in the target, and removes them when asked', async () => {
  const {index, headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends, '--unattended', '--confirm', 'index.sqlite');
  const tables = () =>
    queryIndex(
      index,
      "SELECT name FROM sqlite_schema WHERE name LIKE 'headgate%' AND type = 'table' ORDER BY name",
    );
  expect(tables()).toEqual([{name: 'headgate_lease'}, {name: 'headgate_marks'}]);
  const removed = await headgate('marks', 'remove', '--target', 'index.sqlite');
  expect(removed.out).toMatch(/removed headgate_lease and headgate_marks/);
  expect(tables()).toEqual([]);
});

it('copies and restores its ledger, and keeps the one before', async () => {
  const {cwd, headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends, '--ledger', 'ledger.sqlite');
  expect((await headgate('ledger', 'backup', 'copy.sqlite', '--ledger', 'ledger.sqlite')).code).toBe(0);
  await headgate('run', 'asset-index', ...ends, '--ledger', 'ledger.sqlite');
  const restored = await headgate('ledger', 'restore', 'copy.sqlite', '--ledger', 'ledger.sqlite', '--json');
  expect(restored.code).toBe(0);
  const runs = await headgate('status', '--ledger', 'ledger.sqlite', '--json');
  expect(runs.lines).toHaveLength(1);
  const kept = String(restored.lines[0]?.['kept']);
  expect((await headgate('status', '--ledger', kept, '--json')).lines).toHaveLength(2);
  expect((await headgate('ledger', 'vacuum', '--ledger', 'ledger.sqlite')).code).toBe(0);
  expect((await headgate('ledger', 'backup', 'copy.sqlite', '--ledger', 'ledger.sqlite')).code).toBe(2);
  writeFileSync(join(cwd, 'junk'), 'junk');
  expect((await headgate('ledger', 'restore', 'junk', '--ledger', 'ledger.sqlite')).code).toBe(2);
  expect((await headgate('status', '--ledger', 'ledger.sqlite', '--json')).lines).toHaveLength(1);
});

it('takes sources and targets by their names in the config, and confirms by that name', async () => {
  const {cwd, index, headgate} = makeCommandWorld();
  writeFileSync(
    join(cwd, 'headgate.config.ts'),
    `export default {sources: {files: {folder: 'assets'}}, targets: {main: {sqlite: 'index.sqlite', environment: 'production'}}};`,
  );
  const doctor = await headgate('doctor');
  expect(doctor.code).toBe(0);
  expect(doctor.out).toMatch(
    /✔ source files: .*the folder can be read\n✔ target main: .* can be read\n✔ target main: asset-index: files is/,
  );
  const named = ['run', 'asset-index', '--source', 'files', '--target', 'main', '--unattended', '--confirm'];
  expect((await headgate(...named, 'index.sqlite')).code).toBe(6);
  expect((await headgate(...named, 'main')).code).toBe(0);
  expect(indexedFiles(index)).toHaveLength(27);
});

it('doctor says what does not work, and what to do', async () => {
  const {cwd, headgate} = makeCommandWorld();
  writeFileSync(
    join(cwd, 'headgate.config.json'),
    JSON.stringify({sources: {gone: {folder: 'nowhere'}}, targets: {gone: {sqlite: 'none.sqlite'}}}),
  );
  const doctor = await headgate('doctor');
  expect(doctor.code).toBe(1);
  expect(doctor.out).toMatch(
    /✖ source gone: .*nowhere: there is no such folder\n {2}Name an existing folder/,
  );
  expect(doctor.out).toMatch(/✖ target gone: .*there is no such file\n {2}Name an existing SQLite file/);
});

it('the plan of an undo shows what will be put back as what comes after', async () => {
  const {headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends, '--unattended', '--confirm', 'index.sqlite');
  await headgate('undo', 'last');
  const {lines} = await headgate('plan', 'last', '--json');
  const put = lines.find(({key}) => key === 'dir0/file-00000.txt');
  expect(put).toMatchObject({action: 'update', after: {content_hash: sha256('old')}});
  const deleted = lines.filter(({action}) => action === 'delete');
  expect(deleted.map(({after}) => after)).toEqual(Array(25).fill(null));
});
