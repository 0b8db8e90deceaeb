import {OperatorError} from '../core/operator-error.ts';

/** The AT Protocol network as it is named on the command line, and kept in the ledger so that a run finds it again. */
export interface NetworkAddress {
  /** Origins. */
  readonly relays: readonly string[];
  readonly plc: string;
  /** Hosts may be on this machine or in its network, and be asked without https: for tests, never for strangers. */
  readonly allowPrivateHosts: boolean;
}

export const publicNetwork: NetworkAddress = {
  relays: ['https://relay1.us-east.bsky.network'],
  plc: 'https://plc.directory',
  allowPrivateHosts: false,
};

/** The network as it is without anything said. */
export const networkName = 'atproto';
const privateHosts = 'private-hosts';

/** Whether it is named as one. */
export function isNetwork(text: string): boolean {
  return text === networkName || text.startsWith(`${networkName}:`);
}

/** `atproto`, or `atproto:RELAY,RELAY?plc=URL&private-hosts`: what is left out is as in the public network. */
export function parseNetwork(text: string): NetworkAddress {
  const [, relays = '', query = ''] = /^atproto(?::([^?]*))?(?:\?(.*))?$/s.exec(text) ?? [];
  const options = query === '' ? [] : query.split('&');
  const unknown = options.find(option => option !== privateHosts && !option.startsWith('plc='));
  if (!isNetwork(text) || unknown !== undefined)
    throw new OperatorError(
      'usage',
      `source ${text}: this is not a network`,
      'Write atproto, with --relay URL, --plc URL and --allow-private-hosts for another than the public one.',
    );
  const plc = options.find(option => option.startsWith('plc='))?.slice('plc='.length);
  return networkWith({
    relays: relays === '' ? [] : relays.split(','),
    ...(plc === undefined ? {} : {plc}),
    allowPrivateHosts: options.includes(privateHosts),
  });
}

/** Checked; what is missing is as in the public network. */
export function networkWith({
  relays = [],
  plc,
  allowPrivateHosts = false,
}: Partial<NetworkAddress>): NetworkAddress {
  const network = {
    relays: (relays.length === 0 ? publicNetwork.relays : relays).map(relay => originOf('relay', relay)),
    plc: originOf('plc', plc ?? publicNetwork.plc),
    allowPrivateHosts,
  };
  const plain = [...network.relays, network.plc].find(origin => !origin.startsWith('https://'));
  if (plain !== undefined && !allowPrivateHosts)
    throw new OperatorError(
      'usage',
      `${plain}: relays and the directory are asked with https alone`,
      'For servers of your own, add --allow-private-hosts.',
    );
  return network;
}

function originOf(what: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw new OperatorError(
      'usage',
      `--${what} ${text}: this is not the address of a server`,
      'Write it as https://relay.example.com, without a path.',
    );
  return url.origin;
}

export function formatNetwork({relays, plc, allowPrivateHosts}: NetworkAddress): string {
  const isUsual = relays.join() === publicNetwork.relays.join();
  const options = [
    ...(plc === publicNetwork.plc ? [] : [`plc=${plc}`]),
    ...(allowPrivateHosts ? [privateHosts] : []),
  ];
  return `${networkName}${isUsual ? '' : `:${relays.join(',')}`}${options.length === 0 ? '' : `?${options.join('&')}`}`;
}
