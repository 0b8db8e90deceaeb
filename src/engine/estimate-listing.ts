import {Reservoir} from '../core/reservoir.ts';
import type {RunContext} from './context.ts';
import type {Amount, ListingFacts} from './estimate-facts.ts';
import {knownBetween} from './known.ts';
import {listAscending} from './listing.ts';
import {PageCount} from './page-count.ts';
import {fresh} from './run-partitions.ts';
import type {Inspection, WorkItem} from './work.ts';

export interface Listed {
  readonly facts: ListingFacts;
  /** Drawn at random from what would be read. */
  readonly unread: readonly WorkItem[];
  /** Drawn at random from what need not be. */
  readonly known: readonly Inspection[];
}

/** How often it is said how far the listing has come. */
const progressMs = 2_000;

type Counting = {-readonly [Name in keyof Amount]: number};

/**
 * Lists the whole scope, as a dry run would, and reads no bytes. What an earlier run has inspected and has not changed is
 * told from what would be read, and of both a uniform sample is drawn: memory is the samples and a page.
 */
export async function listScope(
  context: RunContext,
  sampleSizes: Readonly<Record<'unread' | 'known', number>>,
  say: (listed: number) => void,
): Promise<Listed> {
  const {now, random, cap, settings} = context;
  const startedAt = now();
  const unread = new Reservoir<WorkItem>(sampleSizes.unread, random);
  const known = new Reservoir<Inspection>(sampleSizes.known, random);
  const pages = new PageCount(settings.page);
  const amounts = {all: nothing(), unread: nothing(), known: nothing(), unproven: nothing()};
  let skipped = 0;
  let faulty = 0;
  let saidAt = startedAt;
  const take = (item: WorkItem, found: unknown) => {
    count(amounts.all, item);
    const isRead = item.skip === undefined && item.fault === undefined && found === undefined;
    pages.add(isRead ? item.size : 0, item);
    if (item.skip !== undefined) skipped++;
    else if (item.fault !== undefined) faulty++;
    else if (found !== undefined) {
      count(amounts.known, item);
      known.offer({item, found, bytes: 0});
    } else {
      count(amounts.unread, item);
      if (item.fingerprint === null) count(amounts.unproven, item);
      unread.offer(item);
    }
  };
  const counted = countingPages(context);
  for await (const chunk of listed(counted.context)) {
    const room = cap === null ? chunk.length : cap - amounts.all.items;
    const items = chunk.slice(0, room);
    const keys = items.map(({key}) => key);
    const {found} = await knownBetween(context, {lo: '', hi: null}, keys, {id: '', kind: 'range'});
    for (const item of items) take(item, found(item.key, item.fingerprint));
    if (now() - saidAt >= progressMs) {
      saidAt = now();
      say(amounts.all.items);
    }
    if (chunk.length >= room && cap !== null) break;
  }
  return {
    facts: {
      ...amounts,
      skipped,
      faulty,
      requests: counted.pages(),
      pages: pages.pages,
      seconds: (now() - startedAt) / 1_000,
    },
    unread: unread.kept,
    known: known.kept,
  };
}

async function* listed(context: RunContext): AsyncGenerator<readonly WorkItem[]> {
  for await (const partition of context.work.partitions())
    yield* listAscending(context, range => context.work.list(fresh(partition), range), {
      lo: partition.lo,
      hi: partition.hi,
    });
}

/** Pages as the source gives them, those too of which nothing is in the scope. */
function countingPages(context: RunContext): {
  readonly context: RunContext;
  readonly pages: () => number;
} {
  let pages = 0;
  return {
    pages: () => pages,
    context: {
      ...context,
      work: {
        ...context.work,
        async *list(partition, range) {
          for await (const page of context.work.list(partition, range)) {
            pages++;
            yield page;
          }
        },
      },
    },
  };
}

function nothing(): Counting {
  return {items: 0, bytes: 0};
}

function count(amount: Counting, {size}: WorkItem): void {
  amount.items++;
  amount.bytes += size;
}
