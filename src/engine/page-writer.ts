import {type Tally, unpublished} from '../core/accounting.ts';
import type {Drift} from '../core/drift.ts';
import {type Entry, isChange, pageTally} from '../core/entry.ts';
import {Fault} from '../core/failure.ts';
import type {PartitionRecord} from '../ledger/records.ts';
import {apply} from './apply.ts';
import type {RunContext} from './context.ts';
import {
  confirm,
  type Formers,
  groupsOf,
  halvesOf,
  refused,
  withOvertaken,
  withRefused,
} from './page-entries.ts';
import type {Committed} from './page-group.ts';
import {canBeHalved, type Writer} from './writer.ts';

export interface PageWriterOptions {
  /** Told of keys as soon as they are checkpointed. */
  readonly settled: (keys: readonly string[]) => void;
  /** The drift of a part of a page. */
  readonly driftOf: (entries: readonly Entry[]) => Promise<Drift>;
}

/**
 * Writes what was decided for the pages of one partition, in order: intent, effects outside of the target, commit,
 * checkpoint. In a dry run, and where all is published at the end, only the checkpoint is left of it.
 */
export class PageWriter {
  /** The last key that is checkpointed. */
  cursor: string;
  readonly #context: RunContext;
  readonly #partition: PartitionRecord;
  readonly #options: PageWriterOptions;
  #page: number;
  /** Changes that the target has refused, by their keys: what stands or falls with them comes behind them. */
  readonly #refused = new Map<string, Fault>();
  /** The same of changes that somebody else was faster than. */
  readonly #overtaken = new Set<string>();
  /** An intent is kept as it is, where all of it was made. */
  #keptOf: {readonly entries: readonly Entry[]; readonly kept: readonly Entry[]} | null = null;

  constructor(context: RunContext, partition: PartitionRecord, options: PageWriterOptions) {
    this.#context = context;
    this.#partition = partition;
    this.#options = options;
    this.#page = partition.page;
    this.cursor = partition.cursor;
  }

  /** Changes wait to be published with all the others of the run. */
  get #isStaged(): boolean {
    const {writer, work} = this.#context;
    return writer !== null && work.publication !== null;
  }

  /** False where the run stopped before all of it was made: what was, up to the first that was not, is checkpointed. */
  async write(entries: readonly Entry[], drift: Drift, formers: Formers): Promise<boolean> {
    const {writer} = this.#context;
    if (writer === null || this.#isStaged || !entries.some(isChange)) {
      await this.#checkpoint(++this.#page, entries, drift, formers, 0, false);
      return true;
    }
    const page = await this.#intend(entries);
    const applied = await apply(this.#context, entries);
    // What was made is found made when the page is done again.
    if (this.#context.halt.aborted) return false;
    if (applied === entries) {
      await this.#commit(writer, page, entries, drift, formers);
      return true;
    }
    if (applied.length > 0)
      await this.#commit(
        writer,
        await this.#intend(applied),
        applied,
        // That an effect failed is no drift: what was decided is what the plan says.
        applied.length === entries.length
          ? drift
          : await this.#options.driftOf(entries.slice(0, applied.length)),
        formers,
      );
    return applied.length === entries.length;
  }

  /** Checkpoints a page that a crash left between commit and checkpoint; `rows` is what its mark says. */
  async adopt(
    page: number,
    entries: readonly Entry[],
    rows: number,
    drift: Drift,
    formers: Formers,
  ): Promise<void> {
    this.#page = Math.max(this.#page, page);
    const confirmed = await confirm(this.#context.work, entries, {touched: null, rows});
    await this.#checkpoint(page, confirmed, drift, formers, rows, true);
  }

  /** The number that the page gets. */
  async #intend(entries: readonly Entry[]): Promise<number> {
    const {ledger, run, at} = this.#context;
    const page = ++this.#page;
    await ledger.pages.intend(run, this.#partition.id, page, this.#kept(entries));
    at('intent-saved');
    return page;
  }

  /** A page that is refused for a row or for its size is halved, down to the item that can't be written. */
  async #commit(
    writer: Writer,
    page: number,
    entries: readonly Entry[],
    drift: Drift,
    formers: Formers,
  ): Promise<void> {
    const {work, at} = this.#context;
    const changing = entries.filter(isChange);
    const changes = changesOf(entries);
    if (changes.length === 0) return this.#checkpoint(page, entries, drift, formers, 0, false);
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
      if (changes.length === 1) {
        for (const {key} of changing) this.#refused.set(key, error);
        return this.#checkpoint(page, refused(entries, error), drift, formers, 0, false);
      }
      for (const entriesOfHalf of halvesOf(entries)) {
        const half = withOvertaken(withRefused(entriesOfHalf, this.#refused), this.#overtaken);
        const halfDrift = await this.#options.driftOf(entriesOfHalf);
        if (half.some(isChange))
          await this.#commit(writer, await this.#intend(half), half, halfDrift, formers);
        else await this.#checkpoint(++this.#page, half, halfDrift, formers, 0, false);
      }
      return;
    }
    at('page-committed');
    const confirmed = await confirm(work, entries, committed);
    if (confirmed !== entries)
      for (const {key, action} of confirmed) if (action === 'conflict') this.#overtaken.add(key);
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
      ...(work.uploads === null || writer === null ? {} : {uploads: {target, ...work.uploads(entries)}}),
      fingerprints: work.keepsFingerprints ? {source, target} : null,
      at: now(),
    });
    this.cursor = cursor;
    this.#options.settled(entries.map(({key}) => key));
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
}

function changesOf(entries: readonly Entry[]): readonly unknown[] {
  return entries.filter(isChange).map(({change}) => change);
}
