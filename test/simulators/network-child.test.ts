import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {expect, it, onTestFinished} from 'vitest';
import {z} from 'zod';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {worldSpec} from '../../src/sandbox/network/world.ts';
import {clientOf, match} from '../sandbox/network/asking.ts';

const script = fileURLToPath(new URL('./network-child.ts', import.meta.url));
const ready = z.object({relays: z.tuple([z.url()]), plc: z.url(), hosts: z.record(z.string(), z.url())});

async function child(spec: NetworkSpec, by: 'argument' | 'input' = 'argument') {
  const process_ = spawn(process.execPath, [script, ...(by === 'argument' ? [JSON.stringify(spec)] : [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(process_, 'exit');
  onTestFinished(() => void process_.kill('SIGKILL'));
  if (by === 'input') process_.stdin.write(`${JSON.stringify(spec)}\n`);
  const lines = createInterface({input: process_.stdout})[Symbol.asyncIterator]();
  const line = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? 'null');
  const say = (order: object) => {
    process_.stdin.write(`${JSON.stringify(order)}\n`);
    return line();
  };
  return {process: process_, exited, say, ...ready.parse(await line())};
}

const spec: NetworkSpec = {
  hosts: {one: {}},
  crowds: [{name: 'crew', accounts: 3, hosts: ['one'], records: {[match]: 2}}],
};

it('the network as a process serves the same accounts each time, until its input ends', async () => {
  const [one, two] = [await child(spec), await child(spec)];
  const didsOf = async (origin: string) =>
    (await clientOf(origin).sync.listReposByCollection({collection: match})).data.repos.map(({did}) => did);
  const [first = '', ...others] = await didsOf(one.relays[0]);
  expect(others).toHaveLength(2);
  expect(await didsOf(two.relays[0])).toEqual([first, ...others]);
  const listed = async (origin: string) =>
    (await clientOf(origin).repo.listRecords({repo: first, collection: match})).data;
  expect((await listed(one.hosts['one'] ?? '')).records).toHaveLength(2);
  expect(await listed(two.hosts['one'] ?? '')).toEqual(await listed(one.hosts['one'] ?? ''));
  one.process.stdin.end();
  two.process.kill('SIGTERM');
  expect(await one.exited).toEqual([0, null]);
  expect(await two.exited).toEqual([0, null]);
});

it('hosts of the process go down and up and are slow as it is told, and it tells what they were asked', async () => {
  const {say, hosts, process: process_, exited} = await child(spec);
  const {sync} = clientOf(hosts['one'] ?? '');
  expect(await say({down: 'one'})).toMatchObject({one: {requests: {}}});
  await expect(sync.listRepos()).rejects.toThrow('fetch failed');
  await say({up: 'one'});
  await sync.listRepos();
  await say({latencyMs: 60});
  await say({latencyMs: 40});
  const before = performance.now();
  await sync.listRepos();
  const took = performance.now() - before;
  expect(took).toBeGreaterThanOrEqual(38);
  expect(await say({count: true})).toMatchObject({
    one: {requests: {'com.atproto.sync.listRepos': 2}, mostAtOnce: 1},
    plc: {requests: {}},
    'relay-0': {requests: {}},
  });
  process_.stdin.end();
  expect(await exited).toEqual([0, null]);
});

it('the whole world of the sandbox is told by its input', async () => {
  const {relays, process: process_, exited} = await child(worldSpec(), 'input');
  const {repos} = (await clientOf(relays[0]).sync.listRepos()).data;
  expect(repos).toHaveLength(40);
  process_.stdin.end();
  expect(await exited).toEqual([0, null]);
});
