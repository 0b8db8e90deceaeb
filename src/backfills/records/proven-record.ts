import type {Network} from '../../atproto/network.ts';
import type {RecordItem} from './item.ts';
import {addressOf, type ReadIo, requireWhole} from './read-repository.ts';
import type {RecordUri} from './uri.ts';

type Found = ReadonlyMap<string, RecordItem>;

/** Repositories that are being read for one record or more of them. */
const beingRead = new WeakMap<Network, Map<string, Promise<Found>>>();

/**
 * One record as its owner signed it; null where there is none. What a host gives by a record's name alone proves nothing,
 * so its repository is read, once for all records of it that are looked up together.
 */
export async function provenRecord(
  {did, collection, rkey}: RecordUri,
  io: ReadIo,
): Promise<RecordItem | null> {
  const ofNetwork = beingRead.get(io.source) ?? new Map<string, Promise<Found>>();
  beingRead.set(io.source, ofNetwork);
  const which = `${did}/${collection}`;
  const reading = ofNetwork.get(which) ?? read({did, collection}, io).finally(() => ofNetwork.delete(which));
  ofNetwork.set(which, reading);
  return (await reading).get(`at://${did}/${collection}/${rkey}`) ?? null;
}

async function read({did, collection}: Omit<RecordUri, 'rkey'>, io: ReadIo): Promise<Found> {
  const pds = io.source.pds(await addressOf(did, io, false));
  const {pages} = await requireWhole({pds, did, collections: [collection]}, io);
  return new Map([...pages].flat().map(item => [item.key, item]));
}
