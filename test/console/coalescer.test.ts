import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Coalescer, onTimer} from '../../src/console/coalescer.ts';

interface Delivery {
  readonly at: number;
  readonly batch: readonly number[];
}

/** Time that passes when it is told to; negative numbers are urgent. */
class Bench {
  now = 1_000_000;
  readonly deliveries: Delivery[] = [];
  readonly failures: unknown[] = [];
  readonly receivers: ((batch: readonly number[]) => void)[] = [];
  readonly coalescer: Coalescer<number>;
  #timers: {readonly at: number; readonly run: () => void}[] = [];

  constructor() {
    this.coalescer = new Coalescer<number>({
      deliver: batch => {
        this.deliveries.push({at: this.now, batch});
        this.receivers.shift()?.(batch);
      },
      failed: error => this.failures.push(error),
      isUrgent: event => event < 0,
      now: () => this.now,
      schedule: (run, ms) => {
        const timer = {at: this.now + ms, run};
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter(each => each !== timer);
        };
      },
    });
  }

  get timers(): number {
    return this.#timers.length;
  }

  get received(): readonly number[] {
    return this.deliveries.flatMap(({batch}) => batch);
  }

  pass(ms: number): void {
    const until = this.now + ms;
    for (let due = this.#due(until); due !== undefined; due = this.#due(until)) {
      const timer = due;
      this.#timers = this.#timers.filter(each => each !== timer);
      this.now = Math.max(this.now, timer.at);
      timer.run();
    }
    this.now = until;
  }

  #due(until: number) {
    return this.#timers.toSorted((a, b) => a.at - b.at).find(({at}) => at <= until);
  }
}

describe('the coalescer', () => {
  it('hands the first event over at once, and those that follow together 100 ms later', () => {
    const bench = new Bench();
    for (const event of [1, 2, 3]) bench.coalescer.push(event);
    bench.pass(99);
    expect(bench.received).toEqual([1]);
    bench.pass(1);
    expect(bench.deliveries.at(-1)).toEqual({at: 1_000_100, batch: [2, 3]});
    bench.pass(500);
    bench.coalescer.push(4);
    expect(bench.deliveries.at(-1)).toEqual({at: 1_000_600, batch: [4]});
    expect(bench.timers).toBe(0);
  });

  it('hands over what is urgent at once, behind all that waited', () => {
    const bench = new Bench();
    for (const event of [1, 2, 3, -1]) bench.coalescer.push(event);
    expect(bench.deliveries.map(({batch}) => batch)).toEqual([[1], [2, 3, -1]]);
    bench.pass(1_000);
    expect(bench.deliveries).toHaveLength(2);
  });

  it('flushes when asked, with no empty batch after it', () => {
    const bench = new Bench();
    for (const event of [1, 2]) bench.coalescer.push(event);
    bench.coalescer.flush();
    bench.coalescer.flush();
    bench.pass(1_000);
    expect(bench.deliveries.map(({batch}) => batch)).toEqual([[1], [2]]);
  });

  it('hands over what waits when it is stopped, leaves no timer, and takes nothing any more', () => {
    const bench = new Bench();
    for (const event of [1, 2]) bench.coalescer.push(event);
    bench.coalescer.stop();
    bench.coalescer.push(3);
    bench.pass(1_000);
    expect(bench.received).toEqual([1, 2]);
    expect(bench.timers).toBe(0);
  });

  it('goes on after a receiver that threw, and says so', () => {
    const bench = new Bench();
    bench.receivers.push(() => {
      throw new Error('broken screen');
    });
    expect(() => bench.coalescer.push(1)).not.toThrow();
    for (const event of [2, 3]) bench.coalescer.push(event);
    bench.pass(100);
    expect(bench.failures).toEqual([new Error('broken screen')]);
    expect(bench.deliveries.at(-1)?.batch).toEqual([2, 3]);
  });

  it('never calls a receiver that has not returned, and keeps the order of what that pushes', () => {
    const bench = new Bench();
    let depth = 0;
    bench.receivers.push(() => {
      depth++;
      bench.coalescer.push(2);
      bench.coalescer.push(-3);
      expect(bench.deliveries).toHaveLength(1);
      depth--;
    });
    bench.receivers.push(() => expect(depth).toBe(0));
    bench.coalescer.push(1);
    expect(bench.failures).toEqual([]);
    expect(bench.deliveries.map(({batch}) => batch)).toEqual([[1], [2, -3]]);
  });

  it('waits no longer than its turn when the clock is set back', () => {
    const bench = new Bench();
    bench.coalescer.push(1);
    bench.now -= 3_600_000;
    bench.coalescer.push(2);
    bench.pass(100);
    expect(bench.received).toEqual([1, 2]);
  });

  it('keeps its memory bounded where timers come late', () => {
    const bench = new Bench();
    for (let event = 0; event < 100_000; event++) bench.coalescer.push(event);
    expect(Math.max(...bench.deliveries.map(({batch}) => batch.length))).toBeLessThanOrEqual(10_000);
    expect(bench.received.length).toBeGreaterThan(90_000);
    bench.coalescer.flush();
    expect(bench.received).toEqual(Array.from({length: 100_000}, (_, event) => event));
  });

  it('at 10,000 events a second hands over ten times a second', () => {
    const bench = new Bench();
    for (let event = 0; event < 50_000; event++) {
      bench.coalescer.push(event);
      bench.pass(0.1);
    }
    expect(bench.deliveries.length).toBeGreaterThan(48);
    expect(bench.deliveries.length).toBeLessThan(52);
  });

  it('is never faster than ten times a second, and loses nothing', () => {
    const steps = fc.array(fc.record({events: fc.nat(5), ms: fc.nat(150)}), {maxLength: 80});
    fc.assert(
      fc.property(steps, all => {
        const bench = new Bench();
        let pushed = 0;
        for (const {events, ms} of all) {
          for (let event = 0; event < events; event++) bench.coalescer.push(pushed++);
          bench.pass(ms);
        }
        bench.pass(100);
        expect(bench.received).toEqual(Array.from({length: pushed}, (_, event) => event));
        for (const [index, {at}] of bench.deliveries.entries())
          if (index > 0) expect(at - (bench.deliveries[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(100);
      }),
    );
  });

  it('works on a real timer', async () => {
    const received: number[] = [];
    await new Promise<void>((resolve, reject) => {
      const coalescer = new Coalescer<number>({
        deliver: batch => {
          received.push(...batch);
          if (received.length === 3) resolve();
        },
        failed: reject,
        isUrgent: () => false,
        now: () => performance.now(),
        schedule: onTimer,
      });
      for (const event of [1, 2, 3]) coalescer.push(event);
      expect(received).toEqual([1]);
    });
    expect(received).toEqual([1, 2, 3]);
  });
});
