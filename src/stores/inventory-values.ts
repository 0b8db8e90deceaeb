import {InventoryFault} from './inventory-fault.ts';
import {parseValue} from './inventory-json.ts';
import {ValueBytes} from './inventory-value-bytes.ts';

/** One element of `objects`. */
export interface InventoryValue {
  readonly value: unknown;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** What may come next, as a message says it. */
const expectations = {
  start: '{"objects":[…]}',
  'first name': 'a field in quotes, or }',
  name: 'a field in quotes',
  colon: 'a colon',
  value: 'a value',
  'after value': 'a comma or }',
  'first element': 'an object, or ]',
  element: 'an object',
  'after element': 'a comma or ]',
  end: 'the end of the file',
} as const;
type Place = keyof typeof expectations;

const byteOrderMark = [0xef, 0xbb, 0xbf];
const lineFeed = 0x0a;
const space = new Set(Buffer.from(' \t\r\n'));
const beginsValue = new Set(Buffer.from('{["-0123456789tfn'));

/**
 * Parts a file `{"objects":[…]}` into the elements of that array while its bytes come: at most one value is held, of
 * at most 64 KiB. Only what is around values is read here; what a value is, JSON.parse decides. Fields beside `objects`
 * are read and forgotten. Everything throws `InventoryFault`.
 *
 * Why no library: of those that stream, stream-json 3.8 does not say where in the file it is, and @streamparser/json
 * 0.0.26 loses U+FEFF out of keys. Both took 11 s for a million objects (240 MB), of which this makes StoredObjects in 6 s.
 */
export class InventoryValues {
  #place: Place = 'start';
  #line = 1;
  /** Bytes before this chunk. */
  #passed = 0;
  /** Whose value comes next. */
  #name = '';
  #hasObjects = false;
  #begun: ValueBytes | null = null;

  /** The elements that end in this chunk. When all are taken, its memory may be used again. */
  *push(chunk: Buffer): Generator<InventoryValue> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#begun === null) at = this.#step(chunk, at);
      if (this.#begun === null) continue;
      const end = this.#begun.take(chunk, at);
      at = end ?? chunk.length;
      const element = end === null ? null : this.#ended(this.#begun);
      if (element !== null) yield element;
    }
    this.#passed += chunk.length;
  }

  /** There are no more bytes. */
  end(): void {
    if (this.#begun !== null) throw this.#begun.fault('the file ends within what begins here: it is cut off');
    if (this.#passed === 0)
      throw new InventoryFault(1, `expected ${expectations.start}, found an empty file`);
    if (this.#place !== 'end')
      throw new InventoryFault(
        this.#line,
        `expected ${expectations[this.#place]}, found the end of the file: it is cut off`,
      );
    if (!this.#hasObjects) throw new InventoryFault(this.#line, 'expected a field "objects", found none');
  }

  /** Passes one byte that belongs to no value; where a value begins with it, it is left to that. */
  #step(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte === lineFeed) this.#line++;
    if (space.has(byte)) return at + 1;
    if (this.#place === 'start' && byte === byteOrderMark[this.#passed + at]) return at + 1;
    const next = this.#after(byte);
    if (next === 'a value') {
      this.#begun = new ValueBytes(this.#line, byte);
      return at;
    }
    if (next === null) throw this.#unexpected(byte, expectations[this.#place]);
    this.#place = next;
    return at + 1;
  }

  /** Where a byte leads; null where it can't stand. */
  #after(byte: number): Place | 'a value' | null {
    const char = String.fromCharCode(byte);
    switch (this.#place) {
      case 'start':
        return char === '{' ? 'first name' : null;
      case 'first name':
        return char === '"' ? 'a value' : char === '}' ? 'end' : null;
      case 'name':
        return char === '"' ? 'a value' : null;
      case 'colon':
        return char === ':' ? 'value' : null;
      case 'value':
        return this.#name === 'objects' ? this.#objects(byte) : valueWith(byte);
      case 'after value':
        return char === ',' ? 'name' : char === '}' ? 'end' : null;
      case 'first element':
        return char === ']' ? 'after value' : valueWith(byte);
      case 'element':
        return valueWith(byte);
      case 'after element':
        return char === ',' ? 'element' : char === ']' ? 'after value' : null;
      case 'end':
        return null;
      default:
        return this.#place satisfies never;
    }
  }

  #objects(byte: number): Place {
    if (byte !== 0x5b) throw this.#unexpected(byte, 'an array of objects as "objects"');
    if (this.#hasObjects)
      throw new InventoryFault(this.#line, 'expected "objects" once, found it a second time');
    this.#hasObjects = true;
    return 'first element';
  }

  /** What has ended, where it is an element. */
  #ended(begun: ValueBytes): InventoryValue | null {
    const {line, bytes} = begun;
    const value = parseValue(bytes, line);
    this.#begun = null;
    this.#line += lineEndsIn(bytes);
    switch (this.#place) {
      case 'first name':
      case 'name':
        this.#name = String(value);
        this.#place = 'colon';
        return null;
      case 'value':
        this.#place = 'after value';
        return null;
      default:
        this.#place = 'after element';
        return {value, line};
    }
  }

  #unexpected(byte: number, expected: string): InventoryFault {
    const isPrintable = byte > 0x20 && byte < 0x7f;
    const found = isPrintable
      ? String.fromCharCode(byte)
      : `the byte 0x${byte.toString(16).padStart(2, '0')}`;
    return new InventoryFault(this.#line, `expected ${expected}, found ${found}`);
  }
}

function lineEndsIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) count++;
  return count;
}

function valueWith(byte: number): 'a value' | null {
  return beginsValue.has(byte) ? 'a value' : null;
}
