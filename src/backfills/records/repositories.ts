import type {Repositories, Stream} from '../repositories.ts';
import type {OfNetwork} from './of-network.ts';
import {parseUri, rangeOf} from './uri.ts';

/** Accounts that the scope names are found without asking anybody. */
const named = 'named accounts';

/** Every relay is asked for every collection: none of them knows all. */
export const repositories: Repositories<OfNetwork> = {
  words: ['repository', 'repositories'],
  streams: ({source, scope}, {facts}): readonly Stream[] =>
    scope.dids.length > 0
      ? [{id: named, host: null, group: ''}]
      : source.relays.flatMap(({host}) =>
          facts.collections.map(collection => ({id: `${host} ${collection}`, host, group: collection})),
        ),
  discover: async ({id, group}, cursor, {source, scope, signal}) => {
    if (id === named) return {ids: scope.dids, cursor: null};
    const relay = source.relays.find(({host}) => id === `${host} ${group}`);
    if (relay === undefined) throw new RangeError(`there is no relay of ${id}`);
    const page = await relay.repositories(group, cursor, signal);
    return {ids: page.dids, cursor: page.cursor};
  },
  resolverOf: (did, {source}) => source.identities.hostOf(did),
  resolve: async (did, {source, signal}) => (await source.identities.resolve(did, {signal})).pds,
  hostOf: address => new URL(address).host,
  range: rangeOf,
  groupOf: uri => parseUri(uri)?.collection ?? '',
  // The reference PDS, and with it most hosts.
  hostLimit: {requests: 3_000, seconds: 300},
};
