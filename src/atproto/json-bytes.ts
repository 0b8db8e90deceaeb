const firstBytes = 65_536;

/**
 * JSON text, put together byte by byte and made a string once: a string for every part of a record takes three times as
 * long, and more for the garbage collector.
 */
export class JsonBytes {
  isAscii = true;
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #at = 0;

  begin(): void {
    this.#at = 0;
    this.isAscii = true;
  }

  /** Until the next begins. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** Short, and of nothing beyond ASCII. */
  ascii(text: string): void {
    const {length} = text;
    this.#need(length);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = 0; index < length; index++) bytes[at++] = text.charCodeAt(index);
    this.#at = at;
  }

  utf8(text: string): void {
    this.#need(text.length * 3);
    const written = this.#bytes.write(text, this.#at);
    if (written !== text.length) this.isAscii = false;
    this.#at += written;
  }

  /** UTF-8 in quotes, as it is; false, and nothing done, where JSON would have to escape some of it. */
  quotedPlain(source: Buffer, start: number, end: number): boolean {
    this.#need(end - start + 2);
    const bytes = this.#bytes;
    let at = this.#at;
    let all = 0;
    bytes[at++] = 0x22;
    for (let from = start; from < end; from++) {
      const byte = source[from] ?? 0;
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return false;
      all |= byte;
      bytes[at++] = byte;
    }
    bytes[at++] = 0x22;
    if (all > 0x7f) this.isAscii = false;
    this.#at = at;
    return true;
  }

  #need(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
