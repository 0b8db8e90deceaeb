import {emptyTally} from '../core/accounting.ts';
import type {StopReason} from '../core/run.ts';
import {RunLost} from '../ledger/ledger.ts';
import type {Partition, PartitionRecord} from '../ledger/records.ts';
import type {RunContext} from './context.ts';
import {PartitionRunner} from './partition-runner.ts';
import {LeaseLost} from './writer.ts';

/** Runs partitions, so many at once. An idle place parts the one that has run longest, where that is possible. */
export class PartitionPool {
  readonly #context: RunContext;
  readonly #queue: PartitionRecord[];
  readonly #running = new Set<PartitionRunner>();
  readonly #splittable: boolean;
  #error: unknown = null;

  constructor(context: RunContext, partitions: readonly PartitionRecord[], splittable: boolean) {
    this.#context = context;
    this.#queue = [...partitions];
    this.#splittable = splittable;
  }

  /** Resolves when all partitions have ended, or the run was stopped. Rejects with the first error of our own. */
  async run(): Promise<void> {
    const tasks = new Set<Promise<void>>();
    for (;;) {
      while (!this.#isEnding() && this.#running.size < this.#context.settings.partitions) {
        const partition = this.#queue.shift() ?? (await this.#split());
        if (partition === null) break;
        const task = this.#one(partition).finally(() => tasks.delete(task));
        tasks.add(task);
      }
      if (tasks.size === 0) break;
      await this.#next(tasks);
    }
    if (this.#error !== null) throw this.#error;
  }

  async #one(partition: PartitionRecord): Promise<void> {
    const runner = new PartitionRunner(this.#context, partition);
    this.#running.add(runner);
    try {
      await runner.run();
    } catch (error) {
      this.#error ??= error;
      this.#context.stop('halt', stopReasonOf(error));
    } finally {
      this.#running.delete(runner);
    }
  }

  /** Waits for a partition to end, or until it is time to look for one that can be parted. */
  async #next(tasks: ReadonlySet<Promise<void>>): Promise<void> {
    const idle =
      this.#splittable && !this.#isEnding() && this.#running.size < this.#context.settings.partitions;
    if (!idle) {
      await Promise.race(tasks);
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>(resolve => {
      timer = setTimeout(resolve, this.#context.settings.splitAfterSeconds * 1_000);
    });
    await Promise.race([...tasks, patience]);
    clearTimeout(timer);
  }

  async #split(): Promise<PartitionRecord | null> {
    const {now, settings, state, emit, at} = this.#context;
    if (!this.#splittable) return null;
    const oldEnough = now() - settings.splitAfterSeconds * 1_000;
    for (const runner of this.#running) {
      if (runner.startedAt > oldEnough) continue;
      const rest = await runner.split().catch(() => null);
      if (rest === null) continue;
      state.partitionFound(1);
      emit({type: 'partition', partition: rest.id, state: 'split'});
      at('partition-split');
      return fresh(rest);
    }
    return null;
  }

  #isEnding(): boolean {
    return this.#error !== null || this.#context.halt.aborted || this.#context.drain.aborted;
  }
}

/** An error of our own, or of the target as a whole, as the reason for which a run fails. */
export function stopReasonOf(error: unknown): StopReason {
  return {
    by: error instanceof LeaseLost || error instanceof RunLost ? 'lost' : 'error',
    message: error instanceof Error ? error.message : String(error),
  };
}

/** A partition that was just found, as the ledger has it. */
export function fresh(partition: Partition): PartitionRecord {
  return {...partition, cursor: partition.lo, status: 'pending', page: 0, markedPage: 0, tally: emptyTally};
}
