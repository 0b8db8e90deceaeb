/**
 * How the repositories of a host are best read: page by page, or each as one CAR. It is measured as they are read. A
 * request counts as much as so many bytes, because hosts count requests: the reference PDS takes ten a second.
 */
export const bytesOfRequest = 64 * 1024;

export type Way = 'pages' | 'car';

/** How often each way is tried before one is preferred, and how often the other is tried again. */
const tries = 2;
const tryAgainEvery = 64;
/** How fast an old measurement is forgotten. */
const weight = 0.2;

interface Measured {
  readonly count: number;
  /** Average cost of one repository, in bytes. */
  readonly cost: number;
}

export class FetchChoice {
  readonly #measured: Record<Way, Measured> = {pages: {count: 0, cost: 0}, car: {count: 0, cost: 0}};
  #chosen = 0;

  /** The way for the next repository. */
  next(): Way {
    const {pages, car} = this.#measured;
    this.#chosen++;
    if (pages.count < tries || car.count < tries) return this.#chosen % 2 === 1 ? 'pages' : 'car';
    const better: Way = car.cost < pages.cost ? 'car' : 'pages';
    const other: Way = better === 'car' ? 'pages' : 'car';
    return this.#chosen % tryAgainEvery === 0 ? other : better;
  }

  /** What reading one took. */
  took(way: Way, {requests, bytes}: {readonly requests: number; readonly bytes: number}): void {
    const cost = requests * bytesOfRequest + bytes;
    const before = this.#measured[way];
    this.#measured[way] = {
      count: before.count + 1,
      cost: before.count === 0 ? cost : before.cost * (1 - weight) + cost * weight,
    };
  }
}
