import {InventoryFault} from './inventory-fault.ts';
import {faultBeforeEnd} from './inventory-json.ts';

/** 64 KiB: all that is known of an object, its key of 1,024 bytes escaped throughout, takes less than a tenth. */
const most = 64 * 1024;

const [quote, backslash] = [0x22, 0x5c];
const [bracket, bracketEnd, brace, braceEnd] = [0x5b, 0x5d, 0x7b, 0x7d];
/** What ends a number or a word. */
const delimiters = new Set(Buffer.from(' \t\r\n,:[]{}"'));

/** The bytes of one JSON value, which may come in many chunks: where it ends is told by quotes and brackets alone. */
export class ValueBytes {
  /** Where it begins. */
  readonly line: number;
  readonly #isBare: boolean;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  readonly #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(line: number, first: number) {
    this.line = line;
    this.#isBare = first !== quote && first !== brace && first !== bracket;
  }

  /** Takes what is the value's from `from` on, and answers where it ends; null where it goes on in the next chunk. */
  take(chunk: Buffer, from: number): number | null {
    const end = this.#isBare ? bareEnd(chunk, from) : this.#end(chunk, from);
    const bytes = chunk.subarray(from, end ?? chunk.length);
    // The chunk's memory is used again; what ends in it is read before.
    this.#held.push(end === null ? Buffer.from(bytes) : bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > most) throw this.fault('what begins here is longer than 64 KiB');
    return end;
  }

  get bytes(): Buffer {
    const [only, ...more] = this.#held;
    return only !== undefined && more.length === 0 ? only : Buffer.concat(this.#held);
  }

  /** Why it does not end as it should: what is wrong inside of it, if anything is, is nearer to the cause. */
  fault(message: string): InventoryFault {
    return faultBeforeEnd(this.bytes, this.line) ?? new InventoryFault(this.line, message);
  }

  #end(chunk: Buffer, from: number): number | null {
    let [depth, isInText] = [this.#depth, this.#isInText];
    let at = from;
    if (this.#isEscaped) at++;
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (isInText) {
        if (byte === backslash) at++;
        else if (byte === quote) isInText = false;
        else continue;
      } else if (byte === quote) isInText = true;
      else if (byte === brace || byte === bracket) depth++;
      else if (byte === braceEnd || byte === bracketEnd) depth--;
      if (depth === 0 && !isInText) return at + 1;
    }
    // A backslash at the very end escapes the first byte of the next chunk.
    this.#isEscaped = at > chunk.length;
    [this.#depth, this.#isInText] = [depth, isInText];
    return null;
  }
}

function bareEnd(chunk: Buffer, from: number): number | null {
  for (let at = from; at < chunk.length; at++) if (delimiters.has(chunk[at] ?? 0)) return at;
  return null;
}
