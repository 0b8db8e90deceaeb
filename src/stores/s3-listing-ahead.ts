import {keysAhead} from '../core/key-stride.ts';
import {compareKeys, type KeyRange} from '../core/keys.ts';
import type {StoredObject} from './object-store.ts';
import type {ObjectPage, PageStart} from './s3-listing.ts';

/**
 * Lists a range with several requests at once, and gives its pages in key order all the same. The range is cut into
 * segments while it is listed: each page tells how dense keys are where it stands, and further segments begin
 * (StartAfter) some pages on. Every key comes once, because a segment ends exactly where the next one begins, wherever
 * that is. What is nearest to the reader is asked first. One page at a time until the third, so that a small listing
 * costs no more; measured with 200 pages: 5 to 9 times as fast as in turn, for 1 to 25 % more requests (50 % where keys
 * are words).
 */

/** Requests at once. */
const maxAtOnce = 12;
/** About how many pages a segment is meant to have. */
const segmentPages = 4;
/** Segments that one page may begin at most; fewer where those before were in vain, as at the ends of many small folders. */
const segmentsPerPage = 3;
/** Pages that wait to be read, or are being asked for. */
export const maxPagesAhead = maxAtOnce * segmentPages;

type AskPage = (start: PageStart, signal: AbortSignal) => Promise<ObjectPage>;

/** The server does not know StartAfter: only one page after the other is any use. */
export class StartIgnored extends Error {}

interface Segment {
  hi: string | null;
  next: PageStart | null;
  readonly ready: (readonly StoredObject[])[];
  asking: Promise<void> | null;
  /** It failed while it was ahead: it is asked again when it is its turn. */
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
  #inFlight = 0;
  #waiting = 0;
  /** Halved by every failure ahead, and regained page by page. */
  #atOnce = maxAtOnce;
  #perPage = segmentsPerPage;

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
      this.#signal.throwIfAborted();
      this.#launch();
      const [front] = this.#segments;
      if (front === undefined) return;
      const page = front.ready.shift();
      if (page !== undefined) {
        this.#waiting--;
        yield page;
      } else if (front.asking !== null) await front.asking;
      else if (this.#failure !== null) throw this.#failure;
      else this.#segments.shift();
    }
  }

  /** Asks for the next page of every segment for which there is room, the first ones first. */
  #launch(): void {
    if (this.#failure !== null || this.#signal.aborted) return;
    for (const [place, each] of this.#segments.entries()) {
      // Without a page of the first segment the reader has nothing to read.
      const isAwaited = place === 0 && each.ready.length === 0;
      if (!isAwaited && (this.#inFlight >= this.#atOnce || this.#inFlight + this.#waiting >= maxPagesAhead))
        return;
      if (each.next !== null && each.asking === null && (place === 0 || !each.waits))
        each.asking = this.#page(each, each.next);
    }
  }

  async #page(each: Segment, start: PageStart): Promise<void> {
    this.#inFlight++;
    try {
      const page = await this.#ask(start, this.#signal);
      if (page.ignoresStart) throw new StartIgnored();
      this.#take(each, page);
    } catch (error) {
      if (each === this.#segments[0] || error instanceof StartIgnored) this.#failure ??= error;
      each.waits = true;
      this.#atOnce = Math.max(1, this.#atOnce / 2);
    } finally {
      each.asking = null;
      this.#inFlight--;
      this.#launch();
    }
  }

  #take(each: Segment, {objects, next}: ObjectPage): void {
    this.#answered++;
    this.#atOnce = Math.min(maxAtOnce, this.#atOnce + 1 / segmentPages);
    each.waits = false;
    const {hi} = each;
    const inside = hi === null ? objects : objects.filter(({key}) => compareKeys(key, hi) <= 0);
    if (inside.length === 0) this.#perPage = Math.max(1, this.#perPage - 1);
    else if (inside.length === objects.length)
      this.#perPage = Math.min(segmentsPerPage, this.#perPage + 1 / segmentPages);
    if (inside.length > 0) {
      each.ready.push(inside);
      this.#waiting++;
    }
    each.next = next !== null && hi !== null && compareKeys(next.after, hi) >= 0 ? null : next;
    if (each.next !== null && this.#answered > 1) this.#part(each, objects);
  }

  /** Cuts what is left of a segment, as long as those up to it don't make as many requests as there may be at once. */
  #part(each: Segment, page: readonly StoredObject[]): void {
    const place = this.#segments.indexOf(each);
    const open = this.#segments.slice(0, place + 1).filter(({next}) => next !== null).length;
    const room = Math.floor(Math.min(this.#perPage, this.#atOnce - open));
    if (room <= 0) return;
    const {hi} = each;
    const keys = page.map(({key}) => key);
    const cuts = keysAhead(keys, segmentPages, room).filter(cut => hi === null || compareKeys(cut, hi) < 0);
    const beyond = cuts.map((cut, index) => segment({after: cut}, cuts[index + 1] ?? hi));
    each.hi = cuts[0] ?? hi;
    this.#segments.splice(place + 1, 0, ...beyond);
  }
}

function segment(next: PageStart, hi: string | null): Segment {
  return {hi, next, ready: [], asking: null, waits: false};
}
