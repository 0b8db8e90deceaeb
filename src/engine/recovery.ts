import {setTimeout as sleep} from 'node:timers/promises';
import {findBackfill, readsTarget} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import type {CheckResult} from '../core/checks.ts';
import type {Ending} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import {number} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {Engine} from './engine.ts';
import type {RunHandle, RunResult} from './execution.ts';
import {nothingTyped, wholeName} from './live-gates.ts';
import type {
  FollowedRun,
  Recovered,
  RecoveryNews,
  RecoveryOptions,
  RecoveryStep,
} from './recovery-options.ts';
import {checksText, isWhole, mendingRuns, planText, requireWhole} from './recovery-runs.ts';
import {Reservation} from './reservation.ts';
import {reading} from './steady-reader.ts';
import {startVerify, type Verified} from './verify-run.ts';

export type {Recovered, RecoveryNews, RecoveryOptions} from './recovery-options.ts';

/** Where mending does not help any more, it is not tried for ever. */
const mostRounds = 5;

/**
 * Brings a system back to order: holds the lease of the target, so that no Headgate anywhere goes live there; watches
 * whether some other program still writes; measures how bad it is; mends by the system's own backfills, each through its
 * dry run and its gates; and measures again, as often as that helps. Every run of it is in the ledger, and can be undone.
 * Refused with an operator error; given up before a run has begun, it rejects with the reason.
 */
export async function recover(given: Engine, options: RecoveryOptions): Promise<Recovered> {
  const {target, confirm, recovery, takeOver, signal, tell} = options;
  const engine = given.until(signal);
  if (confirm === null) return new Recovering(engine, options, null).look();
  if (confirm !== target.name)
    throw new OperatorError(
      'gate',
      `"${confirm}" is not the target's name`,
      `To recover ${recovery.name}, add --confirm ${target.name}`,
    );
  requireWhole(options);
  tell({step: 'hold', state: 'begins', says: `takes the lease of ${target.name}`});
  const reservation = await Reservation.take(engine.host, target, {name: recovery.name, takeOver, signal});
  tell({step: 'hold', state: 'done', says: 'no other Headgate writes to it until the end'});
  try {
    return await new Recovering(engine.within(reservation.id), options, reservation).mend();
  } finally {
    // What came of it is worth more than the lease, which expires by itself.
    await reservation.release().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      tell({
        step: 'hold',
        state: 'failed',
        says: `the lease could not be given back (${why}): it expires by itself`,
      });
    });
  }
}

class Recovering {
  readonly #engine: Engine;
  readonly #options: RecoveryOptions;
  readonly #reservation: Reservation | null;
  readonly #runs: RunRecord[] = [];
  readonly #endings: Ending[] = [];

  constructor(engine: Engine, options: RecoveryOptions, reservation: Reservation | null) {
    this.#engine = engine;
    this.#options = options;
    this.#reservation = reservation;
  }

  /** What a recovery would do: it writes nothing. */
  async look(): Promise<Recovered> {
    await this.#watch();
    const before = await this.#measure('measure');
    if (before === null) return this.#givenUp();
    for (const connection of this.#connections()) {
      this.#begins(connection);
      const {record} = await this.#rehearse(connection);
      this.#ends(record);
      if (!isWhole(record)) break;
      // What comes after depends on what this would have changed.
      if (changedOf(record.tally) > 0) break;
    }
    return {before: before.checks, after: before.checks, runs: [], endings: before.endings};
  }

  async mend(): Promise<Recovered> {
    await this.#watch();
    const before = await this.#measure('measure');
    if (before === null) return this.#givenUp();
    let last = before;
    for (let round = 1; round <= mostRounds; round++) {
      const runsBefore = this.#runs.length;
      const isMended = await this.#round();
      if (!isMended) break;
      const verified = await this.#measure('verify');
      if (verified === null) {
        this.#endings.push('paused');
        break;
      }
      last = verified;
      const isBroken = this.#broken(last.checks);
      // What a round has changed may let the next one change more: a type that is known now, an index that fits now.
      if (isBroken === 0 || this.#runs.length === runsBefore) break;
      this.#says('verify', 'done', `${number(isBroken)} still break what can be mended: once more`);
    }
    return {
      before: before.checks,
      after: last.checks,
      runs: this.#runs,
      endings: [...this.#endings, ...last.endings],
    };
  }

  #givenUp(): Recovered {
    return {before: null, after: [], runs: [], endings: ['paused']};
  }

  /** False where a run did not come to its end: then nothing that builds on it is begun. */
  async #round(): Promise<boolean> {
    // Only the last round's conflicts are left open.
    this.#endings.length = 0;
    for (const connection of this.#connections()) {
      this.#options.signal.throwIfAborted();
      this.#begins(connection);
      const rehearsed = await this.#rehearse(connection);
      const {record} = rehearsed;
      if (!isWhole(record) || changedOf(record.tally) === 0) {
        this.#endings.push(...rehearsed.endings.filter(ending => ending !== 'invariant'));
        this.#ends(record);
        if (isWhole(record)) continue;
        return false;
      }
      const live = await this.#live(connection, record);
      this.#endings.push(...live.endings.filter(ending => ending !== 'invariant'));
      this.#runs.push(live.record);
      this.#ends(live.record);
      if (!isWhole(live.record)) return false;
    }
    return true;
  }

  async #watch(): Promise<void> {
    const {recovery, target, watchSeconds, acceptWriters, signal} = this.#options;
    if (watchSeconds <= 0) return;
    this.#says('watch', 'begins', `watches ${watchSeconds} s for other writers`);
    const look = () => reading(this.#engine.host, target, reader => recovery.watch(reader));
    const before = await look();
    await sleep(watchSeconds * 1_000, undefined, {signal});
    const after = await look();
    const changed = Object.keys(after).filter(name => before[name] !== after[name]);
    if (changed.length === 0) {
      this.#says('watch', 'done', `nobody wrote for ${watchSeconds} s`);
      return;
    }
    const said = changed.map(name => `${name} ${before[name] ?? '–'} → ${after[name]}`).join(', ');
    this.#says('watch', acceptWriters ? 'done' : 'failed', `somebody still writes: ${said}`);
    if (acceptWriters || this.#reservation === null) return;
    throw new OperatorError(
      'gate',
      `somebody still writes to ${target.name}: ${said}`,
      'Stop the ingestion (scheduled jobs, workers), and begin again; --accept-writers goes on in spite of it.',
    );
  }

  /** Null where it was stopped. */
  async #measure(step: 'measure' | 'verify'): Promise<Verified | null> {
    const {recovery, prefix, signal} = this.#options;
    const backfill = findBackfill(recovery.measures);
    const connection = {...this.#connection(backfill.id), source: this.#options.source};
    this.#says(step, 'begins', 'measures every invariant');
    const handle = await startVerify(this.#engine, connection, {
      scope: backfill.scope.parse({prefix}),
      sample: 0,
      reads: ['target', 'listing'],
      coverage: false,
      only: null,
    });
    const verified = await this.#followed(handle, signal);
    if (verified.error !== null && verified.record.status === 'failed') throw verified.error;
    if (signal.aborted || !isWhole(verified.record)) return null;
    const {checks} = verified;
    this.#options.tell({step, state: 'done', says: checksText(checks), checks});
    return verified;
  }

  async #rehearse(connection: RunConnection): Promise<RunResult> {
    const {prefix} = this.#options;
    const scope = connection.backfill.scope.parse(readsTarget(connection.backfill) ? {} : {prefix});
    return this.#finished(await this.#engine.rehearse(connection, scope, {}));
  }

  async #live(connection: RunConnection, plan: RunRecord): Promise<RunResult> {
    const {confirm, whole} = this.#options;
    const {self} = this.#engine.host;
    const handle = await this.#engine.live(connection, plan, {
      ...nothingTyped,
      confirm,
      whole: wholeName(connection.backfill, plan.sourceLabel, plan.scope) === null ? null : whole,
      acceptedFailures: plan.tally.failed + plan.partitions.failed,
      acceptNew: false,
      takeOver: self.holder.name,
    });
    return this.#finished(handle);
  }

  async #finished(handle: RunHandle): Promise<RunResult> {
    const result = await this.#followed(handle, this.#options.signal);
    this.#options.ended(result);
    if (result.error !== null && result.record.status === 'failed') throw result.error;
    return result;
  }

  async #followed<Result>(
    handle: FollowedRun & {readonly done: Promise<Result>},
    signal: AbortSignal,
  ): Promise<Result> {
    const {follow} = this.#options;
    const interrupt = () => handle.interrupt();
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, {once: true});
    follow(handle);
    try {
      return await handle.done;
    } finally {
      follow(null);
      signal.removeEventListener('abort', interrupt);
    }
  }

  #connections(): readonly RunConnection[] {
    const {recovery, source} = this.#options;
    return mendingRuns(recovery, source !== null).map(id => this.#connection(id));
  }

  #connection(id: string): RunConnection {
    const {target, source, options} = this.#options;
    const backfill = findBackfill(id);
    const itself = {id: target.id, label: '', service: target.service};
    const read = readsTarget(backfill) || source === null ? itself : source;
    return {backfill, source: read, target, ...(options === undefined ? {} : {options})};
  }

  #broken(checks: readonly CheckResult[]): number {
    const {mends} = this.#options.recovery;
    return checks.filter(({id}) => mends.includes(id)).reduce((sum, {count}) => sum + count, 0);
  }

  #begins({backfill: {id, title}}: RunConnection): void {
    const turn = {backfill: id, run: null};
    this.#options.tell({step: 'mend', state: 'begins', says: `${id}: ${title}`, turn});
  }

  #ends(run: RunRecord): void {
    const turn = {backfill: run.backfill, run};
    this.#options.tell({
      step: 'mend',
      state: isWhole(run) ? 'done' : 'failed',
      says: planText(run),
      turn,
    });
  }

  #says(step: RecoveryStep, state: RecoveryNews['state'], says: string): void {
    this.#options.tell({step, state, says});
  }
}
