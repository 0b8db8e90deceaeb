import {listedOf} from '../core/accounting.ts';
import type {RunNews} from '../core/event.ts';
import {restingStatus, type StopReason} from '../core/run.ts';
import type {Database, Reader} from '../databases/database.ts';
import {RunLost} from '../ledger/ledger.ts';
import {leaveNothing} from './clear.ts';
import type {RunContext} from './context.ts';
import {discover, reopen} from './discover.ts';
import {endingsOf} from './endings.ts';
import type {EngineHost} from './engine-host.ts';
import type {Execution, RunHandle, RunResult} from './execution.ts';
import {Hosts} from './hosts.ts';
import type {HeldLease} from './lease.ts';
import {Limiter} from './limiter.ts';
import {giveBack, type LiveLease, takeLease} from './live-lease.ts';
import {makeContext} from './make-context.ts';
import {measureAfter, nothingMeasured} from './measure-after.ts';
import {outcomeOf} from './outcome.ts';
import {publish, settlePublication} from './publish.ts';
import {settleIntents} from './recover.ts';
import {RepositoryPool} from './repository-pool.ts';
import {isStop, Stopper} from './run-handle.ts';
import {PartitionPool} from './run-partitions.ts';
import {RunState} from './run-state.ts';
import {RunTeller} from './run-teller.ts';
import {settleForGood} from './settle-for-good.ts';
import {steadyReader} from './steady-reader.ts';
import type {Measured} from './verify.ts';
import {watchRun} from './watch.ts';
import {LeaseLost} from './writer.ts';

export function execute(host: EngineHost, execution: Execution): RunHandle {
  const run = new Executor(host, execution);
  return {
    id: execution.record.id,
    done: run.done(),
    pause: () => run.stopper.stop('halt', {by: 'operator', message: 'paused by the operator'}),
    cancel: () => run.stopper.stop('halt', {by: 'cancel', message: 'cancelled by the operator'}),
    interrupt: () => run.stopper.stop('halt', {by: 'interrupt', message: 'interrupted'}),
    nudge: by => run.limiter.nudge(by),
    limits: () => run.teller.limits(),
  };
}

class Executor {
  readonly stopper: Stopper;
  readonly limiter: Limiter;
  readonly teller: RunTeller;
  readonly #hosts: Hosts;
  readonly #host: EngineHost;
  readonly #execution: Execution;
  readonly #state: RunState;
  readonly #startedAt: number;
  #measured: Measured = nothingMeasured;

  constructor(host: EngineHost, execution: Execution) {
    this.#host = host;
    this.#execution = execution;
    this.#state = new RunState(execution.record);
    this.#startedAt = host.now();
    const {start, max} = host.settings.concurrency;
    this.limiter = new Limiter({start, max, rate: execution.rate ?? host.settings.rate, now: host.now});
    this.stopper = new Stopper(reason => this.#stopping(reason));
    this.#hosts = new Hosts({
      limiter: this.limiter,
      halt: this.stopper.halt,
      now: host.now,
      emit: news => this.teller.emit(news),
    });
    this.teller = new RunTeller({
      host,
      execution,
      state: this.#state,
      limiter: this.limiter,
      hosts: this.#hosts,
    });
  }

  async done(): Promise<RunResult> {
    const {record, connection} = this.#execution;
    this.teller.emit({
      type: 'started',
      source: connection.source.label,
      target: connection.target.label,
      scope: this.#execution.scope,
      undoes: record.undoes,
      resumed: !this.#execution.idle && listedOf(record.tally) > 0,
      pageItems: this.#host.settings.page.items,
      label: record.label,
    });
    this.teller.emit({type: 'probed', findings: this.#execution.probe.findings});
    if (this.#execution.idle)
      this.teller.emit({
        type: 'note',
        level: 'info',
        message: 'The plan has no changes: nothing is written.',
      });
    let error: unknown = null;
    try {
      await this.#work();
    } catch (thrown) {
      error = thrown;
      if (this.stopper.reason === null || !isStop(thrown))
        this.stopper.stop('halt', {
          by: thrown instanceof LeaseLost || thrown instanceof RunLost ? 'lost' : 'error',
          message: messageOf(thrown),
        });
    }
    return this.#end(error);
  }

  async #work(): Promise<void> {
    const {target} = this.#execution.connection;
    if (this.#execution.record.mode === 'dry-run' || this.#execution.idle) {
      const reader = await target.openReader();
      await this.#on(reader, null).finally(() => reader.close());
      return;
    }
    const database = await target.openDatabase();
    try {
      await this.#on(database, database).finally(() => this.#settleCancelled(database));
    } finally {
      await database.close();
    }
  }

  async #settleCancelled(database: Database): Promise<void> {
    if (this.stopper.reason?.by !== 'cancel') return;
    const emit = (news: RunNews) => this.teller.emit(news);
    const parts = {host: this.#host, execution: this.#execution, state: this.#state, limiter: this.limiter};
    await settleForGood({...parts, database, emit});
  }

  async #on(opened: Reader, database: Database | null): Promise<void> {
    const emit = (news: RunNews) => this.teller.emit(news);
    const reader = steadyReader(this.#host, opened, this.stopper.halt, (attempt, waitMs, fault) =>
      emit({type: 'retrying', host: 'target', attempt, waitMs, fault}),
    );
    const execution = this.#execution;
    let held: LiveLease = {lease: null, marks: null};
    const watch = watchRun(this.#host, execution.record.id, this.stopper, () => held.lease);
    try {
      if (database !== null)
        held = await takeLease({host: this.#host, execution, database, signal: this.stopper.halt, emit});
      const {lease, marks} = held;
      const context = this.#context(reader, database, marks);
      if (!execution.idle) await this.#pages(context, reader, lease, marks !== null);
      if (this.stopper.reason === null) await this.#afterwards(context, reader);
    } finally {
      await watch.stop();
    }
  }

  async #pages(
    context: RunContext,
    reader: Reader,
    lease: HeldLease | null,
    usesMarks: boolean,
  ): Promise<void> {
    let isOver = false;
    try {
      if (context.writer !== null) await settleIntents(context, reader, usesMarks);
      if (this.#execution.record.discovered) await settlePublication(context, reader);
      const {repositories} = context.work;
      if (!this.#execution.record.discovered && repositories === null) await discover(context);
      if (this.#execution.retry !== null) await reopen(context, this.#execution.retry.kind);
      const partitions = await context.ledger.partitions.unfinished(context.run);
      await new PartitionPool(context, partitions, this.#execution.splittable).run();
      if (repositories !== null && this.stopper.reason === null) {
        const pool = new RepositoryPool(context, repositories);
        this.#hosts.countAside(host => pool.asideFor(host));
        await pool.run();
      }
      if (this.stopper.reason === null) await publish(context);
      if (this.stopper.reason === null) await leaveNothing(context, this.#execution.record);
      const {reason} = this.stopper;
      isOver =
        reason === null || (reason.by === 'cancel' && !(await context.ledger.pages.isHalfDone(context.run)));
    } finally {
      if (lease !== null && this.stopper.reason?.by !== 'lost')
        await giveBack(lease, isOver, news => this.teller.emit(news));
    }
    this.#host.at('lease-released');
  }

  #context(reader: Reader, database: Database | null, marks: HeldLease | null): RunContext {
    return makeContext({
      host: this.#host,
      execution: this.#execution,
      reader,
      database,
      lease: marks,
      state: this.#state,
      stopper: this.stopper,
      limiter: this.limiter,
      hosts: this.#hosts,
      emit: news => this.teller.emit(news),
    });
  }

  async #afterwards(context: RunContext, reader: Reader): Promise<void> {
    this.#measured = await measureAfter(this.#host, this.#execution, context, reader);
    if (this.#execution.verifies) this.#host.at('verified');
  }

  async #end(error: unknown): Promise<RunResult> {
    const {ledger, self, now, at} = this.#host;
    const {id} = this.#execution.record;
    const reason = this.stopper.reason;
    this.teller.status =
      reason === null
        ? await outcomeOf(this.#host, this.#execution, this.#state, news => this.teller.emit(news))
        : restingStatus(reason);
    // Whoever has taken the run over says how it ends.
    await ledger.runs.move(id, this.teller.status, {
      reason,
      at: now(),
      holder: null,
      heldBy: self.holder.name,
    });
    at('run-ended');
    const seconds = (now() - this.#startedAt) / 1_000;
    this.teller.ended(reason, seconds);
    const record = (await ledger.runs.find(id)) ?? this.#execution.record;
    return {
      record,
      reason,
      ...this.#measured,
      seconds,
      endings: endingsOf(this.teller.status, reason, this.#measured.checks, error),
      error,
    };
  }

  #stopping(reason: StopReason): void {
    const status = restingStatus(reason) === 'cancelled' ? 'cancelling' : 'pausing';
    this.teller.status = status;
    this.teller.emit({type: 'stopping', reason});
    const {ledger, self, now} = this.#host;
    ledger.runs
      .move(this.#execution.record.id, status, {reason, at: now(), heldBy: self.holder.name})
      // A ledger that can't be written fails the run itself, with its own message.
      .catch(() => undefined);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
