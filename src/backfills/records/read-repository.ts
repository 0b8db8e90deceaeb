import type {Network, Pds} from '../../atproto/network.ts';
import {Fault} from '../../core/failure.ts';
import {compareKeys} from '../../core/keys.ts';
import type {Probe} from '../../core/probe.ts';
import type {ListedRange} from '../backfill.ts';
import type {TargetIo} from '../shape.ts';
import type {RecordsFacts} from './facts.ts';
import {FetchChoice} from './fetch-choice.ts';
import type {RecordItem} from './item.ts';
import type {OfNetwork} from './of-network.ts';
import {didOf} from './uri.ts';
import {type ReadOrder, readPages, readWhole} from './ways.ts';

export type ReadIo = Omit<TargetIo<OfNetwork>, 'source' | 'target' | 'now' | 'kept' | 'limited'> & {
  readonly source: Network;
};

/** A CAR that can't be used is worth as much as that many requests. */
const inVain = {requests: 100, bytes: 0};

/** What was measured of hosts, for as long as the network is open. */
const choices = new WeakMap<Network, Map<string, FetchChoice>>();

/**
 * The records of one repository in ascending order. It is read where it is known to be; a repository that is not there
 * any more, or is said to be deactivated, may have moved, so it is looked for once more.
 */
export async function* readRepository(
  range: ListedRange,
  io: ReadIo,
  {facts}: Pick<Probe<RecordsFacts>, 'facts'>,
): AsyncGenerator<readonly RecordItem[]> {
  const did = didOf(range.lo);
  const known = range.address ?? (await addressOf(did, io, false));
  let last = '';
  try {
    for await (const page of readAt(io.source.pds(known), did, io, facts.collections)) {
      last = page.at(-1)?.key ?? last;
      yield page;
    }
  } catch (error) {
    if (!(error instanceof Fault) || !(error.kind === 'not-found' || error.kind === 'deactivated'))
      throw error;
    const now = await addressOf(did, io, true);
    if (now === known) throw error;
    // Where it moved while it was read, what was listed before is not listed again.
    for await (const page of readAt(io.source.pds(now), did, io, facts.collections))
      yield page.filter(({key}) => last === '' || compareKeys(key, last) > 0);
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
  io: ReadIo,
  collections: readonly string[],
): AsyncGenerator<readonly RecordItem[]> {
  const {options, scope, source} = io;
  const order = {pds, did, collections};
  if (scope.proofs) {
    yield* (await requireWhole(order, io)).pages;
    return;
  }
  const choice = choiceFor(source, pds.host);
  const way = options.fetch === 'auto' ? choice.next() : options.fetch;
  if (way === 'car') {
    const whole = await readWhole(order, io);
    if (whole !== null) {
      choice.took('car', whole);
      yield* whole.pages;
      return;
    }
    choice.took('car', inVain);
  }
  const taken = {requests: 0, bytes: 0};
  // What was too large a moment ago is not fetched again.
  yield* readPages(order, io, taken, options.fetch !== 'pages' && way !== 'car');
  choice.took('pages', taken);
}

/** As one CAR, or not at all: nothing else can be proven. */
export async function requireWhole(order: ReadOrder, io: ReadIo) {
  const whole = await readWhole(order, io);
  if (whole !== null) return whole;
  throw new Fault(
    'too-large',
    `${order.did}: its CAR is larger than options.records.carBytes, so it can't be proven`,
  );
}

function choiceFor(network: Network, host: string): FetchChoice {
  const ofHosts = choices.get(network) ?? new Map<string, FetchChoice>();
  choices.set(network, ofHosts);
  const known = ofHosts.get(host) ?? new FetchChoice();
  ofHosts.set(host, known);
  return known;
}
