import {onTestFinished} from 'vitest';
import type {FetchedRecord, Identity, Network, Pds} from '../../src/atproto/network.ts';
import {type NetworkOptions, openNetwork} from '../../src/atproto/open-network.ts';
import {Fault} from '../../src/core/failure.ts';
import type {Call} from '../../src/sandbox/network/answer.ts';
import {type LocalNetwork, startLocalNetwork} from '../../src/sandbox/network/network.ts';
import type {Meddle} from '../../src/sandbox/network/server.ts';
import type {AccountSpec, NetworkSpec} from '../../src/sandbox/network/spec.ts';

export const post = 'app.bsky.feed.post';
export const like = 'app.bsky.feed.like';

/** For what is not given up. */
export const signal = new AbortController().signal;

export interface UnderTest {
  readonly local: LocalNetwork;
  readonly network: Network;
  /** As another process would open it. */
  open(options?: Partial<NetworkOptions>): Network;
  /** The host of an account, by way of its identity. */
  pdsOf(account: string): Promise<Pds>;
  identityOf(account: string): Promise<Identity>;
}

export interface TestOptions extends Partial<NetworkOptions> {
  readonly meddle?: Meddle;
}

/** A network on this machine, closed with the test, and the client that is tested. */
export async function networkOf(spec: NetworkSpec, options: TestOptions = {}): Promise<UnderTest> {
  const {meddle, ...others} = options;
  const local = await startLocalNetwork(spec, {meddle: meddle ?? asEver});
  onTestFinished(() => local.close());
  const {relays, plc} = local;
  // Handles and domains lead nowhere here but to the host that knows them.
  const reach = (hostname: string) => {
    const name = local.nameOf(hostname) ?? local.nameOf(`did:web:${hostname}`);
    const host = Object.values(local.hosts)[0]?.origin;
    return name === null || host === undefined ? null : new URL(host);
  };
  const open = (more: Partial<NetworkOptions> = {}) =>
    openNetwork({label: 'test', relays, plc, allowPrivateHosts: true, reach, ...others, ...more});
  const network = open();
  const identityOf = (account: string) => network.identities.resolve(local.didOf(account), {signal});
  // Limits are for the host that is tested, and not for the way to it.
  const {identities} = open({limits: {}});
  const pdsOf = async (account: string) => {
    const {pds} = await identities.resolve(local.didOf(account), {signal});
    return network.pds(pds);
  };
  return {
    local,
    network,
    open,
    identityOf,
    pdsOf,
  };
}

const asEver: Meddle = (call, answer) => answer(call);

/** One host, with one account that has records. */
export function alice(records: AccountSpec['records'], more: Partial<AccountSpec> = {}): NetworkSpec {
  return {hosts: {one: {}}, accounts: [{name: 'alice', host: 'one', records: records ?? {}, ...more}]};
}

/** So many posts, in ascending order of their keys. */
export function posts(count: number) {
  return Object.fromEntries(
    Array.from({length: count}, (_, n) => [
      `r${String(n).padStart(6, '0')}`,
      {$type: post, text: `post ${n}`},
    ]),
  );
}

/** How it failed. */
export async function faultOf(call: Promise<unknown>): Promise<Fault> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Answers some calls otherwise, all others as ever. */
export function instead(
  method: string,
  answer: (call: Call) => {
    readonly status?: number;
    readonly headers?: Record<string, string>;
    readonly body: unknown;
  },
): Meddle {
  return async (call, asked) => {
    if (call.method !== method) return asked(call);
    const {status = 200, headers = {}, body} = answer(call);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return {status, headers: {'content-type': 'application/json', ...headers}, body: text};
  };
}

/** Every page of a collection. */
export async function listed(pds: Pds, did: string, collection: string): Promise<readonly FetchedRecord[]> {
  const records: FetchedRecord[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await pds.listRecords({did, collection, cursor}, signal);
    records.push(...page.records);
    if (page.cursor === null) return records;
    cursor = page.cursor;
  }
}
