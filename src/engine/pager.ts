import type {Outcome} from '../core/accounting.ts';
import {compareKeys, type KeyRange} from '../core/keys.ts';
import type {PartitionRecord} from '../ledger/records.ts';
import type {RunContext} from './context.ts';
import {goneSlot, withGone} from './gone.ts';
import {inspect} from './inspect.ts';
import {type KnownRange, knownBetween, partOf} from './known.ts';
import {ListingFailed, listAscending} from './listing.ts';
import type {Page, Slot} from './page.ts';
import {mostRowBytes} from './page-count.ts';
import type {WorkItem} from './work.ts';

/**
 * Lists one partition and cuts it into pages, bounded by count, bytes and seconds. Items are inspected as places
 * become free, so a page's last downloads overlap with the next page's first. The range's end may be lowered while it
 * runs; `halt` and `drain` stop it between two items.
 */
export class Pager {
  /** The whole range was listed: nothing more will come. */
  exhausted = false;
  /** The cap ended it, with more to come. */
  capped = false;
  /** Why the range can't be listed any further. What came before is settled all the same. */
  failure: ListingFailed | null = null;
  /** The last key that was taken up. */
  frontier: string;
  /** The last key that was looked at: it may still wait for a place, and is this partition's already. */
  reached: string;
  readonly #context: RunContext;
  readonly #partition: PartitionRecord;
  readonly #formers: (keys: readonly string[]) => Promise<ReadonlyMap<string, Outcome | 'pending'>>;
  readonly #listed: (slots: readonly Slot[]) => void;
  readonly #ending: AbortSignal;
  #hi: string | null;
  #split: {readonly at: string; readonly settled: Promise<void>} | null = null;
  #isListed = false;
  #taken: number;
  #slots: Slot[] = [];
  #bytes = 0;
  #rowBytes = 0;
  #openedAt = 0;

  constructor(
    context: RunContext,
    partition: PartitionRecord,
    taken: number,
    formers: (keys: readonly string[]) => Promise<ReadonlyMap<string, Outcome | 'pending'>>,
    listed: (slots: readonly Slot[]) => void,
  ) {
    this.#context = context;
    this.#partition = partition;
    this.#formers = formers;
    this.#listed = listed;
    this.#ending = context.ending;
    this.#hi = partition.hi;
    this.#taken = taken;
    this.frontier = partition.cursor;
    this.reached = partition.cursor;
  }

  /** What is left can go to another partition. */
  get canSplit(): boolean {
    return !this.#isListed && !this.exhausted && !this.#ending.aborted;
  }

  get hi(): string | null {
    return this.#hi;
  }

  /** Lowers the range's end to `middle` once `saved` says so; until then nothing beyond it is taken up. */
  async lower(middle: string, saved: () => Promise<boolean>): Promise<boolean> {
    let lowered = false;
    const settled = saved().then(ok => {
      lowered = ok;
      if (ok) this.#hi = middle;
      this.#split = null;
    });
    this.#split = {at: middle, settled};
    await settled;
    return lowered;
  }

  async *pages(): AsyncGenerator<Page> {
    try {
      yield* this.#fullPages();
    } catch (error) {
      if (!(error instanceof ListingFailed)) throw error;
      this.failure = error;
    }
    if (this.#slots.length > 0 && !this.#context.halt.aborted) yield this.#close();
  }

  async *#fullPages(): AsyncGenerator<Page> {
    const range = {lo: this.frontier, hi: this.#hi};
    const {work} = this.#context;
    const list = (rest: KeyRange) => work.list(this.#partition, rest);
    for await (const items of listAscending(this.#context, list, range)) {
      yield* this.#chunk(items);
      if (this.exhausted || this.capped || this.#ending.aborted) return;
    }
    if (this.#ending.aborted) return;
    // The rest of a range that is being parted is another's; from here on it can't be parted any more.
    while (this.#split !== null) await this.#split.settled;
    this.#isListed = true;
    if (this.#partition.kind === 'repository') this.#context.at('repository-fetched');
    yield* this.#goneBeyond();
    if (!this.#ending.aborted) this.exhausted = true;
  }

  async *#chunk(items: readonly WorkItem[]): AsyncGenerator<Page> {
    const range = {lo: this.frontier, hi: items.at(-1)?.key ?? null};
    const keys = items.map(({key}) => key);
    const known = await knownBetween(this.#context, range, keys, this.#partition);
    const formers = await this.#formers(keys);
    for (const {item, gone} of this.#withGone(items, known)) {
      if (this.#ending.aborted) return;
      while (this.#split !== null && compareKeys(item.key, this.#split.at) > 0) await this.#split.settled;
      if (this.#hi !== null && compareKeys(item.key, this.#hi) > 0) {
        this.exhausted = true;
        return;
      }
      if (this.#context.cap !== null && this.#taken >= this.#context.cap) {
        this.capped = true;
        return;
      }
      this.reached = item.key;
      const slot = gone ? goneSlot(item, known) : await this.#slot(item, known, formers.get(item.key));
      if (slot === null) return;
      this.#add(slot);
      if (this.#isFull()) yield this.#close();
    }
  }

  /** Null where the run ends instead. */
  async #slot(
    item: WorkItem,
    known: KnownRange,
    former: Outcome | 'pending' | undefined,
  ): Promise<Slot | null> {
    const planned = known.planned.get(item.key);
    // What is uploaded with the page counts as much as what is read for it.
    const slot = {item, planned, former, reads: this.#isApplied ? item.size : 0};
    if (item.skip !== undefined)
      return {...slot, result: Promise.resolve({kind: 'skipped', reason: item.skip})};
    if (item.fault !== undefined)
      return {...slot, result: Promise.resolve({kind: 'failed', fault: item.fault, attempts: 1})};
    const found = this.#context.work.inspects ? known.found(item.key, item.fingerprint) : null;
    try {
      if (found !== undefined) {
        await this.#pace();
        return {...slot, result: Promise.resolve({kind: 'inspected', inspection: {item, found, bytes: 0}})};
      }
      const host = this.#context.work.host(item);
      if (host === null) {
        await this.#pace();
        return {...slot, result: inspect(this.#context, item, null)};
      }
      const place = await this.#context.limiter.acquire(host, this.#ending);
      return {...slot, reads: item.size, result: inspect(this.#context, item, place)};
    } catch (error) {
      if (this.#ending.aborted) return null;
      throw error;
    }
  }

  /** An item counts once: one that is applied with its page counts then. */
  async #pace(): Promise<void> {
    if (!this.#isApplied) await this.#context.limiter.pace(this.#ending);
  }

  /** Only a range or a repository knows that what is not listed is gone: a retry and an undo take up some keys among others. */
  #withGone(
    items: readonly WorkItem[],
    known: KnownRange,
  ): Iterable<{readonly item: WorkItem; readonly gone: boolean}> {
    return this.#isSlice ? withGone(items, known) : items.map(item => ({item, gone: false}));
  }

  /** What was planned beyond the last listed key, and is there no more: a page of the plan at a time. */
  async *#goneBeyond(): AsyncGenerator<Page> {
    const {plan, ledger} = this.#context;
    if (plan === null || !this.#isSlice) return;
    for (let lo = this.frontier; ; ) {
      const end = await ledger.pages.endBeyond(plan.run, 'plan', lo, partOf(this.#partition));
      if (end === null || (this.#hi !== null && compareKeys(lo, this.#hi) >= 0)) return;
      const hi = this.#hi !== null && compareKeys(this.#hi, end) < 0 ? this.#hi : end;
      const known = await knownBetween(this.#context, {lo, hi}, [], this.#partition);
      for (const {item} of withGone([], known)) {
        if (this.#ending.aborted) return;
        this.#add(goneSlot(item, known));
        if (this.#isFull()) yield this.#close();
      }
      lo = hi;
    }
  }

  get #isApplied(): boolean {
    return this.#context.writer !== null && this.#context.work.applied !== null;
  }

  get #isSlice(): boolean {
    return this.#partition.kind === 'range' || this.#partition.kind === 'repository';
  }

  #add(slot: Slot): void {
    if (this.#slots.length === 0) this.#openedAt = this.#context.now();
    this.#slots.push(slot);
    this.#bytes += slot.reads;
    this.#rowBytes += slot.item.rowBytes ?? 0;
    this.#taken++;
    this.frontier = slot.item.key;
    this.#listed([slot]);
  }

  #isFull(): boolean {
    const {items, bytes, seconds} = this.#context.settings.page;
    return (
      this.#slots.length >= items ||
      this.#bytes >= bytes ||
      this.#rowBytes >= mostRowBytes ||
      this.#context.now() - this.#openedAt >= seconds * 1_000
    );
  }

  #close(): Page {
    const slots = this.#slots;
    this.#slots = [];
    this.#bytes = 0;
    this.#rowBytes = 0;
    return {slots, cursor: this.frontier};
  }
}
