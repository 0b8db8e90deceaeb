import type {StopReason} from '../core/run.ts';

/** How a run is stopped, by whoever watches it. `halt`: no new I/O; `drain`: pages under way are finished. */
export class Stopper {
  readonly #halt = new AbortController();
  readonly #drain = new AbortController();
  readonly #onStop: (reason: StopReason) => void;
  #reason: StopReason | null = null;

  constructor(onStop: (reason: StopReason) => void) {
    this.#onStop = onStop;
  }

  get halt(): AbortSignal {
    return this.#halt.signal;
  }

  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  /** The first reason; a cancel overrides a pause. */
  get reason(): StopReason | null {
    return this.#reason;
  }

  stop(how: 'halt' | 'drain', reason: StopReason): void {
    const overrides = this.#reason === null || severity(reason) > severity(this.#reason);
    if (overrides) {
      this.#reason = reason;
      this.#onStop(reason);
    }
    this.#drain.abort(new Stopped(reason));
    if (how === 'halt') this.#halt.abort(new Stopped(reason));
  }
}

function severity({by}: StopReason): number {
  if (by === 'lost' || by === 'error') return 3;
  return by === 'cancel' ? 2 : 1;
}

/** What aborted operations reject with. */
export class Stopped extends Error {
  constructor({message}: StopReason) {
    super(message);
    this.name = 'Stopped';
  }
}

/** An operation ended because the run was stopped; any other error is one, also while the run comes to rest. */
export function isStop(error: unknown): boolean {
  return error instanceof Stopped || (error instanceof Error && error.name === 'AbortError');
}
