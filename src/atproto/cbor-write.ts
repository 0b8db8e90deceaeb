import {Fault} from '../core/failure.ts';
import {compareKeys} from '../core/keys.ts';
import {invalid, major} from './cbor-reader.ts';
import {linkBytes} from './cid.ts';
import {isMap, type JsonMap} from './exact-json.ts';
import {isFraction, isReserved, mostLevels, mostRecordBytes, tooDeep, tooLarge} from './record-limits.ts';

/**
 * DAG-CBOR of a record that was parsed from JSON in the data model's form, for the sake of its CID. All records are
 * written into the same bytes, of the length that a record may have: larger ones are found out before they take memory.
 */

/** The next call overwrites what it gave. */
export function cborOfJson(record: unknown): Buffer {
  const [only = '', other] = isMap(record) ? Object.keys(record) : [];
  if (!isMap(record) || (other === undefined && isReserved(only)))
    throw new Fault('invalid', 'it is no record: its content is no map');
  writer.at = 0;
  writer.map(record, 1);
  return writer.written();
}

class CborWriter {
  at = 0;
  readonly #bytes = Buffer.allocUnsafeSlow(mostRecordBytes);

  written(): Buffer {
    return this.#bytes.subarray(0, this.at);
  }

  map(map: JsonMap, level: number): void {
    const keys = Object.keys(map);
    const [only = ''] = keys;
    // {"$link": …} and {"$bytes": …} stand for what is no map.
    if (keys.length === 1 && isReserved(only)) {
      this.#special(only, map[only]);
      return;
    }
    if (level > mostLevels) throw tooDeep();
    putInOrder(keys);
    this.#head(major.map, keys.length);
    for (const key of keys) {
      this.#text(key);
      this.#value(map[key], level);
    }
  }

  #value(value: unknown, level: number): void {
    switch (typeof value) {
      case 'string':
        this.#text(value);
        return;
      case 'number':
        this.#number(value);
        return;
      case 'bigint':
        this.#bigint(value);
        return;
      case 'boolean':
        this.#byte(value ? 0xf5 : 0xf4);
        return;
    }
    if (value === null) this.#byte(0xf6);
    else if (Array.isArray(value)) this.#list(value, level + 1);
    else if (isMap(value)) this.map(value, level + 1);
    else throw invalid(`a value of type ${typeof value}`);
  }

  #list(list: readonly unknown[], level: number): void {
    if (level > mostLevels) throw tooDeep();
    this.#head(major.array, list.length);
    for (const item of list) this.#value(item, level);
  }

  #special(key: string, value: unknown): void {
    const text = typeof value === 'string' ? value : '';
    if (key === '$bytes') {
      const bytes = Buffer.from(text, 'base64');
      // Node reads past what is no base64: the text would then say something else than its CID.
      if (typeof value !== 'string' || unpadded(bytes.toString('base64')) !== unpadded(text))
        throw invalid('a $bytes that is no base64');
      this.#head(major.bytes, bytes.length);
      this.#copy(bytes);
      return;
    }
    const link = linkBytes(text);
    if (link === null) throw invalid('a $link that is no CIDv1');
    this.#byte(0xd8);
    this.#byte(42);
    this.#head(major.bytes, link.length + 1);
    this.#byte(0);
    this.#copy(link);
  }

  #number(number: number): void {
    if (Number.isSafeInteger(number)) {
      if (number < 0) this.#head(major.negative, -1 - number);
      else this.#head(major.unsigned, number);
      return;
    }
    if (!isFraction(number)) throw invalid('a number too large to be whole');
    this.#byte(0xfb);
    this.#need(8);
    this.at = this.#bytes.writeDoubleBE(number, this.at);
  }

  #bigint(number: bigint): void {
    const argument = number < 0n ? -1n - number : number;
    if (argument > 0xffff_ffff_ffff_ffffn) throw invalid('a whole number of more than 64 bits');
    if (argument <= Number.MAX_SAFE_INTEGER) {
      this.#head(number < 0n ? major.negative : major.unsigned, Number(argument));
      return;
    }
    this.#byte(((number < 0n ? major.negative : major.unsigned) << 5) | 27);
    this.#need(8);
    this.at = this.#bytes.writeBigUInt64BE(argument, this.at);
  }

  #text(text: string): void {
    const {length} = text;
    if (length < asciiLength && this.#ascii(text)) return;
    const bytes = Buffer.byteLength(text);
    this.#head(major.text, bytes);
    this.#need(bytes);
    this.at += this.#bytes.write(text, this.at);
  }

  /** Short ones are most: for those a call into Node takes longer than they do. False leaves nothing behind. */
  #ascii(text: string): boolean {
    const {length} = text;
    const start = this.at;
    this.#head(major.text, length);
    this.#need(length);
    const bytes = this.#bytes;
    let {at} = this;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        this.at = start;
        return false;
      }
      bytes[at++] = code;
    }
    this.at = at;
    return true;
  }

  #head(type: number, argument: number): void {
    const first = type << 5;
    if (argument < 24) {
      this.#byte(first | argument);
      return;
    }
    this.#need(9);
    const bytes = this.#bytes;
    if (argument < 0x100) {
      bytes[this.at++] = first | 24;
      bytes[this.at++] = argument;
    } else if (argument < 0x1_0000) {
      bytes[this.at++] = first | 25;
      this.at = bytes.writeUInt16BE(argument, this.at);
    } else if (argument < 0x1_0000_0000) {
      bytes[this.at++] = first | 26;
      this.at = bytes.writeUInt32BE(argument, this.at);
    } else {
      bytes[this.at++] = first | 27;
      this.at = bytes.writeUInt32BE(Math.floor(argument / 2 ** 32), this.at);
      this.at = bytes.writeUInt32BE(argument % 2 ** 32, this.at);
    }
  }

  #byte(byte: number): void {
    this.#need(1);
    this.#bytes[this.at++] = byte;
  }

  #copy(bytes: Buffer): void {
    this.#need(bytes.length);
    this.at += bytes.copy(this.#bytes, this.at);
  }

  #need(bytes: number): void {
    if (bytes > mostRecordBytes - this.at) throw tooLarge(null);
  }
}

const asciiLength = 32;
const writer = new CborWriter();

/** DAG-CBOR orders keys by their length, then by their bytes. Those that came from DAG-CBOR are so already. */
function putInOrder(keys: string[]): void {
  const compare = keys.some(key => beyondAscii.test(key)) ? byUtf8 : byAscii;
  for (let index = 1; index < keys.length; index++)
    if (compare(keys[index - 1] ?? '', keys[index] ?? '') > 0) {
      keys.sort(compare);
      return;
    }
}

const beyondAscii = /[^\0-\x7f]/;

function byAscii(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

function byUtf8(a: string, b: string): number {
  return Buffer.byteLength(a) - Buffer.byteLength(b) || compareKeys(a, b);
}

function unpadded(base64: string): string {
  return base64.replace(/={1,2}$/, '');
}
