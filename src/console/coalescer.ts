/**
 * Hands events over in batches, at most ten times a second: the first at once after a quiet time, those that follow
 * together. Nothing is lost and the order is kept. What is urgent, and a batch that has grown to `most`, goes at once:
 * memory stays bounded where timers come late. A receiver that throws loses that batch; later ones still reach it.
 */
export class Coalescer<T> {
  readonly #options: CoalescerOptions<T>;
  #waiting: T[] = [];
  #cancel: (() => void) | null = null;
  #deliveredAt = Number.NEGATIVE_INFINITY;
  #isDelivering = false;
  #isStopped = false;

  constructor(options: CoalescerOptions<T>) {
    this.#options = options;
  }

  push(event: T): void {
    if (this.#isStopped) return;
    this.#waiting.push(event);
    if (this.#waiting.length >= most || this.#options.isUrgent(event)) this.flush();
    else this.#arrange();
  }

  /** Hands over at once what waits. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    // The receiver pushed something urgent: it goes as soon as the receiver has returned.
    if (this.#isDelivering) {
      this.#deliveredAt = Number.NEGATIVE_INFINITY;
      return;
    }
    if (this.#waiting.length > 0) this.#deliver();
  }

  /** Hands over what waits, and takes nothing any more. */
  stop(): void {
    this.flush();
    this.#isStopped = true;
  }

  #arrange(): void {
    if (this.#cancel !== null || this.#isDelivering) return;
    // A clock that was set back must not make it wait for longer than its turn.
    const wait = Math.min(everyMs, this.#deliveredAt + everyMs - this.#options.now());
    if (wait <= 0) this.#deliver();
    else
      this.#cancel = this.#options.schedule(() => {
        this.#cancel = null;
        this.#deliver();
      }, wait);
  }

  #deliver(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#deliveredAt = this.#options.now();
    this.#isDelivering = true;
    try {
      this.#options.deliver(batch);
    } catch (error) {
      this.#options.failed(error);
    } finally {
      this.#isDelivering = false;
    }
    if (this.#waiting.length > 0) this.#arrange();
  }
}

export interface CoalescerOptions<T> {
  readonly deliver: (batch: readonly T[]) => void;
  /** What `deliver` threw. */
  readonly failed: (error: unknown) => void;
  /** Goes at once, with all that waits: a run's last event. */
  readonly isUrgent: (event: T) => boolean;
  /** Calls once, after so many milliseconds; answers with what prevents it. */
  readonly schedule: Schedule;
  /** Milliseconds. */
  readonly now: () => number;
}

export type Schedule = (run: () => void, ms: number) => () => void;

export const onTimer: Schedule = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

const everyMs = 100;
/** Events in a batch; at 10,000 a second it has 1,000. */
const most = 10_000;
