import type {FetchedRecord, Network, Pds, RecordListing, RecordPage} from '../../atproto/network.ts';
import {Fault} from '../../core/failure.ts';
import {compareKeys} from '../../core/keys.ts';
import {itemOf, type RecordItem} from './item.ts';
import type {ReadIo} from './read-repository.ts';
import {type Held, Room} from './room.ts';

export interface ReadOrder {
  readonly pds: Pds;
  readonly did: string;
  /** In path order. */
  readonly collections: readonly string[];
}

/** What reading takes. */
export interface Taken {
  requests: number;
  bytes: number;
}

/** Pages after which what is left is fetched as one CAR: ten times a hundred records, and nobody knows how many more. */
const manyPages = 10;

/** Page by page, collection by collection; after many of them, the rest as one CAR where `mayBeWhole`. */
export async function* readPages(
  order: ReadOrder,
  io: ReadIo,
  taken: Taken,
  mayBeWhole: boolean,
): AsyncGenerator<readonly RecordItem[]> {
  const {pds, did} = order;
  const {options, signal} = io;
  for (const collection of await collectionsOf(order, io, taken)) {
    for (let cursor: string | null = null; ; ) {
      const listing: RecordListing = {did, collection, cursor};
      const page: RecordPage = await io.placed(pds.host, () => pds.listRecords(listing, signal));
      io.onBytes(page.bytes);
      taken.requests++;
      taken.bytes += page.bytes;
      yield page.records.map(record => itemOf(record, options));
      if (page.cursor === null) break;
      cursor = page.cursor;
      if (taken.requests !== manyPages || !mayBeWhole) continue;
      const whole = await readWhole(order, io);
      if (whole === null) continue;
      taken.requests += whole.requests;
      taken.bytes += whole.bytes;
      yield* beyond(whole.pages, page.records.at(-1)?.uri ?? '');
      return;
    }
  }
}

/** What a repository has of several collections is told by one request. */
async function collectionsOf({pds, did, collections}: ReadOrder, io: ReadIo, taken: Taken) {
  if (collections.length === 1) return collections;
  const there = new Set(await io.placed(pds.host, () => pds.collections(did, io.signal)));
  taken.requests++;
  return collections.filter(collection => there.has(collection));
}

/** What does not keep a repository from being read page by page: some hosts make no CARs, or wrong ones. */
function isOfCar({kind}: Fault, {options, scope}: Pick<ReadIo, 'options' | 'scope'>): boolean {
  if (kind === 'too-large') return true;
  if (scope.proofs || options.fetch !== 'auto') return false;
  return kind === 'server-error' || kind === 'denied' || kind === 'invalid';
}

/**
 * As one CAR; null where it has to be read page by page: the CAR is too large to be held in memory, or there is none, or
 * there is no room for it because others take their time.
 */
export async function readWhole(
  {pds, did, collections}: ReadOrder,
  io: ReadIo,
): Promise<(Taken & {readonly pages: Iterable<readonly RecordItem[]>}) | null> {
  const {options, scope, signal} = io;
  const proof = scope.proofs ? await signingKeyOf(did, io) : null;
  const room = roomOf(io.source);
  const mayDoWithout = options.fetch === 'auto' && !scope.proofs;
  const held = await (mayDoWithout ? room.enterWithin(roomMs, signal) : room.enter(signal));
  if (held === null) return null;
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
    held.add(count);
    io.onBytes(count);
  };
  const order = {did, collections, mostBytes: options.carBytes, proof, onBytes};
  try {
    const repository = await io.placed(pds.host, () => pds.repository(order, signal));
    return {requests: 1, bytes, pages: itemsOf(repository.records(), io, held)};
  } catch (error) {
    held.free();
    if (error instanceof Fault && isOfCar(error, io)) return null;
    throw error;
  }
}

/** Bytes of CARs, of all repositories together; decoded they take several times that. */
const heldBytes = 16 * 1024 * 1024;
/** A host that sends so much and then hardly anything would keep all others waiting for as long as a repository may take. */
const roomMs = 10_000;
const rooms = new WeakMap<Network, Room>();

function roomOf(network: Network): Room {
  const room = rooms.get(network) ?? new Room(heldBytes);
  rooms.set(network, room);
  return room;
}

async function signingKeyOf(did: string, {source, signal, placed}: ReadIo): Promise<string> {
  const {identities} = source;
  const {signingKey} = await placed(identities.hostOf(did), () => identities.resolve(did, {signal}));
  if (signingKey !== null) return signingKey;
  throw new Fault('invalid', `${did} has no signing key, so nothing of its repository can be proven`);
}

function* itemsOf(
  pages: Iterable<readonly FetchedRecord[]>,
  {options}: ReadIo,
  held: Held,
): Generator<readonly RecordItem[]> {
  try {
    for (const page of pages) yield page.map(record => itemOf(record, options));
  } finally {
    held.free();
  }
}

function* beyond(pages: Iterable<readonly RecordItem[]>, last: string): Generator<readonly RecordItem[]> {
  for (const page of pages) {
    const rest = page.filter(({key}) => compareKeys(key, last) > 0);
    if (rest.length > 0) yield rest;
  }
}
