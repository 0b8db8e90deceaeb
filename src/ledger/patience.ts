import {setTimeout as sleep} from 'node:timers/promises';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';

const firstWaitMs = 50;
const longestWaitMs = 2_000;

export interface PatienceOptions {
  /** The ledger as it is shown. */
  readonly label: string;
  /** From the first failure on, until something is answered again. Shorter than a lease, which is renewed behind it. */
  readonly patienceMs: number;
  /** Milliseconds from anywhere. */
  readonly now: () => number;
}

/**
 * Asks a server again that does not answer, for so long as it may be starting anew. What it asks must be safe to ask
 * twice. When patience is at its end, a ledger that is out of reach is told as that, and not as a `Fault`: those are
 * what became of an item or of a target.
 */
export class Patience {
  readonly #options: PatienceOptions;
  #since: number | null = null;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  async keep<T>(ask: () => Promise<T>): Promise<T> {
    const {patienceMs, now} = this.#options;
    let tookLongSince: number | null = null;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        const answer = await ask();
        this.#since = null;
        return answer;
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.#since ??= now();
        // What takes too long by itself does so every time, and others are answered meanwhile.
        if (error.kind === 'timeout') tookLongSince ??= now();
        const since = Math.min(this.#since, tookLongSince ?? this.#since);
        if (now() - since + waitMs > patienceMs) throw this.#outOfReach(error);
        await sleep(waitMs);
      }
    }
  }

  /** A connection in the place of one that was lost. That the server is there and refuses it will not pass. */
  async reopened<T>(open: () => Promise<T>): Promise<T> {
    try {
      return await open();
    } catch (error) {
      throw error instanceof Fault && !isPassing(error) ? this.#outOfReach(error) : error;
    }
  }

  #outOfReach({kind, message}: Fault): OperatorError {
    const {label} = this.#options;
    const kept = 'What was written is kept: headgate resume last goes on from it.';
    return kind === 'timeout'
      ? new OperatorError(
          'failed',
          `ledger ${label}: it took too long (${message})`,
          `Look for a process that is stuck in the middle of something there. ${kept}`,
        )
      : new OperatorError(
          'failed',
          `ledger ${label}: it can't be reached any more (${message})`,
          `Look at the server and the network. ${kept}`,
        );
  }
}

/** Of the connection, not of what was asked. */
function isPassing(error: unknown): error is Fault {
  return (
    error instanceof Fault &&
    (error.kind === 'connection' || error.kind === 'timeout' || error.kind === 'rate-limited')
  );
}
