import {listedOf} from '../core/accounting.ts';
import {type Count, none} from '../core/count.ts';
import type {Probe} from '../core/probe.ts';
import {limitsOf} from '../core/scope.ts';
import type {Reader} from '../databases/database.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {EngineHost} from './engine-host.ts';
import type {Amount, EstimateFacts, ListingFacts, Outlook} from './estimate-facts.ts';
import {targetFactsOf} from './estimate-target.ts';
import {ioFor} from './io.ts';
import {keptToLook} from './kept.ts';
import type {PlanFacts} from './review-plan.ts';

/**
 * A plan as the facts of an estimate, so that both are predicted by the same functions: its counts are exact, one page
 * of the listing is timed now, and reading is as fast as it was in the dry run, whatever else that one waited for.
 */
export function reviewFacts(
  {settings}: EngineHost,
  connection: RunConnection,
  run: RunRecord,
  probe: Probe<unknown>,
  probeRequests: number,
  plan: PlanFacts,
  page: ListedPage,
): EstimateFacts {
  const {ordered, isPart} = limitsOf(run.scope);
  const isUndo = run.undoes !== null;
  const nothing = {looked: 0, found: {insert: 0, update: 0, delete: 0, unchanged: 0, skip: 0, fail: 0}};
  const pace = paceOf(run, plan.read);
  return {
    source: connection.source.service ?? 'other',
    target: targetFactsOf(connection, probe, probeRequests, {pages: 0, seconds: 0}),
    listing: listingOf(run, plan, page),
    sample: {
      unread: nothing,
      known: nothing,
      readings: pace === null ? [] : [pace],
      seconds: pace?.seconds ?? 0,
      atOnce: 1,
      bytes: 0,
      stated: {items: 0, bytes: 0},
    },
    // Nothing is read again of what was only listed.
    settings: connection.backfill.inspects === false ? {...settings, sample: 0} : settings,
    isOrdered: ordered || isUndo,
    isNarrowed: isPart,
  };
}

/** A page of the source's listing, as long as it took just now. */
export interface ListedPage extends Amount {
  readonly seconds: number;
}

/** Where the listing's first page holds nothing of the scope, so much is taken to be in the others. */
const usualPage = 1_000;

export async function listOnePage(
  host: EngineHost,
  connection: RunConnection,
  reader: Reader,
  probe: Probe<unknown>,
  {scope, undoes}: RunRecord,
): Promise<ListedPage> {
  if (undoes !== null) return {items: 0, bytes: 0, seconds: 0};
  const abort = new AbortController();
  const {now} = host;
  const kept = keptToLook(host, connection.target.id);
  const io = ioFor({connection, reader, scope, signal: abort.signal, now, onBytes: () => undefined, kept});
  const startedAt = now();
  try {
    for await (const range of connection.backfill.partitions(io))
      for await (const items of connection.backfill.list(range, io, probe))
        return {
          items: items.length,
          bytes: items.reduce((sum, {size}) => sum + size, 0),
          seconds: (now() - startedAt) / 1_000,
        };
    return {items: 0, bytes: 0, seconds: (now() - startedAt) / 1_000};
  } finally {
    abort.abort();
  }
}

function listingOf(run: RunRecord, {pages, read, unproven}: PlanFacts, page: ListedPage): ListingFacts {
  const items = listedOf(run.tally);
  const mean = read.items > 0 ? read.bytes / read.items : page.items > 0 ? page.bytes / page.items : 0;
  const all = {items, bytes: Math.round(items * mean)};
  const requests = run.undoes === null ? Math.max(1, Math.ceil(items / (page.items || usualPage))) : 0;
  return {
    all,
    skipped: 0,
    faulty: 0,
    known: {items: items - unproven.items, bytes: Math.max(0, all.bytes - unproven.bytes)},
    unread: {items: 0, bytes: 0},
    unproven,
    requests,
    pages,
    seconds: requests * page.seconds,
  };
}

/** Seconds for one object in the dry run; null where it read none, or rested in between. */
function paceOf({startedAt, finishedAt}: RunRecord, read: Amount) {
  if (read.items === 0 || startedAt === null || finishedAt === null) return null;
  return {bytes: read.bytes / read.items, seconds: (finishedAt - startedAt) / 1_000 / read.items};
}

/** What the plan decided, which is no guess. */
export function plannedOutlook({tally}: RunRecord): Outlook {
  const exactly = (value: number): Count => ({...none, value, low: value, high: value});
  return {
    items: {
      insert: exactly(tally.inserted),
      update: exactly(tally.updated),
      delete: exactly(tally.deleted),
      unchanged: exactly(tally.unchanged),
      skip: exactly(tally.skipped),
      fail: exactly(tally.failed),
    },
    changes: exactly(tally.inserted + tally.updated + tally.deleted),
  };
}
