import type {Row, SqlValue} from '../core/sql.ts';
import type {Asking, Reader} from '../databases/database.ts';

/** A reader that knows how many queries it was asked, and how long each of them took. */
export class TimedReader implements Reader {
  readonly #reader: Reader;
  readonly #now: () => number;
  #queries = 0;
  #ms = 0;

  constructor(reader: Reader, now: () => number) {
    this.#reader = reader;
    this.#now = now;
  }

  get dialect(): Reader['dialect'] {
    return this.#reader.dialect;
  }

  get asked(): {readonly pages: number; readonly seconds: number} {
    return {pages: this.#queries, seconds: this.#ms / 1_000};
  }

  async query(sql: string, params?: readonly SqlValue[], options?: Asking): Promise<readonly Row[]> {
    const startedAt = this.#now();
    try {
      return await this.#reader.query(sql, params, options);
    } finally {
      this.#queries++;
      this.#ms += this.#now() - startedAt;
    }
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
