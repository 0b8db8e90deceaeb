import {type LookupAddress, type LookupAllOptions, lookup as systemLookup} from 'node:dns';
import {BlockList, isIP, type LookupFunction} from 'node:net';

/**
 * Which addresses are everybody's, and not of a machine or network that only somebody in here can reach: hosts are named
 * by strangers, who may name our own. https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-
 */

const v4Special = subnets('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]);
/** Addresses of IPv6 that are given out to hosts. */
const v6Unicast = subnets('ipv6', [['2000::', 3]]);
/** Of those, what is for protocols, documents, and for tunnels that end at an address within. */
const v6Special = subnets('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);
/** 64:ff9b::a.b.c.d is a.b.c.d, in networks that have IPv6 alone. */
const v6Translated = subnets('ipv6', [['64:ff9b::', 96]]);

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !v4Special.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  if (v6Translated.check(address, 'ipv6')) return isPublicAddress(lastOctets(address));
  return v6Unicast.check(address, 'ipv6') && !v6Special.check(address, 'ipv6');
}

/** The IPv4 address at the end of one of IPv6. */
function lastOctets(address: string): string {
  // As URLs have it: the last two groups in hex, none left out but by "::".
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2);
  const [high, low] = groups.map(group => Number.parseInt(group === '' ? '0' : group, 16));
  return [high, low].flatMap((group = 0) => [group >> 8, group & 0xff]).join('.');
}

function subnets(family: 'ipv4' | 'ipv6', ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of ranges) list.addSubnet(net, prefix, family);
  return list;
}

/** A host that may not be asked. */
export class PrivateAddress extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`the address ${address} is not a public one`);
    this.name = 'PrivateAddress';
    this.address = address;
  }
}

/** dns.lookup, in the form in which it tells all addresses. */
export type LookupAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses?: readonly LookupAddress[]) => void,
) => void;

/**
 * For a socket that is about to connect: what it is given is what was looked at, so a name can't change in between. One
 * address that is not public is enough to refuse all.
 */
export function publicLookup(lookup: LookupAll = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, {...options, all: true}, (error, addresses) => {
      const [first] = addresses ?? [];
      const refused = addresses?.find(({address}) => !isPublicAddress(address));
      if (error !== null) callback(error, '');
      else if (refused !== undefined) callback(new PrivateAddress(refused.address), '');
      else if (first === undefined) callback(new Error(`${hostname} has no address`), '');
      else if (options.all === true) callback(null, [...(addresses ?? [])]);
      else callback(null, first.address, first.family);
    });
  };
}
