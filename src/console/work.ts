import {setTimeout as sleep} from 'node:timers/promises';
import type {HostLimit} from '../core/event.ts';
import type {Ending} from '../core/exit-code.ts';
import {afterVerification, toldError} from '../engine/endings.ts';
import type {Engine} from '../engine/engine.ts';
import type {FollowedRun} from '../engine/recovery-options.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';
import {Beginnings, type Steered} from './beginnings.ts';
import {Looking} from './looking.ts';
import type {Message} from './message.ts';
import {
  cancellation,
  type LiveTyped,
  liveRun,
  type Order,
  type Resuming,
  rehearsal,
  resumption,
  undoRehearsal,
  verification,
} from './orders.ts';
import {recoverSetup} from './recover-setup.ts';
import type {RecoveryTyped} from './recovery-dialog.ts';
import type {Setup} from './setup.ts';
import {Telling} from './telling.ts';

export interface WorkOptions {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly send: (message: Message) => void;
  /** How long a recovery watches for other writers. */
  readonly watchSeconds: number;
}

/** How long a run that is about to begin is waited for. */
const beginningMs = 3_000;

/**
 * Carries out what commands ask of the engine, outside React. Nothing here rejects: what goes wrong is shown, with what
 * to do about it. A setup has one run at a time.
 */
export class Work {
  readonly #options: WorkOptions;
  readonly #steered = new Map<string, Omit<Steered, 'done'>>();
  /** By setup, from the key that asks for a run until it has ended. */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #beginnings: Beginnings;
  readonly #telling: Telling;
  /** By setup, from the key that asks for a recovery until that has ended. */
  readonly #recovering = new Map<string, AbortController>();
  #isLeaving = false;
  /** How the last run of each setup ended, and what was measured since, for the exit code. */
  readonly endings = new Map<string, readonly Ending[]>();

  readonly looking: Looking;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.looking = new Looking(options);
    this.#telling = new Telling(options);
    this.#beginnings = new Beginnings({
      engine: options.engine,
      connect: setup => this.looking.connect(setup),
      telling: this.#telling,
    });
  }

  get isAtWork(): boolean {
    return this.#busy.size > 0;
  }

  rehearse(setup: Setup, options: {readonly fresh: boolean}): Promise<void> {
    return this.#run(setup, rehearsal(setup, options));
  }

  rehearseUndo(setup: Setup, run: RunRecord): Promise<void> {
    return this.#run(setup, undoRehearsal(run));
  }

  /** Executes a plan with what was typed; the gates are looked at once more. */
  goLive(setup: Setup, plan: RunRecord, typed: LiveTyped): Promise<void> {
    return this.#run(setup, liveRun(plan, typed));
  }

  resume(setup: Setup, run: RunRecord, resuming: Resuming): Promise<void> {
    return this.#run(setup, resumption(run, resuming));
  }

  verify(setup: Setup): Promise<void> {
    return this.#run(setup, verification(setup));
  }

  /** Looks what a recovery would do or, with what was typed, does it. */
  recover(setup: Setup, typed: RecoveryTyped | null): Promise<void> {
    const {name} = setup;
    if (this.#isLeaving || this.#busy.has(name)) return Promise.resolve();
    const giveUp = new AbortController();
    this.#recovering.set(name, giveUp);
    const done = this.#recover(setup, typed, giveUp.signal);
    this.#busy.set(name, done);
    return done;
  }

  /** The run at work comes to rest, and the target is let go of. */
  giveUpRecovery({name}: Setup): void {
    this.#recovering.get(name)?.abort(new Error('given up'));
    this.#options.send({type: 'recovery', setup: name, event: {type: 'stopping'}});
  }

  /** Stops the run of this process, or asks the process that works on it. */
  async stop(run: string, how: 'pause' | 'cancel'): Promise<void> {
    const steered = [...this.#steered.values()].find(({id}) => id === run);
    if (steered !== undefined) {
      if (how === 'cancel') steered.cancel();
      else steered.pause?.();
      return;
    }
    await this.#telling.trying(`Run ${run} could not be asked to ${how}`, null, async () => {
      const asked = await this.#options.ledger.runs.request(run, how);
      this.#telling.tell(
        asked ? 'info' : 'error',
        asked ? `asked ${run} to ${how}` : `run ${run} is at rest`,
      );
    });
  }

  /** A run that is about to begin does not. */
  giveUpBeginning(setup: Setup): void {
    this.#beginnings.giveUp(setup);
  }

  /** Ends a run that rests: what it left half done is settled first. */
  giveUp(setup: Setup, run: RunRecord): Promise<void> {
    return this.#run(setup, cancellation(run));
  }

  /** How the hosts of each run are being asked at this moment, by run. */
  limits(): Readonly<Record<string, readonly HostLimit[]>> {
    return Object.fromEntries([...this.#steered.values()].map(({id, limits}) => [id, limits()]));
  }

  nudge(setup: Setup, by: number): void {
    this.#steered.get(setup.name)?.nudge(by);
  }

  /** Lets everything come to rest. False where a run was still about to begin after a while, and is left to itself. */
  async interrupt(): Promise<boolean> {
    this.#isLeaving = true;
    this.#beginnings.leave();
    for (const recovering of this.#recovering.values()) recovering.abort(new Error('interrupted'));
    for (const {interrupt} of this.#steered.values()) interrupt();
    // A recovery that is between two runs holds its target all the same.
    const held = [...this.#steered.keys(), ...this.#recovering.keys()];
    await Promise.all(held.map(name => this.#busy.get(name)));
    // What is only about to begin has nothing yet to come to rest, and may wait for a service for ever.
    const waited = sleep(beginningMs, false, {ref: false});
    return Promise.race([Promise.all(this.#busy.values()).then(() => true), waited]);
  }

  /** Two keys in a row begin one run: the first holds the setup until its run has ended. */
  #run(setup: Setup, order: Order): Promise<void> {
    const {name} = setup;
    if (this.#isLeaving || this.#busy.has(name)) return Promise.resolve();
    this.#options.send({type: 'setup', setup: name, now: {isBeginning: true}});
    const done = this.#steer(setup, order);
    this.#busy.set(name, done);
    return done;
  }

  async #steer(setup: Setup, {failed, begin, as = 'atWork'}: Order): Promise<void> {
    const {send} = this.#options;
    await this.#telling.trying(failed, setup, async () => {
      const steered = await this.#beginnings.begun(setup, begin);
      if (steered === null) return;
      this.#steered.set(setup.name, steered);
      // It was made while the console was being left.
      if (this.#isLeaving) steered.interrupt();
      send({
        type: 'setup',
        setup: setup.name,
        now: {[as]: steered.id, isBeginning: false, gates: null, review: null},
      });
      await this.looking.refresh(setup);
      const result = await steered.done;
      const before = this.endings.get(setup.name) ?? [];
      this.endings.set(
        setup.name,
        as === 'verifying' ? afterVerification(before, result.endings) : result.endings,
      );
      const error = toldError(result);
      if (error !== null) this.#telling.trouble(`Run ${steered.id} failed`, setup, error);
    });
    this.#steered.delete(setup.name);
    await this.looking.refresh(setup);
    this.#busy.delete(setup.name);
    send({type: 'setup', setup: setup.name, now: {[as]: null, isBeginning: false}});
  }

  async #recover(setup: Setup, typed: RecoveryTyped | null, signal: AbortSignal): Promise<void> {
    const {name} = setup;
    const before = this.endings.get(name) ?? [];
    const {event, endings} = await recoverSetup(this.#options, setup, typed, {
      connect: () => this.looking.connect(setup),
      signal,
      follow: run => this.#follow(setup, run),
      ended: result => this.endings.set(name, result.endings),
    });
    if (endings !== null)
      this.endings.set(name, typed === null ? afterVerification(before, endings) : endings);
    await this.looking.refresh(setup);
    this.#recovering.delete(name);
    this.#busy.delete(name);
    this.#options.send({type: 'recovery', setup: name, event});
  }

  /** The run of a recovery that is at work now is steered like any other. */
  #follow(setup: Setup, run: FollowedRun | null): void {
    const {send} = this.#options;
    if (run === null) this.#steered.delete(setup.name);
    else this.#steered.set(setup.name, run);
    const id = run?.id ?? null;
    const isMeasuring = run !== null && run.pause === undefined;
    const now = isMeasuring ? {atWork: null, verifying: id} : {atWork: id, verifying: null};
    send({type: 'setup', setup: setup.name, now});
    void this.looking.refresh(setup);
  }
}
