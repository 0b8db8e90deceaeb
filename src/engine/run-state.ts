import {
  addTally,
  emptyTally,
  foundOf,
  list,
  move,
  type Outcome,
  type PartitionTally,
  publishedTally,
  subtractTally,
  type Tally,
  unlist,
} from '../core/accounting.ts';
import {addDrift, type Drift} from '../core/drift.ts';
import {type Entry, entryOutcome, isChange} from '../core/entry.ts';
import type {Discovery, Motion, UnderWay} from '../core/event.ts';
import type {RunRecord} from '../ledger/records.ts';

const mostMotions = 8;

/**
 * Where a run stands, in memory: what the ledger has checkpointed and, as pending, the items of the pages under way.
 * Every method keeps both identities, so a snapshot taken at any moment adds up.
 */
export class RunState {
  #tally: Tally;
  #partitions: PartitionTally;
  #drift: Drift;
  #compared: Drift;
  #failuresInARow = 0;
  #bytesRead = 0;
  #inspectedItems = 0;
  #appliedItems = 0;
  #movedBytes = 0;
  readonly #unrecorded = new Set<string>();
  readonly #motions = new Map<string, Motion>();
  #resolved: number | null = null;
  #isDiscovered = false;
  readonly #before: Tally;

  constructor(record: Pick<RunRecord, 'tally' | 'partitions' | 'drift'>) {
    this.#tally = record.tally;
    this.#before = record.tally;
    this.#partitions = record.partitions;
    this.#drift = record.drift;
    this.#compared = record.drift;
  }

  get tally(): Tally {
    return this.#tally;
  }

  get partitions(): PartitionTally {
    return this.#partitions;
  }

  get drift(): Drift {
    return this.#drift;
  }

  get failuresInARow(): number {
    return this.#failuresInARow;
  }

  /** Counted since the run was last taken up: a resume gives every budget anew. */
  get spent(): Tally {
    return subtractTally(this.#tally, this.#before);
  }

  /** Bytes that this process has read from the source, also of items that are still under way. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  read(count: number): void {
    this.#bytesRead += count;
  }

  /** An item joins a page; one that was open before leaves its former outcome. */
  take(former: Outcome | 'pending' | undefined): void {
    if (former === undefined) this.#tally = list(this.#tally, 1);
    else if (former !== 'pending') this.#tally = move(this.#tally, former, 'pending');
  }

  /** A page is abandoned: its items are as if they had not been listed. */
  giveBack(formers: readonly (Outcome | 'pending' | undefined)[]): void {
    for (const former of formers) {
      if (former === undefined) this.#tally = unlist(this.#tally, 1);
      else if (former !== 'pending') this.#tally = move(this.#tally, 'pending', former);
    }
  }

  /** A page is checkpointed: its items leave pending for their outcomes, but for changes that wait to be published. */
  settle(entries: readonly Entry[], rows: number, isStaged = false): void {
    let tally = this.#tally;
    let bytes = 0;
    for (const entry of entries) {
      const outcome = isStaged && isChange(entry) ? 'pending' : entryOutcome(entry);
      if (outcome !== 'pending') tally = move(tally, 'pending', outcome);
      bytes += entry.bytes;
      this.#unrecorded.delete(entry.key);
    }
    this.#tally = addTally(tally, {...emptyTally, rows, bytes});
  }

  /** Staged items leave pending: some were inserted, the rows of the others were there. */
  published(inserted: number, known: number): void {
    this.#tally = addTally(this.#tally, publishedTally(inserted, known));
  }

  addDrift(drift: Drift): void {
    this.#drift = addDrift(this.#drift, drift);
  }

  /** The drift of a page that was compared; answers with that of all, also of pages that are not checkpointed yet. */
  compare(drift: Drift): Drift {
    this.#compared = addDrift(this.#compared, drift);
    return this.#compared;
  }

  /** Of a large item, how far it is. */
  move(motion: Motion): void {
    this.#motions.set(motion.key, motion);
  }

  /** It is done with, one way or the other. */
  still(key: string): void {
    this.#motions.delete(key);
  }

  /** Null until there is something to tell. */
  get underWay(): UnderWay | null {
    const unrecorded = this.#unrecorded.size;
    if (this.#motions.size === 0 && this.#inspectedItems + this.#appliedItems + unrecorded === 0) return null;
    const motions = [...this.#motions.values()].sort((a, b) => b.of - a.of).slice(0, mostMotions);
    return {
      inspected: this.#inspectedItems,
      applied: this.#appliedItems,
      moved: this.#movedBytes,
      unrecorded,
      motions,
    };
  }

  itemInspected(): void {
    this.#inspectedItems++;
  }

  /** Its effect is made; `moved` is null where it was found made, as by a run that stopped before it was recorded. */
  itemApplied(key: string, moved: number | null): void {
    this.#unrecorded.add(key);
    if (moved === null) return;
    this.#appliedItems++;
    this.#movedBytes += moved;
  }

  inspected(succeeded: boolean): void {
    this.#failuresInARow = succeeded ? 0 : this.#failuresInARow + 1;
  }

  /** Null where partitions are not found one by one. */
  get discovery(): Discovery | null {
    return this.#resolved === null
      ? null
      : {found: foundOf(this.#partitions), resolved: this.#resolved, isOver: this.#isDiscovered};
  }

  repositoriesResolved(count: number): void {
    this.#resolved = (this.#resolved ?? 0) + count;
  }

  repositoriesDiscovered(): void {
    this.#isDiscovered = true;
  }

  partitionFound(count: number): void {
    this.#partitions = {...this.#partitions, pending: this.#partitions.pending + count};
  }

  partitionEnded(how: 'done' | 'failed'): void {
    const {pending} = this.#partitions;
    this.#partitions = {...this.#partitions, pending: pending - 1, [how]: this.#partitions[how] + 1};
  }

  /** A failed partition is tried again. */
  partitionsReopened(count: number): void {
    const {failed, pending} = this.#partitions;
    this.#partitions = {...this.#partitions, failed: failed - count, pending: pending + count};
  }
}
