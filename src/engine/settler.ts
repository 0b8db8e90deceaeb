import {type Tally, unpublished} from '../core/accounting.ts';
import {spentBudget} from '../core/budget.ts';
import {applyDrift, type Drift, noDrift} from '../core/drift.ts';
import {type Entry, isChange, pageTally} from '../core/entry.ts';
import {Fault} from '../core/failure.ts';
import type {PartitionRecord} from '../ledger/records.ts';
import type {RunContext} from './context.ts';
import {excessOf} from './drift-excess.ts';
import {partOf} from './known.ts';
import {type Page, type Slot, type SlotResult, undecided} from './page.ts';
import {
  confirm,
  type Formers,
  formersOf,
  groupsOf,
  halvesOf,
  isGone,
  partsOf,
  refused,
  stillWaiting,
} from './page-entries.ts';
import type {Committed} from './page-group.ts';
import {canBeHalved, type Writer} from './writer.ts';

/** Settles the pages of one partition, in order: decide, compare with the plan, write, checkpoint. */
export class Settler {
  /** The last key that is checkpointed. */
  cursor: string;
  readonly #context: RunContext;
  readonly #partition: PartitionRecord;
  readonly #settled: (keys: readonly string[]) => void;
  #page: number;
  /** An intent is kept as it is, where all of it was made. */
  #keptOf: {readonly entries: readonly Entry[]; readonly kept: readonly Entry[]} | null = null;

  /** `settled` is told of keys as soon as they are checkpointed: a page may be so in halves. */
  constructor(
    context: RunContext,
    partition: PartitionRecord,
    settled: (keys: readonly string[]) => void = () => undefined,
  ) {
    this.#context = context;
    this.#settled = settled;
    this.#partition = partition;
    this.#page = partition.page;
    this.cursor = partition.cursor;
  }

  /** Changes wait to be published with all the others of the run. */
  get #isStaged(): boolean {
    const {writer, work} = this.#context;
    return writer !== null && work.publication !== null;
  }

  /** False where the run stopped first: nothing of the page was kept. */
  async settle(page: Page): Promise<boolean> {
    const {halt, at} = this.#context;
    const results = await Promise.all(page.slots.map(({result}) => result));
    for (const result of results) if (result.kind === 'broken') throw result.error;
    if (halt.aborted || results.some(({kind}) => kind === 'returned')) return false;
    at('page-inspected');
    const decided = await this.#decide(page.slots, results);
    const {entries, drift} = this.#compare(page.slots, decided);
    if (halt.aborted) return false;
    at('page-decided');
    const formers = formersOf(page.slots);
    const {writer, work} = this.#context;
    for (const part of partsOf(entries, work.keptSizeOf)) {
      const drifted = part === entries ? drift : await this.#driftOf(part);
      if (writer !== null && !this.#isStaged && part.some(isChange))
        await this.#write(writer, part, drifted, formers);
      else await this.#checkpoint(++this.#page, part, drifted, formers, 0, false);
    }
    await this.#checkBudgets();
    return true;
  }

  /** Checkpoints a page that a crash left between commit and checkpoint; `rows` is what its mark says. */
  async adopt(page: number, entries: readonly Entry[], rows: number, formers: Formers): Promise<void> {
    this.#page = Math.max(this.#page, page);
    for (const {key} of entries) this.#context.state.take(formers.get(key));
    const confirmed = await confirm(this.#context.work, entries, {touched: null, rows});
    await this.#checkpoint(page, confirmed, await this.#driftOf(entries), formers, rows, true);
  }

  /** The drift of entries that were decided before a crash, or with a page since halved: counted with their checkpoint. */
  async #driftOf(entries: readonly Entry[]): Promise<Drift> {
    const {plan, ledger, work} = this.#context;
    const last = entries.at(-1);
    if (plan === null || last === undefined || this.#partition.kind === 'open') return noDrift;
    const planned = await ledger.pages.between(
      plan.run,
      'plan',
      {lo: this.cursor, hi: last.key},
      partOf(this.#partition),
    );
    const gone = entries.filter(isGone).length;
    const {drift} = applyDrift(
      entries.filter(entry => !isGone(entry)),
      new Map(planned.map(entry => [entry.key, entry])),
      entry => work.signature(entry),
      {acceptNew: true, leaveChanged: false},
    );
    return {...drift, gone};
  }

  async #decide(slots: readonly Slot[], results: readonly SlotResult[]): Promise<readonly Entry[]> {
    const inspections = results.flatMap(result => (result.kind === 'inspected' ? [result.inspection] : []));
    const decisions = inspections.length === 0 ? [] : await this.#context.work.decide(inspections);
    let next = 0;
    return slots.map((slot, index) => {
      const result = results[index];
      if (result === undefined) throw new RangeError('a slot without a result');
      const entry = undecided(slot, result);
      if (entry !== null) return entry;
      if (result.kind !== 'inspected') throw new RangeError(`no entry for ${slot.item.key}`);
      const decision = decisions[next++];
      if (decision === undefined) throw new RangeError(`no decision for ${slot.item.key}`);
      const {item, found, bytes} = result.inspection;
      return {key: item.key, bytes, fingerprint: item.fingerprint, found, ...decision};
    });
  }

  /** Against the plan: added items wait, and too many changed decisions stop the run before anything is written. */
  #compare(
    slots: readonly Slot[],
    decided: readonly Entry[],
  ): {readonly entries: readonly Entry[]; readonly drift: Drift} {
    const {plan, work, state, emit, stop} = this.#context;
    if (plan === null) return {entries: decided, drift: noDrift};
    if (this.#partition.kind === 'open')
      return {
        entries: decided.map((entry, index) => stillWaiting(entry, slots[index], plan.acceptNew)),
        drift: noDrift,
      };
    const planned = new Map(
      slots.flatMap(({planned: entry}) => (entry === undefined ? [] : [[entry.key, entry]])),
    );
    const gone = decided.filter(isGone).length;
    const listed = applyDrift(
      decided,
      new Map([...planned, ...decided.filter(isGone).map(entry => [entry.key, entry] as const)]),
      entry => work.signature(entry),
      {acceptNew: plan.acceptNew, leaveChanged: work.leavesChanged},
    );
    const compared = {...listed, drift: {...listed.drift, gone}};
    if (compared.changedKeys.length > 0) emit({type: 'drift', keys: compared.changedKeys});
    const excess = excessOf(state.compare(compared.drift), plan);
    if (excess !== null) stop('halt', {by: 'drift', message: excess});
    return compared;
  }

  /** Writes a page. One that is refused for a row or for its size is halved, down to the item that can't be written. */
  async #write(writer: Writer, entries: readonly Entry[], drift: Drift, formers: Formers): Promise<void> {
    const {ledger, run, work, at} = this.#context;
    const page = ++this.#page;
    const changing = entries.filter(isChange);
    const changes = changing.map(({change}) => change);
    if (changes.length === 0) return this.#checkpoint(page, entries, drift, formers, 0, false);
    await ledger.pages.intend(run, this.#partition.id, page, this.#kept(entries));
    at('intent-saved');
    let committed: Committed;
    try {
      committed = await writer.commit({
        partition: this.#partition.id,
        page,
        changes: changes.length,
        ...(writer.mergesPages
          ? {
              statements: [],
              keyed: new Map(changing.map(({key, change}) => [key, change])),
              bytes: changes.reduce((sum: number, change) => sum + work.sizeOf(change), 0),
            }
          : {statements: work.commit(changes)}),
      });
    } catch (error) {
      if (!(error instanceof Fault) || !canBeHalved(error)) throw error;
      if (changes.length === 1)
        return this.#checkpoint(page, refused(entries, error), drift, formers, 0, false);
      for (const half of halvesOf(entries))
        await this.#write(writer, half, await this.#driftOf(half), formers);
      return;
    }
    at('page-committed');
    const confirmed = await confirm(this.#context.work, entries, committed);
    const rows = committed.rows ?? confirmed.filter(isChange).length;
    await this.#checkpoint(page, confirmed, drift, formers, rows, true);
  }

  async #checkpoint(
    page: number,
    entries: readonly Entry[],
    drift: Drift,
    formers: Formers,
    rows: number,
    marked: boolean,
  ): Promise<void> {
    const {ledger, run, holder, writer, work, state, emit, at, now, source, target} = this.#context;
    const partition = this.#partition.id;
    const cursor = entries.at(-1)?.key ?? this.cursor;
    const isStaged = this.#isStaged;
    const told = (tally: Tally) => (isStaged ? unpublished(tally) : tally);
    await ledger.checkpoint({
      run,
      partition,
      page,
      entries: this.#kept(entries),
      cursor,
      delta: told(pageTally(entries, rows, formers)),
      drift,
      holder,
      keeps: writer === null ? 'plan' : isStaged ? 'staged' : 'image',
      marked,
      reopened: this.#partition.kind === 'open',
      ...(work.repositories === null ? {} : {groups: groupsOf(entries, formers, work.repositories)}),
      fingerprints: work.keepsFingerprints ? {source, target} : null,
      at: now(),
    });
    this.cursor = cursor;
    this.#settled(entries.map(({key}) => key));
    state.settle(entries, rows, isStaged);
    state.addDrift(drift);
    for (const entry of entries)
      if (entry.fault !== undefined) emit({type: 'failure', partition, key: entry.key, fault: entry.fault});
    emit({type: 'page', partition, page, settled: told(pageTally(entries, rows)), cursor});
    at('page-checkpointed');
  }

  /** What a change writes may be much more than what is needed to review it, or to take it back. */
  #kept(entries: readonly Entry[]): readonly Entry[] {
    const {keeps} = this.#context.work;
    if (keeps === null) return entries;
    if (this.#keptOf?.entries === entries) return this.#keptOf.kept;
    const kept = entries.map(entry => (isChange(entry) ? {...entry, change: keeps(entry.change)} : entry));
    this.#keptOf = {entries, kept};
    return kept;
  }

  async #checkBudgets(): Promise<void> {
    const {settings, state, stop, freeBytes: free} = this.#context;
    const freeBytes = await free();
    const spent = spentBudget(settings.budgets, {
      tally: state.spent,
      bytes: state.bytesRead,
      failuresInARow: state.failuresInARow,
      freeBytes,
    });
    if (spent !== null) stop('drain', {by: 'budget', message: spent});
  }
}
