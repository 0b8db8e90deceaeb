export interface RingLimits {
  /** Hosts that are at work at once. */
  readonly hosts: number;
  /** Of one host at once. */
  readonly perHost: number;
  /** Turns that a host has before it makes room for one that waits. */
  readonly turns: number;
}

interface Queue<T> {
  readonly host: string;
  waiting: T[];
  /** Of `waiting`, those that left: to shift a long array is as slow as it is long. */
  left: number;
  inFlight: number;
  /** Since it came to work. */
  turns: number;
  state: 'idle' | 'queued' | 'working' | 'aside';
}

/**
 * Whose turn it is: some hosts at once, each with so many under way, and none for longer than its turns while others
 * wait. A host that is set aside keeps what waits for it, and gets one turn at a time when it is tried. Pure: whoever
 * takes something gives it back with `done`.
 */
export class HostRing<T> {
  readonly #limits: RingLimits;
  readonly #queues = new Map<string, Queue<T>>();
  /** Hosts that wait for a place, longest first. */
  readonly #queued: Queue<T>[] = [];
  /** Hosts at work, the next in turn first. */
  readonly #working: Queue<T>[] = [];
  #waiting = 0;
  #aside = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** How many wait for a turn, at hosts that were not set aside. */
  get waiting(): number {
    return this.#waiting - this.#aside;
  }

  /** How many wait for hosts that were set aside. */
  get aside(): number {
    return this.#aside;
  }

  waitingFor(host: string): number {
    return lengthOf(this.#queues.get(host));
  }

  inFlight(host: string): number {
    return this.#queues.get(host)?.inFlight ?? 0;
  }

  add(host: string, one: T): void {
    const queue = this.#queue(host);
    queue.waiting.push(one);
    this.#waiting++;
    if (queue.state === 'aside') this.#aside++;
    this.#enqueue(queue);
  }

  /** The next in turn; null where everybody has enough under way, or nothing waits. */
  take(): {readonly host: string; readonly one: T} | null {
    for (let tried = this.#working.length; tried > 0; tried--) {
      const queue = this.#working.shift();
      if (queue === undefined) break;
      // It went on beyond its turns while nobody waited, and now somebody does; or what waited for it was dropped. There
      // is nothing of it under way whose end would make room.
      if (queue.inFlight === 0 && (lengthOf(queue) === 0 || !this.#hasTurns(queue))) {
        queue.state = 'idle';
        this.#enqueue(queue);
        continue;
      }
      this.#working.push(queue);
      const taken = this.#hasTurns(queue) ? this.#takeOf(queue) : null;
      if (taken !== null) return taken;
    }
    while (this.#working.length < this.#limits.hosts) {
      const queue = this.#queued.shift();
      if (queue === undefined) return null;
      queue.state = 'idle';
      if (lengthOf(queue) === 0) continue;
      queue.state = 'working';
      queue.turns = 0;
      this.#working.push(queue);
      const taken = this.#takeOf(queue);
      if (taken !== null) return taken;
    }
    return null;
  }

  /** One of a host that was set aside, if none of it is under way: whether it answers again. */
  tryAside(host: string): T | null {
    const queue = this.#queues.get(host);
    if (queue === undefined || queue.state !== 'aside' || queue.inFlight > 0) return null;
    const taken = this.#takeOf(queue);
    if (taken === null) return null;
    this.#aside--;
    return taken.one;
  }

  done(host: string): void {
    const queue = this.#queue(host);
    queue.inFlight--;
    if (queue.state !== 'working' || queue.inFlight > 0) return;
    if (lengthOf(queue) > 0 && this.#hasTurns(queue)) return;
    this.#working.splice(this.#working.indexOf(queue), 1);
    queue.state = 'idle';
    this.#enqueue(queue);
  }

  setAside(host: string): void {
    const queue = this.#queue(host);
    if (queue.state === 'aside') return;
    const place = this.#working.indexOf(queue);
    if (place !== -1) this.#working.splice(place, 1);
    const queued = this.#queued.indexOf(queue);
    if (queued !== -1) this.#queued.splice(queued, 1);
    queue.state = 'aside';
    this.#aside += lengthOf(queue);
  }

  /** It answers again. */
  bringBack(host: string): void {
    const queue = this.#queue(host);
    if (queue.state !== 'aside') return;
    this.#aside -= lengthOf(queue);
    queue.state = 'idle';
    this.#enqueue(queue);
  }

  /** Everything that waits for a host leaves. */
  drop(host: string): readonly T[] {
    const queue = this.#queue(host);
    const dropped = queue.waiting.slice(queue.left);
    queue.waiting = [];
    queue.left = 0;
    this.#waiting -= dropped.length;
    if (queue.state === 'aside') this.#aside -= dropped.length;
    return dropped;
  }

  #queue(host: string): Queue<T> {
    const known = this.#queues.get(host);
    if (known !== undefined) return known;
    const fresh: Queue<T> = {host, waiting: [], left: 0, inFlight: 0, turns: 0, state: 'idle'};
    this.#queues.set(host, fresh);
    return fresh;
  }

  #enqueue(queue: Queue<T>): void {
    if (queue.state !== 'idle' || lengthOf(queue) === 0) return;
    queue.state = 'queued';
    this.#queued.push(queue);
  }

  /** While nobody waits for its place, a host may go on. */
  #hasTurns(queue: Queue<T>): boolean {
    return queue.turns < this.#limits.turns || this.#queued.length === 0;
  }

  /** Null where nothing of it waits, or enough of it is under way: also from before it was set aside. */
  #takeOf(queue: Queue<T>): {readonly host: string; readonly one: T} | null {
    const one = queue.waiting[queue.left];
    if (one === undefined || queue.inFlight >= this.#limits.perHost) return null;
    queue.left++;
    if (queue.left >= 1_024 && queue.left * 2 >= queue.waiting.length) {
      queue.waiting = queue.waiting.slice(queue.left);
      queue.left = 0;
    }
    this.#waiting--;
    queue.inFlight++;
    queue.turns++;
    return {host: queue.host, one};
  }
}

function lengthOf(queue: Queue<unknown> | undefined): number {
  return queue === undefined ? 0 : queue.waiting.length - queue.left;
}
