import {CborReader, invalid, major, simple} from './cbor-reader.ts';
import {linkText} from './cid.ts';
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

class Transcoder {
  hasNul = false;
  readonly #reader: CborReader;
  /** Of a byte each. To cut text out of it is several times as fast as to have Node decode every piece. */
  readonly #characters: string;

  constructor(bytes: Buffer) {
    this.#reader = new CborReader(bytes);
    this.#characters = bytes.toString('latin1');
  }

  record(): string {
    const entries = this.#reader.expect(major.map);
    const json = this.#map(entries, 1);
    if (!this.#reader.isAtEnd) throw invalid('something behind its end');
    return json;
  }

  #value(level: number): string {
    const reader = this.#reader;
    reader.head();
    const {argument} = reader;
    switch (reader.major) {
      case major.unsigned:
        return argument < 0 ? reader.bigArgument().toString() : String(argument);
      case major.negative:
        return argument < 0 ? (-1n - reader.bigArgument()).toString() : String(-1 - argument);
      case major.bytes:
        return `{"$bytes":"${reader.take(argument).toString('base64').replace(/=+$/, '')}"}`;
      case major.text:
        return this.#text(argument);
      case major.array:
        return this.#array(argument, level + 1);
      case major.map:
        return this.#map(argument, level + 1);
      case major.tag:
        return this.#link();
      default:
        return this.#simple();
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

  #link(): string {
    const text = linkText(this.#reader.link());
    if (text === null) throw invalid('a link that is no CIDv1');
    return `{"$link":"${text}"}`;
  }

  #array(length: number, level: number): string {
    if (level > mostLevels) throw tooDeep();
    // One that says too much ends with the bytes; a length beyond 2^53 is negative here, and would not even begin.
    if (length < 0) throw invalid('a list longer than it can be');
    let json = '[';
    for (let index = 0; index < length; index++) json += (index === 0 ? '' : ',') + this.#value(level);
    return `${json}]`;
  }

  #map(entries: number, level: number): string {
    if (level > mostLevels) throw tooDeep();
    if (entries < 0) throw invalid('a map larger than it can be');
    const {bytes} = this.#reader;
    let json = '{';
    let lastStart = 0;
    let lastEnd = 0;
    for (let index = 0; index < entries; index++) {
      const length = this.#reader.expect(major.text);
      const start = this.#reader.at;
      const key = this.#text(length);
      const end = this.#reader.at;
      if (index > 0 && !isBehind(bytes, start, end, lastStart, lastEnd))
        throw invalid('keys that are out of order, or twice');
      lastStart = start;
      lastEnd = end;
      if (entries === 1 && (key === '"$link"' || key === '"$bytes"'))
        throw invalid(`a map of nothing but ${key}, which stands for something else`);
      json += `${index === 0 ? '' : ','}${key}:${this.#value(level)}`;
    }
    return `${json}}`;
  }

  /** In quotes, as JSON has it. */
  #text(length: number): string {
    const {bytes, at} = this.#reader;
    const end = at + length;
    if (length >= 0 && end <= bytes.length && isPlain(bytes, at, end)) {
      this.#reader.at = end;
      return `"${this.#characters.slice(at, end)}"`;
    }
    const text = this.#reader.text(length);
    if (text.includes('\0')) this.hasNul = true;
    return JSON.stringify(text);
  }
}

/** ASCII, with nothing that JSON escapes. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return false;
  }
  return true;
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
