import {setTimeout as sleep} from 'node:timers/promises';
import type {RunNews} from '../core/event.ts';
import {Fault, type FaultData, isRetryable} from '../core/failure.ts';
import {compareKeys, type KeyRange, printableKey} from '../core/keys.ts';
import {backoffMs} from './backoff.ts';
import type {Settings} from './settings.ts';

/** The partition can't be listed any further: it fails by name, and the run goes on with the others. */
export class ListingFailed extends Error {
  readonly fault: FaultData;
  readonly attempts: number;

  constructor(fault: FaultData, attempts = 1) {
    super(fault.message);
    this.name = 'ListingFailed';
    this.fault = fault;
    this.attempts = attempts;
  }
}

interface Keyed {
  readonly key: string;
}

/** How a listing is taken up again. */
export interface Relisting {
  readonly settings: Pick<Settings, 'attempts'>;
  readonly halt: AbortSignal;
  readonly random: () => number;
  emit(news: Extract<RunNews, {readonly type: 'retrying'}>): void;
}

/**
 * Items beyond the range's beginning, in strictly ascending order. A listing that breaks is taken up after the last
 * key; items that are not beyond it are dropped, and a listing that goes back within itself is a failure by name.
 */
export async function* listAscending<Item extends Keyed>(
  relisting: Relisting,
  list: (range: KeyRange) => AsyncIterable<readonly Item[]>,
  range: KeyRange,
): AsyncGenerator<readonly Item[]> {
  let last = range.lo;
  for (let failures = 0; ; failures++) {
    let within = '';
    try {
      for await (const page of list({lo: last, hi: range.hi})) {
        const beyond: Item[] = [];
        for (const item of page) {
          if (within !== '' && compareKeys(item.key, within) <= 0) throw wentBack(within, item.key);
          within = item.key;
          if (last === '' || compareKeys(item.key, last) > 0) beyond.push(item);
        }
        if (within !== '' && (last === '' || compareKeys(within, last) > 0)) last = within;
        if (beyond.length === 0) continue;
        yield beyond;
        failures = 0;
      }
      return;
    } catch (error) {
      relisting.halt.throwIfAborted();
      await waitOrFail(relisting, error, failures);
    }
  }
}

async function waitOrFail(
  {halt, settings, random, emit}: Relisting,
  error: unknown,
  failures: number,
): Promise<void> {
  if (!(error instanceof Fault)) throw error;
  if (!isRetryable(error.kind) || failures + 1 >= settings.attempts)
    throw new ListingFailed(error, failures + 1);
  const waitMs = backoffMs(failures + 1, error.retryAfterMs, random);
  emit({type: 'retrying', host: error.host ?? 'source', attempt: failures + 1, waitMs, fault: error});
  await sleep(waitMs, undefined, {signal: halt});
}

function wentBack(from: string, to: string): Fault {
  return new Fault(
    'invalid',
    `the listing went back from ${printableKey(from)} to ${printableKey(to)}: its keys are not in byte order, so nothing beyond can be trusted`,
  );
}
