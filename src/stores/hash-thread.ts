import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import {printableKey} from '../core/keys.ts';
import type {HashJob} from './hash-job.ts';
import {
  type HashAnswer,
  type HashRequest,
  largeAtOnce,
  type Stops,
  smallAtOnce,
  type ToHashThread,
} from './hash-protocol.ts';

/** What it is told with `stops`, it is told without a message. */
export type BeginWorker = (stops: Stops) => Worker;

export const beginHashWorker: BeginWorker = stops =>
  // The same code runs as TypeScript (development, tests) and as built JavaScript.
  new Worker(new URL(`./hash-worker${extname(import.meta.url)}`, import.meta.url), {workerData: stops});

/** One thread of a pool, and the jobs that it has. It keeps no process from ending while it has none. */
export class HashThread {
  readonly #worker: Worker;
  readonly #stops: Stops = new Int32Array(
    new SharedArrayBuffer((largeAtOnce + smallAtOnce) * Int32Array.BYTES_PER_ELEMENT),
  );
  readonly #jobs = new Map<number, HashJob>();
  readonly #ids = new Map<HashJob, number>();
  readonly #freeIds = Array.from(this.#stops.keys());
  readonly #onFree: () => void;
  readonly #onEnd: (thread: HashThread) => void;
  #large = 0;
  #hasEnded = false;

  /** `onFree`: it can be given more. `onEnd`: it died, and all its jobs have failed. */
  constructor(begin: BeginWorker, onFree: () => void, onEnd: (thread: HashThread) => void) {
    this.#onFree = onFree;
    this.#onEnd = onEnd;
    this.#worker = begin(this.#stops);
    this.#worker.on('message', (answers: readonly HashAnswer[]) => {
      for (const answer of answers) this.#hear(answer);
      if (answers.some(({op}) => op !== 'report')) this.#onFree();
    });
    this.#worker.on('error', error => this.#end(error.message));
    this.#worker.on('exit', code => this.#end(`exit code ${code}`));
    this.#worker.unref();
  }

  get jobs(): number {
    return this.#jobs.size;
  }

  get roomForLarge(): number {
    return this.#hasEnded ? 0 : largeAtOnce - this.#large;
  }

  get roomForSmall(): number {
    return this.#hasEnded ? 0 : smallAtOnce - (this.#jobs.size - this.#large);
  }

  /** No more than there is room for. */
  give(jobs: readonly HashJob[]): void {
    this.#worker.ref();
    this.#tell({op: 'hash', files: jobs.map(job => this.#take(job))});
  }

  has(job: HashJob): boolean {
    return this.#ids.has(job);
  }

  stop(job: HashJob): void {
    const id = this.#ids.get(job);
    if (id !== undefined) Atomics.store(this.#stops, id, 1);
  }

  #take(job: HashJob): HashRequest {
    const id = this.#freeIds.pop();
    if (id === undefined) throw new Error('a thread was given more files than it has room for');
    this.#jobs.set(id, job);
    this.#ids.set(job, id);
    if (job.isLarge) this.#large++;
    return {id, ...job.file};
  }

  #tell(message: ToHashThread): void {
    this.#worker.postMessage(message);
  }

  #hear(answer: HashAnswer): void {
    const job = this.#jobs.get(answer.id);
    if (job === undefined) return;
    if (answer.op === 'report') this.#passOn(answer.id, job, answer.bytes);
    else {
      this.#release(answer.id, job);
      if (!job.isSettled) settle(job, answer);
    }
  }

  #passOn(id: number, job: HashJob, bytes: number): void {
    job.read(bytes);
    if (job.isSettled) this.stop(job);
    this.#tell({op: 'heard', id});
  }

  #release(id: number, job: HashJob): void {
    this.#jobs.delete(id);
    this.#ids.delete(job);
    Atomics.store(this.#stops, id, 0);
    this.#freeIds.push(id);
    if (job.isLarge) this.#large--;
    if (this.#jobs.size === 0) this.#worker.unref();
  }

  #end(why: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const job of this.#jobs.values()) {
      if (job.isSettled) continue;
      const message = `${printableKey(job.file.key)}: the thread that read it has ended (${why})`;
      job.fail({kind: 'server-error', message});
    }
    this.#jobs.clear();
    this.#ids.clear();
    this.#onEnd(this);
  }
}

function settle(job: HashJob, answer: Exclude<HashAnswer, {readonly op: 'report'}>): void {
  switch (answer.op) {
    case 'done':
      job.finish(answer.sha256, answer.bytes);
      break;
    case 'failed':
      job.fail(answer.fault);
      break;
    case 'stopped':
      break;
    default:
      answer satisfies never;
  }
}
