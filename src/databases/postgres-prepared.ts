/** Statements that may be kept prepared: each takes the server's memory. */
const mostKept = 500;

interface Known {
  name: string | null;
  isParsed: boolean;
  isBeingParsed: boolean;
}

/**
 * Names under which one connection keeps statements prepared: a page of one row takes two thirds of the time so. What
 * comes a second time is likely to come again. Until the server has parsed it, one alone is sent by the name: behind a
 * failure nothing is parsed, and what counts on it would fail for that.
 */
export class PreparedNames {
  readonly #known = new Map<string, Known>();
  #last = 0;

  /** The name to send it by; null is none. */
  take(sql: string): string | null {
    const known = this.#known.get(sql);
    if (known === undefined) {
      if (this.#known.size < mostKept)
        this.#known.set(sql, {name: null, isParsed: false, isBeingParsed: false});
      return null;
    }
    if (known.isBeingParsed) return null;
    known.name ??= `headgate_${++this.#last}`;
    known.isBeingParsed = !known.isParsed;
    return known.name;
  }

  /** For what was sent by a name. */
  answered(sql: string, isFine: boolean): void {
    const known = this.#known.get(sql);
    if (known === undefined) return;
    known.isBeingParsed = false;
    known.isParsed ||= isFine;
  }
}
