import {listedOf, type Outcome} from '../core/accounting.ts';
import {compareKeys} from '../core/keys.ts';
import {isCounted} from '../ledger/counted.ts';
import type {Partition, PartitionRecord} from '../ledger/records.ts';
import type {RunContext} from './context.ts';
import type {ListingFailed} from './listing.ts';
import type {Page, Slot} from './page.ts';
import {Pager} from './pager.ts';
import {isStop} from './run-handle.ts';
import {Settler} from './settler.ts';

/** Works one partition from its cursor to its end: pages are inspected ahead, and settled one after the other. */
export class PartitionRunner {
  readonly partition: PartitionRecord;
  readonly startedAt: number;
  readonly #context: RunContext;
  readonly #pager: Pager;
  readonly #settler: Settler;
  /** Taken up, and not yet checkpointed. */
  readonly #open = new Map<string, Slot>();
  /** Also what was listed before it was taken up here. */
  #taken: number;

  constructor(context: RunContext, partition: PartitionRecord) {
    this.partition = partition;
    this.startedAt = context.now();
    this.#context = context;
    this.#taken = listedOf(partition.tally);
    this.#settler = new Settler(context, partition, keys => this.#settled(keys));
    this.#pager = new Pager(
      context,
      partition,
      this.#taken,
      keys => this.#formers(keys),
      slots => this.#take(slots),
    );
  }

  async run(): Promise<void> {
    const {ledger, run, at, writer} = this.#context;
    const {id, kind} = this.partition;
    // A range may be parted while it runs, and a repository may not.
    if (kind !== 'repository') await ledger.partitions.start(run, id);
    const isSettled = await this.#settlePages().finally(() => this.#giveBack());
    if (!isSettled) return;
    if (this.#pager.failure !== null) {
      await this.#fail(this.#pager.failure);
      return;
    }
    if (this.#pager.capped) await ledger.runs.set(run, {capped_at: this.#settler.cursor});
    if (!this.#pager.exhausted && !this.#pager.capped) return;
    await this.#finish();
    writer?.forget(id);
    this.#count('done');
    this.#context.emit({type: 'partition', partition: id, state: 'done'});
    at('partition-finished');
  }

  /** Parts what is left of the range, and answers with the new partition; null where it can't be parted. */
  async split(): Promise<Partition | null> {
    const {work, ledger, run, random} = this.#context;
    const {id, kind} = this.partition;
    if (kind !== 'range') return null;
    const hi = this.#pager.hi;
    const middle = await work.middle({lo: this.#pager.reached, hi});
    // Meanwhile it went on: what it has reached by now is its own.
    if (middle === null || compareKeys(middle, this.#pager.reached) <= 0 || !this.#pager.canSplit)
      return null;
    const rest: Partition = {id: `p${random().toString(36).slice(2, 10)}`, kind, lo: middle, hi, of: null};
    const parted = await this.#pager.lower(middle, () => ledger.partitions.split(run, id, hi, middle, rest));
    return parted ? rest : null;
  }

  /** True where every page that was listed is checkpointed: only then may the partition end. */
  async #settlePages(): Promise<boolean> {
    try {
      for await (const page of ahead(this.#pager.pages(), this.#context.work.pagesAhead)) {
        this.#context.emit({type: 'listed', partition: this.partition.id, items: page.slots.length});
        if (!(await this.#settler.settle(page))) return false;
      }
    } catch (error) {
      if (!this.#context.halt.aborted || !isStop(error)) throw error;
    }
    return this.#open.size === 0;
  }

  async #finish(): Promise<void> {
    const {ledger, run, now, work} = this.#context;
    const {id, host = null} = this.partition;
    if (host === null || work.repositories === null) return ledger.partitions.finish(run, id, now());
    return ledger.repositories.finish(
      run,
      id,
      {host: work.repositories.hostOf(host), items: this.#taken, ms: now() - this.startedAt},
      now(),
    );
  }

  async #fail({fault, attempts}: ListingFailed): Promise<void> {
    const {ledger, run, emit, now, work} = this.#context;
    const {id, host: address = null} = this.partition;
    await ledger.partitions.fail(run, id, fault, now(), attempts, address);
    this.#count('failed');
    const host = address === null ? undefined : work.repositories?.hostOf(address);
    emit({type: 'failure', partition: id, key: '', fault, ...(host === undefined ? {} : {host})});
    emit({type: 'partition', partition: id, state: 'failed'});
  }

  #count(how: 'done' | 'failed'): void {
    if (isCounted(this.partition)) this.#context.state.partitionEnded(how);
  }

  #take(slots: readonly Slot[]): void {
    for (const slot of slots) {
      this.#open.set(slot.item.key, slot);
      this.#context.state.take(slot.former);
    }
    this.#taken += slots.length;
  }

  #settled(keys: readonly string[]): void {
    for (const key of keys) this.#open.delete(key);
  }

  #giveBack(): void {
    if (this.#open.size === 0) return;
    const formers = [...this.#open.values()].map(({former}) => former);
    this.#open.clear();
    this.#context.state.giveBack(formers);
    this.#context.emit({type: 'returned', partition: this.partition.id, items: formers.length});
  }

  async #formers(keys: readonly string[]): Promise<ReadonlyMap<string, Outcome | 'pending'>> {
    if (this.partition.kind !== 'open') return new Map();
    const open = await this.#context.ledger.openItems.among(this.#context.run, keys);
    return new Map([...open].map(([key, {outcome}]) => [key, outcome]));
  }
}

/** Pages behind the one that is being settled are listed and inspected meanwhile, so many of them. */
async function* ahead(pages: AsyncGenerator<Page>, most: number): AsyncGenerator<Page> {
  const asked: Promise<IteratorResult<Page>>[] = [];
  const ask = () => {
    const next = pages.next();
    // It is waited for only after the pages before it are settled.
    next.catch(() => undefined);
    asked.push(next);
  };
  try {
    for (ask(); ; ) {
      const page = await asked.shift();
      if (page === undefined || page.done === true) return;
      while (asked.length < most) ask();
      yield page.value;
    }
  } finally {
    await Promise.allSettled(asked);
    await pages.return(undefined);
  }
}
