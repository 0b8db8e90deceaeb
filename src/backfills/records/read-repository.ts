import type {FetchedRecord, Network, Pds} from '../../atproto/network.ts';
import {Fault} from '../../core/failure.ts';
import {compareKeys, type KeyRange} from '../../core/keys.ts';
import type {Probe} from '../../core/probe.ts';
import type {ListedRange} from '../backfill.ts';
import type {TargetIo} from '../shape.ts';
import type {RecordsFacts} from './facts.ts';
import {itemOf, type RecordItem} from './item.ts';
import type {Records} from './records.ts';
import {didOf} from './uri.ts';

/** Pages after which one CAR is cheaper than all that may come: measured in requests, ten of 100 records each. */
const manyPages = 10;

export type ReadIo = Omit<TargetIo<Records>, 'source' | 'target' | 'now'> & {readonly source: Network};

/**
 * The records of one repository in ascending order. It is read where it is known to be; a repository that is not there
 * any more may have moved, so it is looked for once more.
 */
export async function* readRepository(
  range: ListedRange,
  io: ReadIo,
  {facts}: Pick<Probe<RecordsFacts>, 'facts'>,
): AsyncGenerator<readonly RecordItem[]> {
  const did = didOf(range.lo);
  const known = range.address ?? (await addressOf(did, io, false));
  try {
    yield* readAt(io.source.pds(known), did, range, io, facts.collections);
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'not-found') throw error;
    const now = await addressOf(did, io, true);
    if (now === known) throw error;
    yield* readAt(io.source.pds(now), did, range, io, facts.collections);
  }
}

/** Where a repository is. */
export async function addressOf(
  did: string,
  {source, signal, placed}: Pick<ReadIo, 'source' | 'signal' | 'placed'>,
  isFresh: boolean,
): Promise<string> {
  const {identities} = source;
  return (await placed(identities.hostOf(did), () => identities.resolve(did, {signal, isFresh}))).pds;
}

async function* readAt(
  pds: Pds,
  did: string,
  range: KeyRange,
  io: ReadIo,
  collections: readonly string[],
): AsyncGenerator<readonly RecordItem[]> {
  const {options, scope, signal, placed} = io;
  if (scope.proofs || options.fetch === 'car') {
    const whole = await wholeOf(pds, did, io, collections);
    if (whole !== null) {
      yield* itemsOf(whole, io);
      return;
    }
  }
  // What a repository has of many collections is told by one request.
  const wanted =
    collections.length === 1
      ? collections
      : among(collections, await placed(pds.host, () => pds.collections(did, signal)));
  let pages = 0;
  for (const collection of wanted) {
    for (let cursor: string | null = null; ; ) {
      const page = await pageOf(pds, {did, collection, cursor}, io);
      yield page.records.map(record => itemOf(record, options));
      if (page.cursor === null) break;
      cursor = page.cursor;
      if (++pages !== manyPages || options.fetch === 'pages') continue;
      const whole = await wholeOf(pds, did, io, collections);
      if (whole === null) continue;
      yield* itemsOf(beyond(whole, page.records.at(-1)?.uri ?? range.lo), io);
      return;
    }
  }
}

function among(collections: readonly string[], there: readonly string[]): readonly string[] {
  const has = new Set(there);
  return collections.filter(collection => has.has(collection));
}

async function pageOf(pds: Pds, listing: Parameters<Pds['listRecords']>[0], io: ReadIo) {
  const page = await io.placed(pds.host, () => pds.listRecords(listing, io.signal));
  io.onBytes(page.bytes);
  return page;
}

/** Null where it is too large to be held in memory: then it is read page by page. */
async function wholeOf(
  pds: Pds,
  did: string,
  io: ReadIo,
  collections: readonly string[],
): Promise<Iterable<readonly FetchedRecord[]> | null> {
  const {options, scope, signal, onBytes, placed} = io;
  const proof = scope.proofs ? await signingKeyOf(did, io) : null;
  const order = {did, collections, mostBytes: options.carBytes, proof, onBytes};
  try {
    return (await placed(pds.host, () => pds.repository(order, signal))).records();
  } catch (error) {
    if (!scope.proofs && error instanceof Fault && error.kind === 'too-large') return null;
    throw error;
  }
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
): Generator<readonly RecordItem[]> {
  for (const page of pages) yield page.map(record => itemOf(record, options));
}

function* beyond(
  pages: Iterable<readonly FetchedRecord[]>,
  last: string,
): Generator<readonly FetchedRecord[]> {
  let isBeyond = false;
  for (const page of pages) {
    if (isBeyond) yield page;
    else {
      const rest = page.filter(({uri}) => compareKeys(uri, last) > 0);
      isBeyond = rest.length > 0;
      if (isBeyond) yield rest;
    }
  }
}
