import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {HostRing, type RingLimits} from '../../src/engine/host-ring.ts';

const names = ['a', 'b', 'c', 'd'];

type Step =
  | {readonly do: 'add' | 'setAside' | 'bringBack' | 'tryAside' | 'drop'; readonly host: string}
  | {readonly do: 'take'}
  /** Which of those under way. */
  | {readonly do: 'done'; readonly which: number};

const at = (what: 'add' | 'setAside' | 'bringBack' | 'tryAside' | 'drop') =>
  fc.record({do: fc.constant(what), host: fc.constantFrom(...names)});
const steps: fc.Arbitrary<Step> = fc.oneof(
  {arbitrary: at('add'), weight: 6},
  {arbitrary: fc.record({do: fc.constant('take')}), weight: 6},
  {arbitrary: fc.record({do: fc.constant('done'), which: fc.nat(20)}), weight: 5},
  at('setAside'),
  at('bringBack'),
  at('tryAside'),
  at('drop'),
);

const limitsOf = fc.record({
  hosts: fc.integer({min: 1, max: 3}),
  perHost: fc.integer({min: 1, max: 3}),
  turns: fc.integer({min: 1, max: 4}),
});

interface UnderWay {
  readonly host: string;
  readonly one: string;
  /** Taken before its host was set aside: whoever is there takes the place of the host. */
  isLeftover: boolean;
}

/** A ring, and what must be true of it, kept beside it by the simplest means. */
class Watched {
  readonly ring: HostRing<string>;
  readonly came: string[] = [];
  readonly added: string[] = [];
  readonly #limits: RingLimits;
  readonly #underWay: UnderWay[] = [];
  readonly #aside = new Set<string>();

  constructor(limits: RingLimits) {
    this.#limits = limits;
    this.ring = new HostRing(limits);
  }

  step(step: Step): void {
    switch (step.do) {
      case 'add':
        this.added.push(`${step.host} ${this.added.length}`);
        this.ring.add(step.host, this.added.at(-1) ?? '');
        break;
      case 'take':
        this.take();
        break;
      case 'done':
        this.done(step.which);
        break;
      case 'setAside':
        this.ring.setAside(step.host);
        this.#aside.add(step.host);
        for (const each of this.#of(step.host)) each.isLeftover = true;
        break;
      case 'bringBack':
        this.#bringBack(step.host);
        break;
      case 'tryAside':
        this.#tryAside(step.host);
        break;
      case 'drop':
        this.came.push(...this.ring.drop(step.host));
        break;
      default:
        step satisfies never;
    }
    this.#expectCounts();
  }

  take(): boolean {
    const taken = this.ring.take();
    if (taken === null) {
      // Nothing waits for what will never come.
      if (this.#underWay.length === 0) expect(this.ring.waiting).toBe(0);
      return false;
    }
    expect(this.#aside).not.toContain(taken.host);
    this.#took(taken.host, taken.one, false);
    const atWork = new Set(this.#underWay.flatMap(({host, isLeftover}) => (isLeftover ? [] : [host])));
    expect(atWork.size).toBeLessThanOrEqual(this.#limits.hosts);
    return true;
  }

  done(which: number): void {
    const [ended] = this.#underWay.splice(which % Math.max(1, this.#underWay.length), 1);
    if (ended !== undefined) this.ring.done(ended.host);
  }

  /** Everything comes out, whatever was set aside. */
  drain(): void {
    for (const host of names) this.#bringBack(host);
    while (this.take() || this.#underWay.length > 0) this.done(this.came.length);
    expect([this.ring.waiting, this.ring.aside]).toEqual([0, 0]);
    expect(this.came.toSorted()).toEqual(this.added.toSorted());
    // Of each host, those that wait come in their order.
    for (const host of names) {
      const order = this.came.filter(one => one.startsWith(host));
      expect(order).toEqual(this.added.filter(one => one.startsWith(host)));
    }
  }

  #bringBack(host: string): void {
    this.ring.bringBack(host);
    this.#aside.delete(host);
  }

  #tryAside(host: string): void {
    const one = this.ring.tryAside(host);
    if (one === null) return;
    expect(this.#aside).toContain(host);
    expect(this.#of(host)).toEqual([]);
    this.#took(host, one, true);
  }

  #took(host: string, one: string, isLeftover: boolean): void {
    this.came.push(one);
    this.#underWay.push({host, one, isLeftover});
    expect(this.#of(host).length).toBeLessThanOrEqual(this.#limits.perHost);
  }

  #of(host: string): readonly UnderWay[] {
    return this.#underWay.filter(each => each.host === host);
  }

  #expectCounts(): void {
    const left = this.added.filter(one => !this.came.includes(one));
    const aside = left.filter(one => this.#aside.has(one.charAt(0)));
    expect([this.ring.waiting, this.ring.aside]).toEqual([left.length - aside.length, aside.length]);
    for (const host of names) {
      expect(this.ring.inFlight(host)).toBe(this.#of(host).length);
      expect(this.ring.waitingFor(host)).toBe(left.filter(one => one.startsWith(host)).length);
    }
  }
}

/** What comes out, while so many are under way at most. */
function order(ring: HostRing<string>, atOnce = 1): readonly string[] {
  const came: string[] = [];
  const underWay: string[] = [];
  for (;;) {
    const taken = underWay.length < atOnce ? ring.take() : null;
    if (taken !== null) {
      came.push(taken.one);
      underWay.push(taken.host);
      continue;
    }
    const ended = underWay.shift();
    if (ended === undefined) return came;
    ring.done(ended);
  }
}

function ringOf(limits: Partial<RingLimits>, waiting: Readonly<Record<string, number>>): HostRing<string> {
  const ring = new HostRing<string>({hosts: 1, perHost: 1, turns: 2, ...limits});
  for (const [host, count] of Object.entries(waiting))
    for (let number = 1; number <= count; number++) ring.add(host, `${host}${number}`);
  return ring;
}

describe('hosts in turn', () => {
  it('hold their limits, lose nothing, and never wait for nothing, whatever happens to them', () => {
    fc.assert(
      fc.property(limitsOf, fc.array(steps, {maxLength: 60, size: 'max'}), (limits, all) => {
        const watched = new Watched(limits);
        for (const step of all) watched.step(step);
        watched.drain();
      }),
      {numRuns: 200},
    );
  });

  it.each<[string, Partial<RingLimits>, Readonly<Record<string, number>>, string]>([
    ['one host goes on while nobody waits', {}, {a: 5}, 'a1 a2 a3 a4 a5'],
    ['who has had its turns makes room', {}, {a: 5, b: 3}, 'a1 a2 b1 b2 a3 a4 b3 a5'],
    ['hosts at once take turns one by one', {hosts: 2}, {a: 3, b: 3}, 'a1 b1 a2 b2 a3 b3'],
    [
      'a third comes for one of two that has had its turns',
      {hosts: 2},
      {a: 3, b: 3, c: 1},
      'a1 b1 a2 b2 c1 a3 b3',
    ],
  ])('%s', (_, limits, waiting, expected) => {
    expect(order(ringOf(limits, waiting), limits.hosts).join(' ')).toBe(expected);
  });

  it('a host with five hundred is no reason for nine hosts with five to wait', () => {
    const small = Array.from({length: 9}, (_, number) => `s${number}-`);
    const limits = {hosts: 4, perHost: 4, turns: 16};
    const ring = ringOf(limits, {big: 500, ...Object.fromEntries(small.map(host => [host, 5]))});
    const came = order(ring, 16);
    const lastOfSmall = came.findLastIndex(one => one.startsWith('s'));
    // Each place that the big one does not have serves three hosts of five, while it takes its turns.
    expect(came.slice(0, lastOfSmall).filter(one => one.startsWith('big')).length).toBeLessThan(45);
    expect(came).toHaveLength(545);
  });

  it('one that comes late gets its turn after the turns of those at work', () => {
    const ring = ringOf({turns: 10}, {a: 1_000});
    for (let number = 0; number < 300; number++) {
      ring.take();
      ring.done('a');
    }
    ring.add('late', 'late');
    expect(order(ring).indexOf('late')).toBeLessThanOrEqual(10);
  });

  it('ten thousand come out in their order', () => {
    const came = order(ringOf({perHost: 3}, {a: 10_000}), 3);
    expect(came).toHaveLength(10_000);
    expect(came.every((one, index) => one === `a${index + 1}`)).toBe(true);
  });

  it('one that is set aside is tried alone, and all of it comes when it is back', () => {
    const ring = ringOf({perHost: 2}, {a: 4, b: 1});
    expect([ring.take()?.one, ring.take()?.one]).toEqual(['a1', 'a2']);
    ring.setAside('a');
    expect([ring.take()?.one, ring.take()]).toEqual(['b1', null]);
    expect([ring.waiting, ring.aside, ring.tryAside('a')]).toEqual([0, 2, null]);
    ring.done('a');
    ring.done('a');
    ring.add('a', 'a1');
    expect([ring.tryAside('a'), ring.tryAside('a'), ring.aside]).toEqual(['a3', null, 2]);
    ring.bringBack('a');
    ring.done('a');
    ring.done('b');
    expect(order(ring)).toEqual(['a4', 'a1']);
  });
});
