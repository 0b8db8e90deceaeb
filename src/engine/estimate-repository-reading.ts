import type {FaultData} from '../core/failure.ts';
import type {RunContext} from './context.ts';
import {addKinds, type Kinds, noKinds} from './estimate-facts.ts';
import {tally} from './estimate-sample.ts';
import {inspect, placeFor} from './inspect.ts';
import {ListingFailed, listAscending} from './listing.ts';
import type {SlotResult} from './page.ts';
import {mostRowBytes, PageCount} from './page-count.ts';
import {fresh} from './run-partitions.ts';
import type {Inspection, RepositoriesWork, Work, WorkItem} from './work.ts';

/** What one repository came to. */
export interface Reading {
  readonly items: Kinds<number>;
  readonly pages: number;
  /** Requests for single items, beside those of the listing. */
  readonly lookups: number;
  readonly failed: FaultData | null;
}

export interface ReadingOptions {
  readonly context: RunContext;
  readonly repositories: RepositoriesWork;
  /** Lists, with whoever counts what that takes. */
  readonly list: Work['list'];
}

/**
 * Reads one repository as a run would, from its first item to its last, and decides each against the target. Nothing of
 * it is kept but counts: memory is a page. Throws HostDown where its host is down.
 */
export async function readOne(
  {context, repositories, list}: ReadingOptions,
  id: string,
  address: string,
): Promise<Reading> {
  const {settings} = context;
  const {lo, hi} = repositories.range(id);
  const partition = {...fresh({id, kind: 'repository', of: null, lo, hi}), host: address};
  const pages = new PageCount(settings.page);
  let items: Kinds<number> = noKinds;
  let lookups = 0;
  let open: WorkItem[] = [];
  let rowBytes = 0;
  const settle = async () => {
    const settled = await settleItems(context, open);
    items = addKinds(items, settled.items);
    lookups += settled.lookups;
    open = [];
    rowBytes = 0;
  };
  let failed: FaultData | null = null;
  try {
    for await (const listed of listAscending(context, range => list(partition, range), {lo, hi}))
      for (const item of listed) {
        open.push(item);
        pages.add(item.size, item);
        rowBytes += item.rowBytes ?? 0;
        if (open.length >= settings.page.items || rowBytes >= mostRowBytes) await settle();
      }
  } catch (error) {
    if (!(error instanceof ListingFailed)) throw error;
    failed = error.fault;
  }
  // What came before a failure is settled all the same, as in a run.
  await settle();
  return {items, pages: pages.pages, lookups, failed};
}

interface Settled {
  readonly items: Kinds<number>;
  readonly lookups: number;
}

async function settleItems(context: RunContext, items: readonly WorkItem[]): Promise<Settled> {
  const {work} = context;
  const sound = items.filter(({skip, fault}) => skip === undefined && fault === undefined);
  const results = work.inspects ? await inspectAll(context, sound) : await paced(context, sound);
  const broken = results.find(result => result.kind === 'broken');
  if (broken !== undefined) throw broken.error;
  context.halt.throwIfAborted();
  const inspections = results.flatMap(result => (result.kind === 'inspected' ? [result.inspection] : []));
  const decided = inspections.length === 0 ? [] : await work.decide(inspections);
  const skipped = items.filter(({skip}) => skip !== undefined).length;
  const kinds = tally(decided, items.length - skipped - inspections.length);
  // What stays as it is was known by its listing, and nobody was asked for it.
  const lookups = work.inspects ? results.length - kinds.unchanged : 0;
  return {items: addKinds(kinds, {...noKinds, skip: skipped}), lookups};
}

async function inspectAll(context: RunContext, items: readonly WorkItem[]): Promise<readonly SlotResult[]> {
  const results: Promise<SlotResult>[] = [];
  for (const item of items) results.push(inspect(context, item, await placeFor(context, item)));
  return Promise.all(results);
}

/** What is not read takes its turn by the rate alone. */
async function paced(
  {limiter, halt}: RunContext,
  items: readonly WorkItem[],
): Promise<readonly SlotResult[]> {
  const results: SlotResult[] = [];
  for (const item of items) {
    if (limiter.rate !== null) await limiter.pace(halt);
    const inspection: Inspection = {item, found: null, bytes: 0};
    results.push({kind: 'inspected', inspection});
  }
  return results;
}
