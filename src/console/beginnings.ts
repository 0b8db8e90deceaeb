import {once} from 'node:events';
import type {RunConnection} from '../engine/connection.ts';
import type {Engine} from '../engine/engine.ts';
import type {RunHandle, RunResult} from '../engine/execution.ts';
import type {Setup} from './setup.ts';
import type {Telling} from './telling.ts';

/** A run or a verification, as far as it is steered from here. */
export type Steered = Pick<RunHandle, 'id' | 'cancel' | 'interrupt' | 'nudge' | 'limits'> & {
  readonly pause?: () => void;
  readonly done: Promise<RunResult>;
};

/** Null where there is nothing to wait for. Until the run has begun, the engine gives up when it is told to. */
export type Begin = (connection: RunConnection, engine: Engine) => Promise<Steered | null>;

export interface BeginningsOptions {
  readonly engine: Engine;
  readonly connect: (setup: Setup) => Promise<RunConnection>;
  readonly telling: Telling;
}

/** Runs that are about to begin, by setup: from the key that asks for one until it has begun, it can be given up. */
export class Beginnings {
  readonly #options: BeginningsOptions;
  readonly #givingUp = new Map<string, AbortController>();
  #isLeaving = false;

  constructor(options: BeginningsOptions) {
    this.#options = options;
  }

  giveUp({name}: Setup): void {
    this.#givingUp.get(name)?.abort();
  }

  /** The console is being left: what begins all the same is interrupted by whoever steers it, and not cancelled. */
  leave(): void {
    this.#isLeaving = true;
    for (const giveUp of this.#givingUp.values()) giveUp.abort();
  }

  /** Null where there is nothing to steer, and where it was given up. */
  async begun(setup: Setup, begin: Begin): Promise<Steered | null> {
    const {engine, connect, telling} = this.#options;
    const giveUp = new AbortController();
    const {signal} = giveUp;
    this.#givingUp.set(setup.name, giveUp);
    try {
      const givenUp = once(signal, 'abort').then(() => Promise.reject(signal.reason));
      const connection = await Promise.race([connect(setup), givenUp]);
      const steered = await begin(connection, engine.until(signal));
      if (signal.aborted && !this.#isLeaving) steered?.cancel();
      return steered;
    } catch (error) {
      if (!signal.aborted) throw error;
      telling.tell('info', 'given up before it began: nothing was written');
      return null;
    } finally {
      this.#givingUp.delete(setup.name);
    }
  }
}
