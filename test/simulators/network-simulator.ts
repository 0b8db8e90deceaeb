import type {ServerResponse} from 'node:http';
import {setTimeout as delay} from 'node:timers/promises';
import type {Answer, Call} from '../../src/sandbox/network/answer.ts';
import {type LocalNetwork, startLocalNetwork} from '../../src/sandbox/network/network.ts';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {answerInstead} from './network-answers.ts';
import {alterBody} from './network-bodies.ts';
import {deliverBadly} from './network-delivery.ts';
import type {NetworkFault} from './network-fault-kinds.ts';
import {type InjectedFault, NetworkFaults} from './network-faults.ts';
import {alterPage} from './network-pages.ts';
import {alterRecord} from './network-records.ts';

/** The sandbox's network, with everything that can go wrong in the real one: see network-fault-kinds.ts. */
export interface NetworkSimulator extends LocalNetwork {
  /** In the order in which they came, but for those that were refused a connection. */
  readonly calls: readonly SeenCall[];
  inject(fault: NetworkFault): InjectedFault;
}

export interface SeenCall {
  readonly server: string;
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  /** Of the repository or identity that was asked for; null where it was of nobody known. */
  readonly account: string | null;
}

export interface SimulatorOptions {
  /** false where millions of calls would fill the memory. */
  readonly keepCalls?: boolean;
}

export async function startNetworkSimulator(
  spec: NetworkSpec,
  {keepCalls = true}: SimulatorOptions = {},
): Promise<NetworkSimulator> {
  const calls: SeenCall[] = [];
  const stopping = new AbortController();
  const faults = new NetworkFaults(call => accountOf(call));
  const network = await startLocalNetwork(spec, {meddle});

  function accountOf({path, query}: Call): string | null {
    const identifier = query.get('repo') ?? query.get('did') ?? decodeURIComponent(path.slice(1));
    return network.nameOf(identifier);
  }

  function originOf(server: string): string {
    const {hosts, relayServers, plcServer} = network;
    const found = [...Object.values(hosts), ...relayServers, plcServer].find(({name}) => name === server);
    if (found === undefined) throw new Error(`no server is called ${server}`);
    return found.origin;
  }

  async function meddle(
    call: Call,
    answer: (call: Call) => Promise<Answer>,
    response: ServerResponse,
  ): Promise<Answer | null> {
    const {server, method, query} = call;
    if (keepCalls) calls.push({server, method, query: Object.fromEntries(query), account: accountOf(call)});
    const latency = faults.take('latency', call)?.fault;
    if (latency !== undefined) await delay(latency.ms, undefined, {signal: stopping.signal}).catch(() => {});
    await faults.take('held', call)?.released;
    if (response.destroyed || faults.take('stalled-headers', call) !== null) return null;
    if (faults.take('reset', call) !== null) {
      response.socket?.resetAndDestroy();
      return null;
    }
    const given = answerInstead(faults, call, originOf) ?? (await altered(call, answer));
    return deliverBadly(faults, call, given, response) ? null : given;
  }

  async function altered(call: Call, answer: (call: Call) => Promise<Answer>): Promise<Answer> {
    const real = await answer(asked(call));
    const page = alterPage(faults, call, real) ?? real;
    const records = (await alterRecord(faults, call, page)) ?? page;
    const body = (await alterBody(faults, call, records)) ?? records;
    const type = faults.take('content-type', call)?.fault.as;
    return type === undefined ? body : {...body, headers: {...body.headers, 'content-type': type}};
  }

  /** What is answered in the place of what was asked. */
  function asked(call: Call): Call {
    const query = new URLSearchParams(call.query);
    if (query.has('cursor') && faults.take('cursor-ignored', call) !== null) query.delete('cursor');
    const name = ['repo', 'did'].find(parameter => query.has(parameter));
    const other = name === undefined ? undefined : faults.take('other-account', call)?.fault.as;
    if (name !== undefined && other !== undefined) query.set(name, network.didOf(other));
    return {...call, query};
  }

  return {
    ...network,
    calls,
    inject: fault => faults.inject(fault),
    close: () => {
      stopping.abort();
      return network.close();
    },
  };
}
