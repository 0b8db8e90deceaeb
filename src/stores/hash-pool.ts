import {availableParallelism} from 'node:os';
import {HashJob} from './hash-job.ts';
import {type HashedFile, mostKept, smallInMessage} from './hash-protocol.ts';
import {type BeginWorker, beginHashWorker, HashThread} from './hash-thread.ts';
import type {ReadOptions} from './object-store.ts';

/**
 * Threads that hash local files, begun when there is something to hash. A small file never waits for a large one: large
 * ones have places of their own, take turns in them, and let small ones in between. What was hashed of a large file when
 * its signal was aborted is gone on with by the thread that has it. A thread that dies fails what it had, and is replaced.
 * It is no cache: a file that was hashed to its end is hashed again when it is asked for again.
 */

const mostThreads = 8;

interface HashPoolOptions {
  readonly threads?: number;
  readonly begin?: BeginWorker;
}

export class HashPool {
  readonly #size: number;
  readonly #begin: BeginWorker;
  #threads: readonly HashThread[] = [];
  readonly #small = new Set<HashJob>();
  readonly #large = new Set<HashJob>();
  /** Which thread has what was hashed of a file, by the file. The thread itself may have let go of it. */
  readonly #keepers = new Map<string, HashThread>();
  #isDealing = false;

  constructor({threads, begin}: HashPoolOptions = {}) {
    this.#size = threads ?? Math.min(availableParallelism(), mostThreads);
    this.#begin = begin ?? beginHashWorker;
  }

  /**
   * SHA-256 in lower-case hex of the listed version; Fault `changed` where it is another. `onBytes` hears of a large file
   * about every 75 ms, at once of what was kept of it, and of a small one when it is hashed.
   */
  async sha256(file: HashedFile, options: ReadOptions): Promise<string> {
    options.signal.throwIfAborted();
    const job = new HashJob(file, options, stopped => this.#stop(stopped));
    (job.isLarge ? this.#large : this.#small).add(job);
    this.#dealSoon();
    return job.sha256;
  }

  #stop(job: HashJob): void {
    if (this.#small.delete(job) || this.#large.delete(job)) return;
    const thread = this.#threads.find(other => other.has(job));
    if (thread === undefined) return;
    thread.stop(job);
    if (job.isLarge) this.#remember(nameOf(job), thread);
  }

  #remember(name: string, thread: HashThread): void {
    this.#keepers.delete(name);
    this.#keepers.set(name, thread);
    const [oldest] = this.#keepers.keys();
    if (this.#keepers.size > mostKept * this.#size && oldest !== undefined) this.#keepers.delete(oldest);
  }

  /** What is asked for in the same turn goes in one message: a message costs more than a small file. */
  #dealSoon(): void {
    if (this.#isDealing) return;
    this.#isDealing = true;
    process.nextTick(() => {
      this.#isDealing = false;
      this.#dealSmall();
      this.#dealLarge();
    });
  }

  #dealSmall(): void {
    const takers = this.#size - this.#threads.filter(({roomForSmall}) => roomForSmall === 0).length;
    const share = Math.min(smallInMessage, Math.ceil(this.#small.size / takers));
    while (this.#small.size > 0) {
      const thread = this.#threadFor(({roomForSmall}) => roomForSmall);
      if (thread === null) return;
      const jobs = [...this.#small.values().take(Math.min(share, thread.roomForSmall))];
      for (const job of jobs) this.#small.delete(job);
      thread.give(jobs);
    }
  }

  #dealLarge(): void {
    for (const job of this.#large) {
      const thread = this.#keepers.get(nameOf(job)) ?? this.#threadFor(({roomForLarge}) => roomForLarge);
      if (thread === null) return;
      if (thread.roomForLarge === 0) continue;
      this.#large.delete(job);
      this.#keepers.delete(nameOf(job));
      thread.give([job]);
    }
  }

  /** The one with the most room; a new one where all have something to do. Null where there is no room. */
  #threadFor(room: (thread: HashThread) => number): HashThread | null {
    const [most] = this.#threads.toSorted((a, b) => room(b) - room(a) || a.jobs - b.jobs);
    if (this.#threads.length < this.#size && (most === undefined || most.jobs > 0)) return this.#add();
    return most === undefined || room(most) === 0 ? null : most;
  }

  #add(): HashThread {
    const thread = new HashThread(
      this.#begin,
      () => this.#dealSoon(),
      ended => this.#forget(ended),
    );
    this.#threads = [...this.#threads, thread];
    return thread;
  }

  #forget(thread: HashThread): void {
    this.#threads = this.#threads.filter(other => other !== thread);
    for (const [name, keeper] of this.#keepers) if (keeper === thread) this.#keepers.delete(name);
    this.#dealSoon();
  }
}

function nameOf({file: {root, key, version}}: HashJob): string {
  return JSON.stringify([root, key, version]);
}

/** The one of this process: more of them would share the same cores. */
export const localHashes = new HashPool();
