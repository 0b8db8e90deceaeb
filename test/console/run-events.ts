import {
  emptyPartitions,
  emptyTally,
  type Outcome,
  type PartitionTally,
  type Tally,
} from '../../src/core/accounting.ts';
import {noDrift} from '../../src/core/drift.ts';
import type {Entry} from '../../src/core/entry.ts';
import type {HostLimit, RunEvent, RunNews, Snapshot} from '../../src/core/event.ts';
import type {FailureKind} from '../../src/core/failure.ts';
import type {RunMode, RunStatus, StopReason} from '../../src/core/run.ts';
import {RunState} from '../../src/engine/run-state.ts';

export const noon = Date.UTC(2026, 7, 1, 12);

type Started = Extract<RunEvent, {type: 'started'}>;
type Retrying = Extract<RunEvent, {type: 'retrying'}>;

export interface Beginning {
  readonly backfill?: string;
  readonly mode?: RunMode;
  readonly expected?: number | null;
  readonly tally?: Partial<Tally>;
  readonly partitions?: Partial<PartitionTally>;
}

/** Makes the events of a run as the engine would: counts are moved by the engine's own bookkeeping, so they add up. */
export class ScriptedRun {
  /** Seconds since it was taken up. */
  seconds = 0;
  status: RunStatus = 'running';
  expected: number | null;
  limits: readonly HostLimit[] = [];
  readonly state: RunState;
  readonly started: Started;
  readonly #backfill: string;
  readonly #mode: RunMode;
  #page = 0;
  /** Former outcomes of what is under way. */
  #open: (Outcome | undefined)[] = [];

  constructor({
    backfill = 'asset-index',
    mode = 'live',
    expected = null,
    tally = {},
    partitions = {},
  }: Beginning = {}) {
    this.expected = expected;
    this.#backfill = backfill;
    this.#mode = mode;
    const before = {...emptyTally, ...tally};
    this.state = new RunState({
      tally: before,
      partitions: {...emptyPartitions, ...partitions},
      drift: noDrift,
    });
    this.started = {
      type: 'started',
      source: 'assets',
      target: 'index.sqlite',
      scope: {},
      undoes: null,
      resumed: before.inserted + before.failed + before.pending > 0,
      pageItems: 1_000,
      label: 'rehearsed',
      snapshot: this.snapshot,
    };
  }

  get at(): number {
    return noon + this.seconds * 1_000;
  }

  get underWay(): number {
    return this.#open.length;
  }

  get snapshot(): Snapshot {
    const {tally, partitions, drift, bytesRead, discovery} = this.state;
    const {status, at, expected, limits} = this;
    return {
      run: 'run-1',
      backfill: this.#backfill,
      mode: this.#mode,
      status,
      tally,
      partitions,
      drift,
      rate: null,
      bytesRead,
      expected,
      limits,
      ...(discovery === null ? {} : {discovery}),
      at,
    };
  }

  emit(news: RunNews): RunEvent {
    return {...news, snapshot: this.snapshot};
  }

  list(items: number): RunEvent {
    return this.#take(Array.from({length: items}, () => undefined));
  }

  /** Open items of the run are taken up again. */
  retake(items: number): RunEvent {
    return this.#take(
      Array.from({length: Math.min(items, this.state.tally.failed)}, () => 'failed' as const),
    );
  }

  settle(items: number, failed = 0): RunEvent {
    const count = Math.min(items, this.#open.length);
    this.#open = this.#open.slice(count);
    const failures = Math.min(failed, count);
    const entries = Array.from({length: count}, (_, index) => entry(index, index < failures));
    this.state.settle(entries, count - failures);
    const settled = {...emptyTally, inserted: count - failures, failed: failures, rows: count - failures};
    return this.emit({type: 'page', partition: 'kcs2/', page: ++this.#page, settled, cursor: 'z'});
  }

  giveBack(): RunEvent {
    const formers = this.#open;
    this.#open = [];
    this.state.giveBack(formers);
    return this.emit({type: 'returned', partition: 'kcs2/', items: formers.length});
  }

  failure(key: string, kind: FailureKind = 'timeout', message = 'no answer in 30 s'): RunEvent {
    return this.emit({type: 'failure', partition: 'kcs2/', key, fault: {kind, message}});
  }

  retrying(attempt: number, waitMs: number, message = '429 Too many requests'): Retrying {
    const fault = {kind: 'rate-limited', message} as const;
    return {
      type: 'retrying',
      host: 'D1 of account 8f14e45f',
      attempt,
      waitMs,
      fault,
      snapshot: this.snapshot,
    };
  }

  /** A page of a stream: so many repositories that were not known before. */
  discover(repositories: number): RunEvent {
    this.state.partitionFound(repositories);
    this.state.repositoriesResolved(0);
    return this.emit({
      type: 'discovered',
      stream: 'relay.example app.example.post',
      partitions: repositories,
    });
  }

  resolve(repositories: number): void {
    this.state.repositoriesResolved(repositories);
  }

  /** Everything was found. */
  discovered(): void {
    this.state.repositoriesDiscovered();
  }

  /** A repository was read to its end. */
  fetched(partition = 'did:plc:abc'): RunEvent {
    this.state.partitionEnded('done');
    return this.emit({type: 'partition', partition, state: 'done'});
  }

  /** Failed repositories are told twice: why, and that they ended. */
  gaveUp(partition: string, host: string, kind: FailureKind = 'connection'): readonly RunEvent[] {
    this.state.partitionEnded('failed');
    const fault = {kind, message: `${host}: connect ECONNREFUSED`};
    return [
      this.emit({type: 'failure', partition, key: '', fault, host}),
      this.emit({type: 'partition', partition, state: 'failed'}),
    ];
  }

  end(status: RunStatus = 'completed', reason: StopReason | null = null): RunEvent {
    this.status = status;
    return this.emit({type: 'ended', reason, seconds: this.seconds});
  }

  #take(formers: readonly (Outcome | undefined)[]): RunEvent {
    for (const former of formers) this.state.take(former);
    this.#open = [...this.#open, ...formers];
    return this.emit({type: 'listed', partition: 'kcs2/', items: formers.length});
  }
}

function entry(index: number, isFailed: boolean): Entry {
  const base = {key: `key-${index}`, bytes: 0, fingerprint: null};
  return isFailed
    ? {...base, action: 'fail', fault: {kind: 'timeout', message: 'no answer'}}
    : {...base, action: 'insert', change: null};
}
