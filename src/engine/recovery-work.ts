import {findBackfill, readsTarget} from '../backfills/registry.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {Engine} from './engine.ts';
import type {RunHandle, RunResult} from './execution.ts';
import {nothingTyped, wholeName} from './live-gates.ts';
import {stoppedBy} from './measuring-run.ts';
import type {FollowedRun, RecoveryOptions} from './recovery-options.ts';
import {checksText, isWhole, mendingRuns} from './recovery-runs.ts';
import {startVerify, type Verified} from './verify-run.ts';

/** What a recovery does one at a time: measurements, and the runs of its backfills. Each can be followed, and stopped. */
export class RecoveryWork {
  readonly #engine: Engine;
  readonly #options: RecoveryOptions;

  constructor(engine: Engine, options: RecoveryOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Of the backfills that mend, in order. */
  connections(): readonly RunConnection[] {
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

  /** Null where it was stopped. */
  async measure(step: 'measure' | 'verify'): Promise<Verified | null> {
    const {recovery, prefix, signal} = this.#options;
    const backfill = findBackfill(recovery.measures);
    const connection = {...this.#connection(backfill.id), source: this.#options.source};
    this.#options.tell({step, state: 'begins', says: 'measures every invariant'});
    const handle = await startVerify(this.#engine, connection, {
      scope: backfill.scope.parse({prefix}),
      sample: 0,
      reads: ['target', 'rows', 'listing'],
      coverage: false,
      only: null,
    });
    const verified = await this.#followed(handle);
    if (verified.error !== null && verified.record.status === 'failed') throw verified.error;
    if (signal.aborted || !isWhole(verified.record)) return null;
    const {checks} = verified;
    this.#options.tell({step, state: 'done', says: checksText(checks), checks});
    return verified;
  }

  async rehearse(connection: RunConnection): Promise<RunResult> {
    const {prefix} = this.#options;
    const scope = connection.backfill.scope.parse(readsTarget(connection.backfill) ? {} : {prefix});
    return this.#finished(await this.#engine.rehearse(connection, scope, {}));
  }

  async live(connection: RunConnection, plan: RunRecord): Promise<RunResult> {
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
    const result = await this.#followed(handle);
    this.#options.ended(result);
    if (result.error !== null && result.record.status === 'failed') throw result.error;
    return result;
  }

  #followed<Result>(handle: FollowedRun & {readonly done: Promise<Result>}): Promise<Result> {
    const {follow, signal} = this.#options;
    follow(handle);
    return stoppedBy(
      signal,
      () => handle.interrupt(),
      () => handle.done,
    ).finally(() => follow(null));
  }
}
