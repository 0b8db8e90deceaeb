import {isUtf8} from 'node:buffer';
import {CborReader, invalid, major, notUtf8, simple} from './cbor-reader.ts';
import {linkText} from './cid.ts';
import {JsonBytes} from './json-bytes.ts';
import {isFraction, mostLevels, mostRecordBytes, tooDeep, tooLarge} from './record-limits.ts';

/**
 * A record's DAG-CBOR as JSON text in the data model's form, without objects in between. From the text the same bytes can
 * be made again (cbor-write.ts): what would not lead back, such as a fraction that is whole, is a Fault.
 */
export interface CborJson {
  readonly json: string;
  /** It holds U+0000. Half surrogate pairs are no UTF-8, so there are none. */
  readonly hasNul: boolean;
}

export function jsonOfCbor(bytes: Buffer): CborJson {
  if (bytes.length > mostRecordBytes) throw tooLarge(bytes.length);
  const transcoder = new Transcoder(bytes);
  const json = transcoder.record();
  return {json, hasNul: transcoder.hasNul};
}

/** Each record is written where the one before it was. */
const out = new JsonBytes();

class Transcoder {
  hasNul = false;
  readonly #reader: CborReader;

  constructor(bytes: Buffer) {
    this.#reader = new CborReader(bytes);
  }

  record(): string {
    out.begin();
    this.#map(this.#reader.expect(major.map), 1);
    if (!this.#reader.isAtEnd) throw invalid('something behind its end');
    if (out.isAscii) return out.written().toString('latin1');
    // All at once: of the bytes that JSON adds, none can make the others right.
    if (!isUtf8(out.written())) throw notUtf8();
    return out.written().toString('utf8');
  }

  #value(level: number): void {
    const reader = this.#reader;
    reader.head();
    const {argument} = reader;
    switch (reader.major) {
      case major.unsigned:
        out.ascii(argument < 0 ? reader.bigArgument().toString() : String(argument));
        return;
      case major.negative:
        out.ascii(argument < 0 ? (-1n - reader.bigArgument()).toString() : String(-1 - argument));
        return;
      case major.bytes:
        out.ascii(`{"$bytes":"${reader.take(argument).toString('base64').replace(/=+$/, '')}"}`);
        return;
      case major.text:
        this.#text(argument);
        return;
      case major.array:
        this.#array(argument, level + 1);
        return;
      case major.map:
        this.#map(argument, level + 1);
        return;
      case major.tag:
        this.#link();
        return;
      default:
        out.ascii(this.#simple());
    }
  }

  #simple(): string {
    const {info} = this.#reader;
    if (info === simple.true) return 'true';
    if (info === simple.false) return 'false';
    if (info === simple.null) return 'null';
    if (info !== simple.float64) throw invalid('a simple value that the data model does not have');
    const number = this.#reader.float();
    if (!isFraction(number)) throw invalid('a whole number, or none, as a fraction');
    return String(number);
  }

  #link(): void {
    const text = linkText(this.#reader.link());
    if (text === null) throw invalid('a link that is no CIDv1');
    out.ascii(`{"$link":"${text}"}`);
  }

  #array(length: number, level: number): void {
    if (level > mostLevels) throw tooDeep();
    // One that says too much ends with the bytes; a length beyond 2^53 is negative here, and would not even begin.
    if (length < 0) throw invalid('a list longer than it can be');
    out.ascii('[');
    for (let index = 0; index < length; index++) {
      if (index > 0) out.ascii(',');
      this.#value(level);
    }
    out.ascii(']');
  }

  #map(entries: number, level: number): void {
    if (level > mostLevels) throw tooDeep();
    if (entries < 0) throw invalid('a map larger than it can be');
    const {bytes} = this.#reader;
    let lastStart = 0;
    let lastEnd = 0;
    out.ascii('{');
    for (let index = 0; index < entries; index++) {
      if (index > 0) out.ascii(',');
      const length = this.#reader.expect(major.text);
      const start = this.#reader.at;
      this.#text(length);
      const end = this.#reader.at;
      if (index > 0 && !isBehind(bytes, start, end, lastStart, lastEnd))
        throw invalid('keys that are out of order, or twice');
      lastStart = start;
      lastEnd = end;
      if (entries === 1) this.#requireUnreserved(start, end);
      out.ascii(':');
      this.#value(level);
    }
    out.ascii('}');
  }

  #requireUnreserved(start: number, end: number): void {
    const key = this.#reader.bytes.toString('latin1', start, end);
    if (key === '$link' || key === '$bytes')
      throw invalid(`a map of nothing but ${key}, which stands for something else`);
  }

  /** In quotes, as JSON has it. */
  #text(length: number): void {
    const {bytes, at} = this.#reader;
    this.#reader.skip(length);
    if (out.quotedPlain(bytes, at, this.#reader.at)) return;
    const raw = bytes.subarray(at, this.#reader.at);
    if (!isUtf8(raw)) throw notUtf8();
    const text = raw.toString('utf8');
    if (text.includes('\0')) this.hasNul = true;
    out.utf8(JSON.stringify(text));
  }
}

/** DAG-CBOR orders keys by their length, then by their bytes. */
function isBehind(bytes: Buffer, start: number, end: number, lastStart: number, lastEnd: number): boolean {
  const longer = end - start - (lastEnd - lastStart);
  if (longer !== 0) return longer > 0;
  for (let at = start, last = lastStart; at < end; at++, last++) {
    const more = (bytes[at] ?? 0) - (bytes[last] ?? 0);
    if (more !== 0) return more > 0;
  }
  return false;
}
