import {Fault} from '../core/failure.ts';
import {shown} from './web-faults.ts';

/** Pages without anything in them, one after the other: a filter may leave a few. */
const mostEmpty = 50;

/**
 * Notices a list of pages that never ends: cursors that come round again, at whatever distance (Brent's way, with one
 * cursor kept), and pages that stay empty. Only pages that follow each other are looked at: one that is asked for again,
 * or begins elsewhere, begins anew.
 */
export class RelayLoops {
  #asked: string | null = null;
  #kept: string | null = null;
  #steps = 0;
  #stepsOfRound = 1;
  #empty = 0;

  /** A page that was asked for at a cursor, with the next. */
  see(asked: string | null, next: string | null, count: number, host: string): void {
    if (asked === null || asked !== this.#asked) this.#begin(asked);
    this.#asked = next;
    if (next === null) return;
    if (next === this.#kept || next === asked)
      throw new Fault(
        'invalid',
        `${host}: its list comes round again: the cursor ${shown(next.slice(0, 60))} is repeated`,
        {host},
      );
    this.#empty = count === 0 ? this.#empty + 1 : 0;
    if (this.#empty >= mostEmpty)
      throw new Fault('invalid', `${host}: its list does not end: ${mostEmpty} empty pages in a row`, {host});
    if (++this.#steps < this.#stepsOfRound) return;
    this.#kept = next;
    this.#steps = 0;
    this.#stepsOfRound *= 2;
  }

  #begin(asked: string | null): void {
    this.#kept = asked;
    this.#steps = 0;
    this.#stepsOfRound = 1;
    this.#empty = 0;
  }
}
