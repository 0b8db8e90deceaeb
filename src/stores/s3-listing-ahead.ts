import {keyAhead} from '../core/key-stride.ts';
import {compareKeys, type KeyRange} from '../core/keys.ts';
import type {StoredObject} from './object-store.ts';
import type {ObjectPage, PageStart} from './s3-listing.ts';

/**
 * Lists a range with several requests at once, and gives its pages in key order all the same. The range is cut into
 * segments while it is listed: the first page tells how dense keys are, further segments begin (StartAfter) some pages
 * on. Every key comes once, because a segment ends exactly where the next one begins, wherever that is. Memory is
 * bounded by the pages of all segments. One page at a time until the third, so that a small listing costs no more.
 */

/** Segments at once. */
const maxSegments = 12;
/** About how many pages a segment is meant to have; and so many may wait in it. */
const segmentPages = 4;

type AskPage = (start: PageStart, signal: AbortSignal) => Promise<ObjectPage>;

/** The server does not know StartAfter: only one page after the other is any use. */
export class StartIgnored extends Error {}

interface Segment {
  hi: string | null;
  next: PageStart | null;
  readonly ready: (readonly StoredObject[])[];
  asking: Promise<void> | null;
  /** It failed while it was ahead: it is asked again when it is its turn, and alone. */
  waits: boolean;
}

export async function* listAhead(
  ask: AskPage,
  {lo, hi}: KeyRange,
  signal: AbortSignal,
): AsyncGenerator<readonly StoredObject[]> {
  const listing = new AheadListing(ask, {lo, hi}, signal);
  try {
    yield* listing.pages();
  } finally {
    listing.stop();
  }
}

class AheadListing {
  readonly #ask: AskPage;
  readonly #stopped = new AbortController();
  readonly #signal: AbortSignal;
  readonly #segments: Segment[];
  #failure: unknown = null;
  #answered = 0;
  #room = maxSegments;

  constructor(ask: AskPage, {lo, hi}: KeyRange, signal: AbortSignal) {
    this.#ask = ask;
    this.#signal = AbortSignal.any([signal, this.#stopped.signal]);
    this.#segments = [segment({after: lo}, hi)];
  }

  stop(): void {
    this.#stopped.abort();
  }

  async *pages(): AsyncGenerator<readonly StoredObject[]> {
    for (;;) {
      const front = this.#segments[0];
      if (front === undefined) return;
      this.#launch(front);
      const page = front.ready.shift();
      if (page !== undefined) yield page;
      else if (front.asking !== null) await front.asking;
      else if (this.#failure !== null) throw this.#failure;
      else this.#segments.shift();
    }
  }

  /** Every segment that has room asks for its next page. */
  #launch(front: Segment): void {
    if (this.#failure !== null) return;
    for (const each of this.#segments) {
      const isOpen = each.next !== null && each.asking === null && each.ready.length < segmentPages;
      if (isOpen && each.next !== null && (each === front || !each.waits))
        each.asking = this.#page(each, each.next);
    }
  }

  async #page(each: Segment, start: PageStart): Promise<void> {
    try {
      const page = await this.#ask(start, this.#signal);
      if (page.ignoresStart) throw new StartIgnored();
      this.#answered++;
      this.#take(each, page);
    } catch (error) {
      if (each === this.#segments[0] || error instanceof StartIgnored) this.#failure ??= error;
      else {
        each.waits = true;
        this.#room = 0;
      }
    } finally {
      each.asking = null;
    }
  }

  #take(each: Segment, {objects, next}: ObjectPage): void {
    const {hi} = each;
    const inside = hi === null ? objects : objects.filter(({key}) => compareKeys(key, hi) <= 0);
    if (inside.length > 0) each.ready.push(inside);
    each.next = next !== null && hi !== null && compareKeys(next.after, hi) >= 0 ? null : next;
    if (each.next !== null && this.#answered > 1) this.#part(each, inside);
  }

  /** Cuts what is left of a segment, some pages on each time, for as long as there is room for more. */
  #part(each: Segment, page: readonly StoredObject[]): void {
    const keys = page.map(({key}) => key);
    let current = each;
    for (let hops = 1; this.#segments.length < this.#room; hops++) {
      const ahead = keyAhead(keys, segmentPages * hops);
      if (ahead === null || (current.hi !== null && compareKeys(ahead, current.hi) >= 0)) return;
      const beyond = segment({after: ahead}, current.hi);
      current.hi = ahead;
      this.#segments.splice(this.#segments.indexOf(current) + 1, 0, beyond);
      current = beyond;
    }
  }
}

function segment(next: PageStart, hi: string | null): Segment {
  return {hi, next, ready: [], asking: null, waits: false};
}
