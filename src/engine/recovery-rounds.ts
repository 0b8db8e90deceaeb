import {changedOf} from '../core/accounting.ts';
import type {CheckResult} from '../core/checks.ts';
import type {Ending} from '../core/exit-code.ts';
import {number} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {RunConnection} from './connection.ts';
import type {Engine} from './engine.ts';
import type {Recovered, RecoveryOptions} from './recovery-options.ts';
import {isWhole, planText} from './recovery-runs.ts';
import {watchWriters} from './recovery-watch.ts';
import {RecoveryWork} from './recovery-work.ts';

/** Where mending does not help any more, it is not tried for ever. */
const mostRounds = 5;

/** Looks at a system that is to be brought back to order, or mends it: round by round, as often as that helps. */
export class RecoveryRounds {
  readonly #engine: Engine;
  readonly #options: RecoveryOptions;
  readonly #work: RecoveryWork;
  readonly #runs: RunRecord[] = [];
  readonly #endings: Ending[] = [];

  constructor(engine: Engine, options: RecoveryOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#work = new RecoveryWork(engine, options);
  }

  /** What a recovery would do: it writes nothing. */
  async look(): Promise<Recovered> {
    await watchWriters(this.#engine.host, this.#options);
    const before = await this.#work.measure('measure');
    if (before === null) return this.#givenUp();
    for (const connection of this.#work.connections()) {
      this.#begins(connection);
      const {record} = await this.#work.rehearse(connection);
      this.#ends(record);
      if (!isWhole(record)) break;
      // What comes after depends on what this would have changed.
      if (changedOf(record.tally) > 0) break;
    }
    return {before: before.checks, after: before.checks, runs: [], endings: before.endings};
  }

  async mend(): Promise<Recovered> {
    await watchWriters(this.#engine.host, this.#options);
    const before = await this.#work.measure('measure');
    if (before === null) return this.#givenUp();
    let last = before;
    for (let round = 1; round <= mostRounds; round++) {
      const runsBefore = this.#runs.length;
      const isMended = await this.#round();
      if (!isMended) break;
      const verified = await this.#work.measure('verify');
      if (verified === null) {
        this.#endings.push('paused');
        break;
      }
      last = verified;
      const left = this.#broken(last.checks);
      // What a round has changed may let the next one change more: a type that is known now, an index that fits now.
      if (left === 0 || this.#runs.length === runsBefore) break;
      this.#options.tell({
        step: 'verify',
        state: 'done',
        says: `${number(left)} still break what can be mended: once more`,
      });
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
    for (const connection of this.#work.connections()) {
      this.#options.signal.throwIfAborted();
      this.#begins(connection);
      const rehearsed = await this.#work.rehearse(connection);
      const {record} = rehearsed;
      if (!isWhole(record) || changedOf(record.tally) === 0) {
        this.#endings.push(...rehearsed.endings.filter(ending => ending !== 'invariant'));
        this.#ends(record);
        if (isWhole(record)) continue;
        return false;
      }
      const live = await this.#work.live(connection, record);
      this.#endings.push(...live.endings.filter(ending => ending !== 'invariant'));
      this.#runs.push(live.record);
      this.#ends(live.record);
      if (!isWhole(live.record)) return false;
    }
    return true;
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
}
