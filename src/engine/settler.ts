import {spentBudget} from '../core/budget.ts';
import {applyDrift, type Drift, noDrift, waiting} from '../core/drift.ts';
import type {Entry} from '../core/entry.ts';
import type {PartitionRecord} from '../ledger/records.ts';
import type {RunContext} from './context.ts';
import {excessOf} from './drift-excess.ts';
import {partOf} from './known.ts';
import {type Page, type Slot, type SlotResult, undecided} from './page.ts';
import {asDecided, type Formers, formersOf, isGone, partsOf, stillWaiting} from './page-entries.ts';
import {PageWriter} from './page-writer.ts';

/** Settles the pages of one partition, in order: decide, compare with the plan, and have it written and checkpointed. */
export class Settler {
  readonly #context: RunContext;
  readonly #partition: PartitionRecord;
  readonly #writer: PageWriter;

  /** `settled` is told of keys as soon as they are checkpointed: a page may be so in parts. */
  constructor(
    context: RunContext,
    partition: PartitionRecord,
    settled: (keys: readonly string[]) => void = () => undefined,
  ) {
    this.#context = context;
    this.#partition = partition;
    this.#writer = new PageWriter(context, partition, {settled, driftOf: entries => this.#driftOf(entries)});
  }

  /** The last key that is checkpointed. */
  get cursor(): string {
    return this.#writer.cursor;
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
    for (const part of partsOf(entries, this.#context.work.keptSizeOf)) {
      const drifted = part === entries ? drift : await this.#driftOf(part);
      if (!(await this.#writer.write(part, drifted, formers))) return false;
    }
    await this.#checkBudgets();
    return true;
  }

  /** Checkpoints a page that a crash left between commit and checkpoint; `rows` is what its mark says. */
  async adopt(page: number, entries: readonly Entry[], rows: number, formers: Formers): Promise<void> {
    for (const {key} of entries) this.#context.state.take(formers.get(key));
    await this.#writer.adopt(page, entries, rows, await this.#driftOf(entries), formers);
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
    const byKey = new Map(planned.map(entry => [entry.key, entry]));
    const {drift} = applyDrift(
      entries.filter(entry => !isGone(entry)).map(entry => asDecided(entry, byKey.get(entry.key))),
      byKey,
      entry => work.signature(entry),
      {acceptNew: true, leaveChanged: false},
    );
    return {...drift, gone};
  }

  async #decide(slots: readonly Slot[], results: readonly SlotResult[]): Promise<readonly Entry[]> {
    const isWaiting = slots.map(slot => this.#waits(slot));
    const inspections = results.flatMap((result, index) =>
      result.kind === 'inspected' && isWaiting[index] === false ? [result.inspection] : [],
    );
    const decisions = inspections.length === 0 ? [] : await this.#context.work.decide(inspections);
    let next = 0;
    return slots.map((slot, index) => {
      const result = results[index];
      if (result === undefined) throw new RangeError('a slot without a result');
      const entry = undecided(slot, result);
      if (entry !== null) return entry;
      if (result.kind !== 'inspected') throw new RangeError(`no entry for ${slot.item.key}`);
      const {item, found, bytes} = result.inspection;
      const {key, fingerprint} = item;
      if (isWaiting[index] === true) return waiting({key, bytes, fingerprint});
      const decision = decisions[next++];
      if (decision === undefined) throw new RangeError(`no decision for ${key}`);
      return {key, bytes, fingerprint, found, ...decision};
    });
  }

  /** Appeared since the dry run, and is not accepted: were it decided on, what was reviewed could come to wait for it. */
  #waits({planned, former}: Slot): boolean {
    const {plan} = this.#context;
    if (plan === null || plan.acceptNew) return false;
    return this.#partition.kind === 'open' ? former === 'pending' : planned === undefined;
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
