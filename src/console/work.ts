import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import type {HostLimit} from '../core/event.ts';
import type {Ending} from '../core/exit-code.ts';
import type {FailureKind} from '../core/failure.ts';
import {cancelAtRest} from '../engine/cancel-run.ts';
import type {RunConnection} from '../engine/connection.ts';
import {afterVerification, toldError} from '../engine/endings.ts';
import type {Engine} from '../engine/engine.ts';
import type {RunHandle, RunResult} from '../engine/execution.ts';
import {nothingTyped} from '../engine/live-gates.ts';
import type {FollowedRun} from '../engine/recovery-options.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';
import {Looking} from './looking.ts';
import type {Message} from './message.ts';
import {recoverSetup} from './recover-setup.ts';
import type {RecoveryTyped} from './recovery-dialog.ts';
import type {Setup} from './setup.ts';
import {troubleOf} from './trouble.ts';

/** A run or a verification, as far as it is steered from here. */
type Steered = Pick<RunHandle, 'id' | 'cancel' | 'interrupt' | 'nudge' | 'limits'> & {
  readonly pause?: () => void;
  readonly done: Promise<RunResult>;
};

/** Null where there is nothing to wait for. Until the run has begun, the engine gives up when it is told to. */
type Begin = (connection: RunConnection, engine: Engine) => Promise<Steered | null>;

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
  /** By setup, from the key that asks for a run until it has begun. */
  readonly #beginning = new Map<string, AbortController>();
  /** By setup, from the key that asks for a recovery until that has ended. */
  readonly #recovering = new Map<string, AbortController>();
  #isLeaving = false;
  /** How the last run of each setup ended, and what was measured since, for the exit code. */
  readonly endings = new Map<string, readonly Ending[]>();

  readonly looking: Looking;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.looking = new Looking(options);
  }

  get isAtWork(): boolean {
    return this.#busy.size > 0;
  }

  rehearse(setup: Setup, {fresh}: {readonly fresh: boolean}): Promise<void> {
    return this.#run(setup, 'The dry run could not begin', (connection, engine) =>
      engine.rehearse(connection, setup.scope(connection), {fresh}),
    );
  }

  rehearseUndo(setup: Setup, run: RunRecord): Promise<void> {
    return this.#run(setup, 'The undo could not be looked at', (connection, engine) =>
      engine.rehearseUndo(connection, run),
    );
  }

  /** Executes a plan with what was typed; the gates are looked at once more. */
  goLive(
    setup: Setup,
    plan: RunRecord,
    typed: {
      readonly confirm: string;
      readonly acceptedFailures: number | null;
      readonly acceptedListed: number | null;
      readonly whole: string | null;
    },
  ): Promise<void> {
    return this.#run(setup, 'Not going live', (connection, engine) =>
      engine.live(connection, plan, {
        ...nothingTyped,
        ...typed,
        acceptNew: false,
        ...(plan.undoes === null ? {} : {undoes: plan.undoes}),
      }),
    );
  }

  resume(
    setup: Setup,
    run: RunRecord,
    {
      kind = null,
      ...accepting
    }: {
      readonly acceptNew: boolean;
      readonly acceptDrift: boolean;
      /** Only what failed so. */
      readonly kind?: FailureKind | null;
    },
  ): Promise<void> {
    return this.#run(setup, 'The run could not go on', (connection, engine) =>
      engine.resume(connection, run, {...accepting, takeOver: null, kind}),
    );
  }

  verify(setup: Setup): Promise<void> {
    return this.#run(
      setup,
      'The verification could not begin',
      (connection, engine) =>
        engine.verify(connection, {
          scope: setup.scope(connection),
          sample: engine.host.settings.sample,
          reads: ['target', 'rows', 'listing', 'bytes'],
          coverage: true,
          only: null,
        }),
      'verifying',
    );
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
    await this.#trying(`Run ${run} could not be asked to ${how}`, null, async () => {
      const asked = await this.#options.ledger.runs.request(run, how);
      this.#tell(asked ? 'info' : 'error', asked ? `asked ${run} to ${how}` : `run ${run} is at rest`);
    });
  }

  /** A run that is about to begin does not. */
  giveUpBeginning(setup: Setup): void {
    this.#beginning.get(setup.name)?.abort();
  }

  /** Ends a run that rests: what it left half done is settled first. */
  giveUp(setup: Setup, run: RunRecord): Promise<void> {
    return this.#run(setup, `Run ${run.id} could not be cancelled`, (connection, engine) =>
      cancelAtRest(engine, () => Promise.resolve(connection), run),
    );
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
    for (const beginning of this.#beginning.values()) beginning.abort();
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
  #run(setup: Setup, failed: string, begin: Begin, as: 'atWork' | 'verifying' = 'atWork'): Promise<void> {
    const {name} = setup;
    if (this.#isLeaving || this.#busy.has(name)) return Promise.resolve();
    this.#options.send({type: 'setup', setup: name, now: {isBeginning: true}});
    const done = this.#steer(setup, failed, begin, as);
    this.#busy.set(name, done);
    return done;
  }

  async #steer(setup: Setup, failed: string, begin: Begin, as: 'atWork' | 'verifying'): Promise<void> {
    const {send} = this.#options;
    await this.#trying(failed, setup, async () => {
      const steered = await this.#begun(setup, begin);
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
      if (error !== null) this.#tellTrouble(`Run ${steered.id} failed`, setup, error);
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

  /** Null where there is nothing to steer, and where it was given up. */
  async #begun(setup: Setup, begin: Begin): Promise<Steered | null> {
    const giveUp = new AbortController();
    const {signal} = giveUp;
    this.#beginning.set(setup.name, giveUp);
    try {
      const givenUp = once(signal, 'abort').then(() => Promise.reject(signal.reason));
      const connection = await Promise.race([this.looking.connect(setup), givenUp]);
      const steered = await begin(connection, this.#options.engine.until(signal));
      if (signal.aborted && !this.#isLeaving) steered?.cancel();
      return steered;
    } catch (error) {
      if (!signal.aborted) throw error;
      this.#tell('info', 'given up before it began: nothing was written');
      return null;
    } finally {
      this.#beginning.delete(setup.name);
    }
  }

  async #trying(title: string, setup: Setup | null, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#tellTrouble(title, setup, error);
    }
  }

  #tellTrouble(title: string, setup: Setup | null, error: unknown): void {
    this.#options.send({type: 'opened', dialog: {type: 'trouble', title, ...troubleOf(error, setup)}});
  }

  #tell(level: 'info' | 'error', text: string): void {
    this.#options.send({type: 'told', notice: {level, text, at: this.#options.now()}});
  }
}
