import {OperatorError} from '../core/operator-error.ts';
import {checkNetwork} from './check-network.ts';
import {OpenIdentities} from './identities.ts';
import {defaultLimits, type NetworkLimits} from './limits.ts';
import type {Network, Pds} from './network.ts';
import {OpenPds} from './pds.ts';
import {cidOfJson} from './record-check.ts';
import {OpenRelay} from './relay.ts';
import {WebClient} from './web-client.ts';

export interface NetworkOptions {
  /** As shown on screens and as it can be passed to --source. */
  readonly label: string;
  readonly relays?: readonly string[];
  readonly plc?: string;
  /** Also hosts without https, and at addresses of this machine or a private network: for a network of one's own. */
  readonly allowPrivateHosts?: boolean;
  readonly limits?: Partial<NetworkLimits>;
  /** Servers of DNS for handles, ADDRESS:PORT, in the place of those that the system has. */
  readonly dnsServers?: readonly string[];
  /** Where a host is really reached that no name leads to; only where private hosts are allowed. */
  readonly reach?: (hostname: string) => URL | null;
  readonly now?: () => number;
}

export const defaultRelays: readonly string[] = ['https://relay1.us-east.bsky.network'];
export const defaultPlc = 'https://plc.directory';

/**
 * The network by its relays and directory. They are whatever the operator names; everybody whom they lead to is a stranger,
 * asked over https and at public addresses alone.
 */
export function openNetwork(options: NetworkOptions): Network {
  const {label, allowPrivateHosts = false, dnsServers, reach, now = Date.now} = options;
  const named = options.relays === undefined || options.relays.length === 0 ? defaultRelays : options.relays;
  const relays = [...new Set(named.map(relay => originOf(relay, 'relay')))];
  const plc = originOf(options.plc ?? defaultPlc, 'directory (plc)');
  const limits = {...defaultLimits, ...options.limits};
  const clientOf = (allowPrivate: boolean) =>
    new WebClient({
      allowPrivateHosts: allowPrivate,
      limits,
      now,
      reach: allowPrivateHosts ? reach : undefined,
    });
  const trusted = clientOf(true);
  const web = clientOf(allowPrivateHosts);
  const hosts = new Map<string, Pds>();
  return {
    id: `atproto:${relays.toSorted().join('+')}:${plc}`,
    label,
    service: 'other',
    check: () => checkNetwork(trusted, [...relays, plc]),
    relays: relays.map(relay => new OpenRelay(trusted, relay, limits)),
    identities: new OpenIdentities({trusted, web, plc, allowPrivateHosts, limits, dnsServers, now}),
    pds: origin => {
      const known = hosts.get(origin) ?? new OpenPds(web, origin, limits);
      hosts.set(origin, known);
      return known;
    },
    cidOf: cidOfJson,
    // The library of lexicons takes long to load, and only a verification needs it.
    validator: async lexicons => (await import('./record-validator.ts')).recordValidator(lexicons),
  };
}

/** Of an address that the operator gave. */
function originOf(address: string, what: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isOrigin =
    url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '';
  if (!isOrigin)
    throw new OperatorError(
      'usage',
      `the ${what} ${address} is not an address such as https://relay1.us-east.bsky.network`,
      'Name it by https:// and its host, and nothing behind that.',
    );
  return url.origin;
}
