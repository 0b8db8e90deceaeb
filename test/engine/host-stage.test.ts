import {describe, expect, it, vi} from 'vitest';
import {type FailureKind, Fault} from '../../src/core/failure.ts';
import {HostStage} from '../../src/engine/host-stage.ts';
import {Hosts} from '../../src/engine/hosts.ts';
import {limiter, never, settle, stoppedClock} from './limiter-under-test.ts';

stoppedClock();

/** Work on hosts that fail as a test says, driven as a run drives it. */
class Bench {
  readonly hosts = new Hosts({
    limiter: limiter({start: 8, max: 8}),
    halt: never,
    now: Date.now,
    emit: () => {},
  });
  readonly done: string[] = [];
  readonly givenUp: string[] = [];
  readonly asked = new Map<string, number>();
  readonly setAside: string[] = [];
  readonly errors: unknown[] = [];
  /** What is wrong with a host, or with one of its ones. */
  readonly wrong = new Map<string, FailureKind>();
  /** Of each one, the host that it needs besides its own. */
  readonly needs = new Map<string, string>();
  readonly stage: HostStage<string>;

  constructor(perHost = 2) {
    this.stage = new HostStage<string>({
      hosts: this.hosts,
      limits: {hosts: 2, perHost, turns: 10},
      now: Date.now,
      work: one => this.#work(one),
      giveUp: async ones => void this.givenUp.push(...ones),
      setAside: host => this.setAside.push(host),
      moved: () => {},
      failed: error => this.errors.push(error),
    });
  }

  add(host: string, count: number): void {
    for (let number = 1; number <= count; number++) this.stage.add(host, `${host}${number}`);
  }

  /** Until nothing more happens at this time. */
  async work(): Promise<void> {
    for (let before = -1; before !== this.#steps; ) {
      before = this.#steps;
      this.stage.start();
      await settle();
    }
  }

  /** Until nothing waits, or the stage has waited for so long. */
  async finish(patienceMs: number): Promise<void> {
    for (let rounds = 0; rounds < 500; rounds++) {
      await this.work();
      if (this.stage.waiting + this.stage.aside === 0) return;
      if (this.stage.isDownFor(patienceMs)) await this.stage.giveUpAfter(patienceMs);
      else await vi.advanceTimersByTimeAsync(Math.max(1, (this.stage.nextTryAt ?? 0) - Date.now()));
    }
    throw new Error('it does not come to an end');
  }

  get #steps(): number {
    return this.done.length + this.givenUp.length + this.setAside.length + this.errors.length;
  }

  async #work(one: string): Promise<void> {
    const own = one.replace(/\d+$/, '');
    // As a listing does: five attempts, and then it has failed itself.
    for (const host of [own, this.needs.get(one) ?? own])
      for (let attempt = 1; ; attempt++)
        try {
          await this.hosts.placed(host, async () => this.#answer(host, one));
          break;
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          if (attempt < 5) continue;
          this.givenUp.push(one);
          return;
        }
    this.done.push(one);
  }

  #answer(host: string, one: string): void {
    this.asked.set(host, (this.asked.get(host) ?? 0) + 1);
    const kind = this.wrong.get(host) ?? this.wrong.get(one);
    if (kind !== undefined) throw new Fault(kind, `${host} fails`, {host});
  }
}

describe('a stage', () => {
  it('asks little of a host that is down, and all of it when it is back', async () => {
    const bench = new Bench();
    bench.add('a', 100);
    bench.add('b', 100);
    bench.wrong.set('a', 'connection');
    await bench.work();
    expect(bench.done).toHaveLength(100);
    expect(bench.asked.get('a')).toBeLessThanOrEqual(6);
    expect([bench.stage.waiting, bench.stage.aside, bench.stage.asideFor('a')]).toEqual([0, 100, 100]);
    await vi.advanceTimersByTimeAsync(1_999);
    await bench.work();
    expect(bench.asked.get('a')).toBeLessThanOrEqual(6);
    bench.wrong.clear();
    await vi.advanceTimersByTimeAsync(1);
    await bench.work();
    expect(bench.done.toSorted()).toEqual(
      ['a', 'b'].flatMap(host => Array.from({length: 100}, (_, at) => `${host}${at + 1}`)).toSorted(),
    );
    expect(bench.givenUp).toEqual([]);
  });

  it('gives up what waits for a host that was down for as long as it is patient, each one once', async () => {
    const bench = new Bench();
    bench.add('a', 20);
    bench.wrong.set('a', 'timeout');
    const begun = Date.now();
    await bench.finish(60_000);
    expect(bench.givenUp.toSorted()).toEqual(Array.from({length: 20}, (_, at) => `a${at + 1}`).toSorted());
    expect(Date.now() - begun).toBeGreaterThanOrEqual(60_000);
    // Five to bring it down, with one that was under way, and then 2, 4, 8, 16 and 30 seconds apart.
    expect(bench.asked.get('a')).toBeLessThanOrEqual(6 + 5);
  });

  it('waits for the only one of a host as long as for many', async () => {
    const bench = new Bench();
    bench.add('a', 1);
    bench.wrong.set('a', 'server-error');
    for (let seconds = 0; seconds < 40; seconds += 2) {
      await bench.work();
      await vi.advanceTimersByTimeAsync(2_000);
    }
    expect(bench.givenUp).toEqual([]);
    bench.wrong.clear();
    await bench.finish(60_000);
    expect([bench.done, bench.givenUp]).toEqual([['a1'], []]);
  });

  it('does not leave a host alone because of one that fails for ever', async () => {
    const bench = new Bench(1);
    bench.add('a', 50);
    bench.wrong.set('a7', 'server-error');
    await bench.finish(60_000);
    expect(bench.givenUp).toEqual(['a7']);
    expect(bench.done).toHaveLength(49);
  });

  it('takes one for broken that its host goes down with again and again', async () => {
    const bench = new Bench(1);
    bench.add('a', 50);
    bench.wrong.set('a7', 'connection');
    for (let round = 0; round < 3; round++) {
      await bench.work();
      expect(bench.givenUp).toEqual(round < 2 ? [] : ['a7']);
      // Something else of the host shows that it is there.
      bench.stage.add('a', `a${100 + round}`);
      bench.stage.add('a', `a${200 + round}`);
      await vi.advanceTimersByTimeAsync(2_000);
    }
  });

  it('lets wait what needs another host that is down, until that is back', async () => {
    const bench = new Bench();
    bench.add('directory', 6);
    bench.add('a', 10);
    bench.wrong.set('directory', 'connection');
    bench.needs.set('a3', 'directory');
    await bench.work();
    expect(bench.done.toSorted()).toEqual(
      Array.from({length: 10}, (_, at) => `a${at + 1}`)
        .filter(one => one !== 'a3')
        .toSorted(),
    );
    expect(bench.stage.asideFor('directory')).toBe(7);
    const asked = bench.asked.get('a') ?? 0;
    await bench.work();
    expect(bench.asked.get('a')).toBe(asked);
    bench.wrong.clear();
    await bench.finish(60_000);
    expect(bench.done).toContain('a3');
    expect(bench.givenUp).toEqual([]);
  });

  it('tells of an error of our own, and goes on', async () => {
    const bench = new Bench();
    bench.add('a', 3);
    bench.hosts.placed = () => Promise.reject(new TypeError('a bug'));
    await bench.work();
    expect(bench.errors).toHaveLength(3);
    expect([bench.stage.running, bench.stage.waiting]).toEqual([0, 0]);
  });
});
