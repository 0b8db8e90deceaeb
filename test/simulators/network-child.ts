import {createInterface} from 'node:readline';
import {z} from 'zod';
import type {InjectedFault} from './network-faults.ts';
import {startNetworkSimulator} from './network-simulator.ts';
import {networkSpec} from './network-spec.ts';

/**
 * The simulator as a process of its own, for benchmarks and crash tests: `node network-child.ts '{"hosts": {"one": {}},
 * "crowds": [...]}'`, or without an argument, and the spec is the first line of its input (an argument has 128 KB at
 * most). Prints {relays, plc, hosts, startedInMs} as one line of JSON when it is ready, and serves until its standard
 * input ends or it is told to terminate. A line {"down": HOST}, {"up": HOST}, {"latencyMs": N} (of every answer from then
 * on) or {"count": true} on its input is answered by a line with the counts of all servers, once it is done.
 */

const order = z.union([
  z.strictObject({down: z.string()}),
  z.strictObject({up: z.string()}),
  z.strictObject({latencyMs: z.int().nonnegative()}),
  z.strictObject({count: z.literal(true)}),
]);

const input = createInterface({input: process.stdin});
process.once('SIGTERM', () => input.close());
const lines = input[Symbol.asyncIterator]();
let latency: InjectedFault | null = null;
const spec = networkSpec.parse(JSON.parse(process.argv[2] ?? (await lines.next()).value ?? ''));
const before = performance.now();
const network = await startNetworkSimulator(spec, {keepCalls: false});
const startedInMs = Math.round(performance.now() - before);
const {relays, plc} = network;
const hosts = Object.fromEntries(Object.entries(network.hosts).map(([name, {origin}]) => [name, origin]));
say({relays, plc, hosts, startedInMs});

for await (const line of lines) await obey(order.parse(JSON.parse(line)));
await network.close();
process.stdin.destroy();

async function obey(wanted: z.infer<typeof order>): Promise<void> {
  if ('down' in wanted) await network.hosts[wanted.down]?.down();
  if ('up' in wanted) await network.hosts[wanted.up]?.up();
  if ('latencyMs' in wanted) {
    latency?.end();
    latency = network.inject({type: 'latency', ms: wanted.latencyMs});
  }
  const servers = [...network.relayServers, network.plcServer, ...Object.values(network.hosts)];
  say(Object.fromEntries(servers.map(({name, requests, mostAtOnce}) => [name, {requests, mostAtOnce}])));
}

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
