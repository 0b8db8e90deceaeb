import {expect, it} from 'vitest';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {like, note} from '../backfills/records/worlds.ts';
import {networkUnderTest} from '../simulators/network-under-test.ts';
import {postgresVariables, serverOrPglite} from '../support/postgres.ts';
import {type Ended, type JsonLine, runProgram, startProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

const spec: NetworkSpec = {
  hosts: {one: {}, two: {}},
  accounts: [{name: 'gone', host: 'one', status: 'deactivated', listedIn: [note]}],
  crowds: [
    {name: 'small', accounts: 40, hosts: ['one', 'two'], records: {[note]: 3, [like]: 1}, isUnsigned: true},
    {name: 'large', accounts: 2, hosts: ['two'], records: {[note]: 250, [like]: 1}, isUnsigned: true},
  ],
};

/** A network, an empty index in the operator's folder, and the program. */
async function makeWorld() {
  const network = await networkUnderTest(spec);
  const cwd = tempFolder();
  const [relay = ''] = network.relays;
  const target = await serverOrPglite('index');
  const ends = [
    ...['--target', target, '--relay', relay, '--plc', network.plc, '--allow-private-hosts'],
    ...['--collection', note, like],
  ];
  const headgate = (...args: readonly string[]) => runProgram(args, {cwd, env: postgresVariables()});
  const made = await headgate('migrate', 'records', '--target', target);
  expect(made.code, made.err).toBe(0);
  return {network, cwd, relay, ends, target: target.replace(/:[^:@/]+@/, '@'), headgate};
}

function commandAfter({lines}: Ended): readonly string[] {
  const next = lines.findLast(({type}) => type === 'next')?.['command'];
  return Array.isArray(next) ? next.map(String) : [];
}

function estimateOf({lines}: Ended): JsonLine {
  return lines.find(({type}) => type === 'estimate') ?? {};
}

it('predicts from whole repositories, writes nothing, and names the run with the same flags', async () => {
  const {network, relay, ends, target, headgate} = await makeWorld();
  const {code, out, err} = await headgate('estimate', 'records', ...ends, '--sample', '100');
  expect(code, err).toBe(0);
  expect(err).toMatch(/^43 repositories found; reading 43$/m);
  expect(err).toMatch(/it predicts, and unlocks nothing/);
  expect(out).toMatch(/^reached {3}42 of 43 repositories\n {12}1 deactivated$/m);
  expect(out).toMatch(/^changes {3}662 of 662 records\n {12}662 to insert$/m);
  expect(out).toMatch(/^rows {6}662 to write; the table has 0 now, and 662 then$/m);
  expect(out).toMatch(/^sample {4}43 of 43 repositories: 662 records, [\d.]+ KiB in /m);
  expect(out).not.toMatch(/WARNING|NaN|undefined|Infinity/);
  expect(out).toMatch(
    new RegExp(
      `Make the dry run:\\n {2}headgate run records --target ${target} --relay ${relay} --plc ${network.plc} --allow-private-hosts --collection ${note} ${like}\\n$`,
    ),
  );
  const table = await headgate('coverage', 'records', ...ends, '--json');
  expect(table.lines.find(({type}) => type === 'coverage')).toMatchObject({done: 0});
});

it('says it as JSON, and the command that it ends with does what was predicted', async () => {
  const {ends, headgate} = await makeWorld();
  const few = await headgate('estimate', 'records', ...ends, '--sample', '12', '--json');
  expect(estimateOf(few)).toMatchObject({measured: {sample: {repositories: 12}, discovery: {found: 43}}});
  // Fifty, where nothing is said.
  const ended = await headgate('estimate', 'records', ...ends, '--json');
  expect(ended.code, ended.err).toBe(0);
  expect(ended.out.trim().split('\n')).toHaveLength(ended.lines.length);
  const all = {value: 662, low: 662, high: 662};
  const none = {value: 0, low: 0, high: 0};
  expect(estimateOf(ended)).toMatchObject({
    backfill: 'records',
    unlocks: 'nothing',
    repositories: {found: 43, isLeast: false, done: {value: 42}, failed: {deactivated: {value: 1}}},
    items: {insert: all, update: none, delete: none, unchanged: none, skip: none, fail: none},
    changes: all,
    download: {items: 662},
    rows: {before: 0, after: all},
    // One each, and once more for the account that is gone.
    source: {directory: {value: 44}},
    steps: {dryRun: {}, live: {}, verify: {}},
    costs: [],
    warnings: [],
    measured: {discovery: {found: 43, streams: 2}, sample: {repositories: 43}},
  });
  expect(summaryOf(ended)).toMatchObject({mode: 'estimate', status: 'completed', listed: 0, inserted: 0});
  expect(ended.lines.map(({type}) => type).slice(-3)).toEqual(['estimate', 'summary', 'next']);
  const [program, ...args] = commandAfter(ended);
  expect(program).toBe('headgate');
  expect(summaryOf(await headgate(...args, '--json'))).toMatchObject({mode: 'dry-run', inserted: 662});
});

it('ends as cancelled when it is interrupted', async () => {
  const {network, cwd, ends} = await makeWorld();
  const held = network.inject({type: 'held', server: 'two'});
  const {child, ended} = startProgram(['estimate', 'records', ...ends, '--json'], {
    cwd,
    env: postgresVariables(),
  });
  await expect.poll(() => held.fired, {timeout: 30_000}).toBeGreaterThan(0);
  child.kill('SIGINT');
  const stopped = await ended;
  held.end();
  expect(stopped.code).toBe(130);
  expect(summaryOf(stopped)).toMatchObject({mode: 'estimate', status: 'cancelled'});
  expect(stopped.lines.filter(({type}) => type === 'estimate')).toEqual([]);
});
