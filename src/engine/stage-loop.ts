import {setTimeout as sleep} from 'node:timers/promises';
import type {Stage} from './host-stage.ts';
import type {Settings} from './settings.ts';

/** Seconds that a run waits for hosts that are down when there is nothing else to do: some always are. */
const longestPatience = 30;

export function downPatienceMs({patienceSeconds}: Pick<Settings, 'patienceSeconds'>): number {
  return Math.min(patienceSeconds, longestPatience) * 1_000;
}

export interface StageLoopOptions {
  readonly stages: () => readonly Stage[];
  /** Nothing is begun any more once it is aborted. */
  readonly ending: AbortSignal;
  readonly now: () => number;
  /** More may be added, though nothing is under way. */
  readonly isFed: () => boolean;
  /** Nobody is left to ask but hosts that are down. True where something was given up, or the run is ending. */
  readonly stranded: () => Promise<boolean>;
}

const minWaitMs = 10;

/** Keeps stages at work until nothing waits and nothing is under way. Whoever ends or adds something stirs it. */
export class StageLoop {
  readonly #options: StageLoopOptions;
  #stirred = Promise.withResolvers<void>();

  constructor(options: StageLoopOptions) {
    this.#options = options;
  }

  /** How many wait for a turn, at hosts that were not set aside. */
  get waiting(): number {
    return this.#stages.reduce((sum, {waiting}) => sum + waiting, 0);
  }

  /** Resolves when something moves. */
  get stirred(): Promise<void> {
    return this.#stirred.promise;
  }

  stir(): void {
    this.#stirred.resolve();
    this.#stirred = Promise.withResolvers<void>();
  }

  async run(): Promise<void> {
    const {ending} = this.#options;
    const stir = () => this.stir();
    ending.addEventListener('abort', stir);
    try {
      for (;;) {
        const {stirred} = this;
        if (!ending.aborted) for (const stage of this.#stages) stage.start();
        if (this.#isOver()) return;
        await this.#wait(stirred);
      }
    } finally {
      ending.removeEventListener('abort', stir);
    }
  }

  get #stages(): readonly Stage[] {
    return this.#options.stages();
  }

  get #aside(): number {
    return this.#stages.reduce((sum, {aside}) => sum + aside, 0);
  }

  get #isBusy(): boolean {
    return this.#options.isFed() || this.#stages.some(({running}) => running > 0);
  }

  #isOver(): boolean {
    return !this.#isBusy && (this.#options.ending.aborted || this.waiting + this.#aside === 0);
  }

  /** Until something moves; or, where hosts are down, until it is time to try one, or to give them up. */
  async #wait(stirred: Promise<void>): Promise<void> {
    const {now, stranded} = this.#options;
    if (!this.#isBusy && this.waiting === 0 && (await stranded())) return;
    const next = this.#stages.flatMap(({nextTryAt}) => nextTryAt ?? []);
    if (next.length === 0) return stirred;
    const timer = new AbortController();
    const waitMs = Math.max(minWaitMs, Math.min(...next) - now());
    const waited = sleep(waitMs, undefined, {signal: timer.signal}).catch(() => undefined);
    await Promise.race([stirred, waited]);
    timer.abort();
  }
}
