import {setTimeout as sleep} from 'node:timers/promises';
import type {Recovery} from '../backfills/backfill.ts';
import {findBackfill, readsTarget} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import type {CheckResult} from '../core/checks.ts';
import type {Ending} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import {shellWord} from '../core/shell-word.ts';
import {counted, number} from '../core/words.ts';
import type {Target} from '../databases/database.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection, Source} from './connection.ts';
import type {Engine} from './engine.ts';
import type {RunHandle, RunResult} from './execution.ts';
import {nothingTyped, wholeName} from './live-gates.ts';
import {Reservation} from './reservation.ts';
import {reading} from './steady-reader.ts';
import {startVerify, type Verified} from './verify-run.ts';

/**
 * Brings a system back to order: holds the lease of the target, so that no Headgate anywhere goes live there; watches
 * whether some other program still writes; measures how bad it is; mends by the system's own backfills, each through its
 * dry run and its gates; and measures again, as often as that helps. Every run of it is in the ledger, and can be undone.
 */
export interface RecoveryOptions {
  readonly recovery: Recovery;
  readonly target: Target;
  /** Null where no source is named: what reads one is left out. */
  readonly source: Source | null;
  readonly options: unknown;
  readonly prefix: string;
  /** The target's name as typed; null looks only: nothing is held, and nothing written. */
  readonly confirm: string | null;
  /** The source's name as typed, where no prefix narrows it. */
  readonly whole: string | null;
  readonly takeOver: string | null;
  /** How long other writers are watched for. */
  readonly watchSeconds: number;
  /** Go on although somebody still writes. */
  readonly acceptWriters: boolean;
  readonly signal: AbortSignal;
  readonly tell: (news: RecoveryNews) => void;
  /** Told of each run at work, and with null when it has ended. */
  readonly follow: (handle: Pick<RunHandle, 'id' | 'interrupt'> | null) => void;
  /** Told of each run that has ended. */
  readonly ended: (result: RunResult) => void;
}

export const recoverySteps = ['hold', 'watch', 'measure', 'mend', 'verify'] as const;
export type RecoveryStep = (typeof recoverySteps)[number];

export interface RecoveryNews {
  readonly step: RecoveryStep;
  readonly state: 'begins' | 'done' | 'failed';
  readonly says: string;
}

export interface Recovered {
  /** Null where it was given up before anything was measured. */
  readonly before: readonly CheckResult[] | null;
  readonly after: readonly CheckResult[];
  /** Live runs that changed something, oldest first. */
  readonly runs: readonly RunRecord[];
  readonly endings: readonly Ending[];
}

/** Where mending does not help any more, it is not tried for ever. */
const mostRounds = 5;

export async function recover(engine: Engine, options: RecoveryOptions): Promise<Recovered> {
  const {target, confirm, recovery, takeOver, signal, tell} = options;
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
  tell({step: 'hold', state: 'done', says: 'no other Headgate writes to it until this has ended'});
  try {
    return await new Recovering(engine.within(reservation.id), options, reservation).mend();
  } finally {
    await reservation.release();
  }
}

/** Asked for before anything is held, not half an hour later. */
function requireWhole({recovery, source, prefix, whole}: RecoveryOptions): void {
  if (source === null) return;
  for (const backfill of recovery.runs.map(findBackfill)) {
    const expected = readsTarget(backfill) ? null : wholeName(backfill, source.label, {prefix});
    if (expected !== null && whole !== expected)
      throw new OperatorError(
        'gate',
        `no prefix is named, so ${backfill.id} would take up all of ${expected}`,
        `Name a --prefix, or confirm that all of it is meant with --whole ${shellWord(expected)}`,
      );
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
    for (const connection of this.#connections()) {
      const {record} = await this.#rehearse(connection);
      this.#says('mend', 'done', planText(record));
      // What comes after depends on what this would have changed.
      if (changedOf(record.tally) > 0) break;
    }
    return {before: before.checks, after: before.checks, runs: [], endings: before.endings};
  }

  async mend(): Promise<Recovered> {
    await this.#watch();
    const before = await this.#measure('measure');
    let last = before;
    for (let round = 1; round <= mostRounds; round++) {
      const wasBroken = this.#broken(last.checks);
      const isMended = await this.#round();
      if (!isMended) break;
      last = await this.#measure('verify');
      const isBroken = this.#broken(last.checks);
      if (isBroken === 0 || isBroken >= wasBroken) break;
      this.#says('verify', 'done', `${number(isBroken)} still break what can be mended: once more`);
    }
    return {
      before: before.checks,
      after: last.checks,
      runs: this.#runs,
      endings: [...this.#endings, ...last.endings],
    };
  }

  /** False where a run did not come to its end: then nothing that builds on it is begun. */
  async #round(): Promise<boolean> {
    // Only the last round's conflicts are left open.
    this.#endings.length = 0;
    for (const connection of this.#connections()) {
      this.#options.signal.throwIfAborted();
      const {backfill} = connection;
      this.#says('mend', 'begins', `${backfill.id}: ${backfill.title}`);
      const rehearsed = await this.#rehearse(connection);
      if (!isWhole(rehearsed.record)) return false;
      if (changedOf(rehearsed.record.tally) === 0) {
        this.#endings.push(...rehearsed.endings.filter(ending => ending !== 'invariant'));
        this.#says('mend', 'done', planText(rehearsed.record));
        continue;
      }
      const live = await this.#live(connection, rehearsed.record);
      this.#endings.push(...live.endings.filter(ending => ending !== 'invariant'));
      this.#runs.push(live.record);
      this.#says('mend', isWhole(live.record) ? 'done' : 'failed', planText(live.record));
      if (!isWhole(live.record)) return false;
    }
    return true;
  }

  async #watch(): Promise<void> {
    const {recovery, target, watchSeconds, acceptWriters, signal} = this.#options;
    if (watchSeconds <= 0) return;
    this.#says('watch', 'begins', `watches for ${watchSeconds} s whether another program still writes`);
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

  async #measure(step: 'measure' | 'verify'): Promise<Verified> {
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
    if (verified.error !== null) throw verified.error;
    this.#says(step, 'done', checksText(verified.checks));
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
    handle: Pick<RunHandle, 'id' | 'interrupt'> & {readonly done: Promise<Result>},
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
    return recovery.runs
      .filter(id => source !== null || readsTarget(findBackfill(id)))
      .map(id => this.#connection(id));
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

  #says(step: RecoveryStep, state: RecoveryNews['state'], says: string): void {
    this.#options.tell({step, state, says});
  }
}

function isWhole({status}: RunRecord): boolean {
  return status === 'completed' || status === 'incomplete';
}

function planText({backfill, mode, status, tally, id}: RunRecord): string {
  const changes = counted(changedOf(tally), 'change');
  const left = tally.skipped + tally.failed + tally.pending;
  const open =
    status === 'incomplete' ? `, ${number(left)} left alone: headgate failures ${id} says why` : '';
  return `${backfill}: ${changes}${mode === 'dry-run' ? ' to make' : ' made'}${open}`;
}

function checksText(checks: readonly CheckResult[]): string {
  const broken = checks.filter(({count}) => count > 0);
  if (broken.length === 0) return 'every invariant holds';
  return broken.map(({id, count}) => `${id} ${number(count)}`).join(', ');
}
