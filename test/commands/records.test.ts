import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import type {NetworkSimulator} from '../simulators/network-simulator.ts';
import {networkUnderTest} from '../simulators/network-under-test.ts';
import {postgresVariables, serverOrPglite} from '../support/postgres.ts';
import {type Ended, runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

const post = 'app.example.post';

interface RecordsWorld {
  readonly network: NetworkSimulator;
  /** The target's name. */
  readonly index: string;
  headgate(...args: readonly string[]): Promise<Ended>;
  run(...args: readonly string[]): Promise<Ended>;
}

/** A network, and an index of the operator's, who does not wait for hosts that are down. */
async function makeWorld(spec: NetworkSpec): Promise<RecordsWorld> {
  const network = await networkUnderTest(spec);
  const cwd = tempFolder();
  const settings = {attempts: 2, patienceSeconds: 0};
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({settings}));
  const headgate = (...args: readonly string[]) => runProgram(args, {cwd, env: postgresVariables()});
  const [relay = ''] = network.relays;
  const target = await serverOrPglite('index');
  const ends = ['--target', target, '--relay', relay, '--plc', network.plc, '--allow-private-hosts'];
  await headgate('migrate', 'records', '--target', target);
  return {
    network,
    index: target.replace(/^.*[/:]/, ''),
    headgate,
    run: (...args) => headgate('run', 'records', ...ends, '--collection', post, ...args),
  };
}

const crowded: NetworkSpec = {
  hosts: {mill: {}, weir: {}, lock: {isDown: true}},
  accounts: [
    {name: 'taken', host: 'mill', status: 'takendown', records: {}, listedIn: [post]},
    {name: 'alone', host: 'weir', records: {[post]: {}}},
  ],
  crowds: [
    {name: 'there', accounts: 60, hosts: ['mill', 'weir'], records: {[post]: 3}, isUnsigned: true},
    {name: 'gone', accounts: 30, hosts: ['lock'], records: {[post]: 3}, isUnsigned: true},
  ],
};

it('repositories by the dozen are told in sum, and their failures by kind and host', async () => {
  const {network, index, headgate, run} = await makeWorld(crowded);
  const lock = new URL(network.hosts['lock']?.origin ?? '').host;
  const dry = await run();
  expect(dry.code).toBe(5);
  expect(dry.out).toContain('Repositories: 91 found = 60 fetched + 31 failed\n');
  expect(dry.out).toContain('180 listed = 180 to insert\n');
  expect(dry.out).toMatch(/^[1-9][\d.]* KiB read; /m);
  expect(dry.out + dry.err).not.toMatch(/Batch/);
  expect(dry.err.match(/^failed \(connection\)/gm)).toHaveLength(3);
  expect(dry.err.match(/^failed \(taken-down\)/gm)).toHaveLength(1);
  expect(dry.err).toContain('further failures are not named here: headgate failures lists them all\n');
  expect(dry.err).toMatch(new RegExp(`^failed besides \\(connection\\): \\d+ repositories at ${lock}$`, 'm'));
  expect(dry.err).toMatch(/^connection: headgate retry RUN when it is back/m);

  const failures = await headgate('failures', 'last');
  expect(failures.out).toMatch(/^31 repositories failed \(30 connection, 1 taken-down\)\n/);
  expect(failures.out).toContain('connection: 30 repositories at 1 host\n');
  expect(failures.out).toMatch(
    new RegExp(`^ {2}did:plc:\\w+ {2}${lock} {2}(after \\d+ attempts: )?it refuses connections`, 'm'),
  );
  expect(failures.out).toMatch(/^ {2}headgate retry \S+ --kind connection$/m);
  const ofKind = await headgate('failures', 'last', '--kind', 'taken-down');
  expect(ofKind.out).toContain('1 repository failed (taken-down)\n');
  expect(ofKind.out).toMatch(/^ {2}headgate retry \S+ --kind taken-down$/m);

  const status = await headgate('status', 'last');
  expect(status.out).toContain('partitions  60 repositories fetched, 31 failed, 0 pending, of 91 found\n');
  expect(status.out).toContain(`failed      30 connection: ${lock} 30\n`);

  await network.hosts['lock']?.up();
  const nothing = await headgate('retry', 'last', '--kind', 'timeout');
  expect(nothing.out).toMatch(/has nothing left open of kind timeout$/m);
  const again = await headgate('retry', 'last', '--kind', 'connection');
  expect(again.code).toBe(5);
  expect(again.out).toContain('Repositories: 91 found = 90 fetched + 1 failed\n');

  const live = await headgate('live', 'last', '--confirm', index, '--accept-failures', '1');
  expect(live.out).toContain('Repositories: 91 found = 90 fetched + 1 failed\n');
  expect(live.out).toContain('a repository that could not be read: 1 repository\n');
  expect(live.out).toMatch(
    /^ {2}all +98\.90 % {2}90 of 91 repositories were read to their end; 270 of 270 records$/m,
  );
  expect(live.out).toMatch(
    new RegExp(`^ {2}host ${lock} +100\\.00 % {2}30 of 30 repositories .*; 90 records$`, 'm'),
  );
  const undo = await headgate('undo', 'last');
  expect(undo.out).toContain('Repositories: 90 found = 90 done\n');
  expect(live.err + undo.err).not.toMatch(/Batch/);
});

it('programs are told of each repository that ends, and in sum of their pages', async () => {
  const {run} = await makeWorld(crowded);
  const {lines} = await run('--json');
  const of = (wanted: string) => lines.filter(({type}) => type === wanted);
  expect([...of('page'), ...of('listed')]).toEqual([]);
  const partitions = Map.groupBy(of('partition'), ({state}) => state);
  expect(partitions.get('done')).toHaveLength(60);
  expect(partitions.get('failed')).toHaveLength(31);
  expect(of('failure')).toHaveLength(31);
  expect(of('failure').filter(({host}) => host !== undefined)).toHaveLength(31);
  expect(of('progress').at(-1)).toMatchObject({
    repositories: {found: 91, fetched: 60, failed: 31, isOver: true},
    listed: 180,
    inserted: 180,
  });
});

it('a listing that breaks off is left open by name, and is read on by a retry', async () => {
  const {run, headgate, network} = await makeWorld({
    hosts: {mill: {}},
    relays: [{failsFor: ['app.example.share']}],
    crowds: [{name: 'there', accounts: 5, hosts: ['mill'], records: {[post]: 1}, isUnsigned: true}],
  });
  const [relay = ''] = network.relays;
  const stream = `${new URL(relay).host} app.example.share`;
  const dry = await run('--collection', 'app.example.share');
  expect(dry.code).toBe(5);
  expect(dry.err).toContain(`failed (server-error): ${stream} could not be read to its end: `);
  const failures = await headgate('failures', 'last');
  expect(failures.out).toMatch(/^1 listing not read to its end\n/);
  expect(failures.out).toContain(`${stream}  could not be read to its end (server-error): `);
  expect(failures.out).toMatch(/^ {2}headgate retry \S+$/m);
  expect((await headgate('status', 'last')).out).toContain(`broken off  ${stream} (server-error): `);
  const again = await headgate('retry', 'last');
  expect(again.out).not.toContain('nothing left open');
  expect(again.code).toBe(5);
});
