import {isUtf8} from 'node:buffer';
import {InventoryFault} from './inventory-fault.ts';

/**
 * One value of an inventory, by JSON.parse. Where that refuses, the fault names the line within the value: it may be an
 * object of many lines, or one whose end is missing and that has swallowed those behind it. The line is taken from V8's
 * message; should its wording change, only the line suffers.
 */

const mostShown = 40;
const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** Throws `InventoryFault`. `line` is where the bytes begin. */
export function parseValue(bytes: Buffer, line: number): unknown {
  const text = decoded(() => decoder.decode(bytes), bytes, line);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(error, text, line);
  }
}

/** What is wrong in a value that has not ended; null where nothing is as far as it goes. */
export function faultBeforeEnd(bytes: Buffer, line: number): InventoryFault | null {
  // A character that is cut off is no fault yet.
  const begun = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
  const text = decoded(() => begun.decode(bytes, {stream: true}), bytes, line);
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const isCutOff = /^(Unexpected end|Unterminated)/.test(said(error));
    return isCutOff || positionOf(error, text) >= text.length ? null : notJson(error, text, line);
  }
}

function decoded(decode: () => string, bytes: Buffer, line: number): string {
  try {
    return decode();
  } catch {
    throw new InventoryFault(line + linesBeforeFault(bytes), 'expected UTF-8, found bytes that are not');
  }
}

function linesBeforeFault(bytes: Buffer): number {
  let from = 0;
  for (let lines = 0; ; lines++) {
    const end = bytes.indexOf('\n', from);
    if (end === -1 || !isUtf8(bytes.subarray(from, end))) return lines;
    from = end + 1;
  }
}

function notJson(error: unknown, text: string, line: number): InventoryFault {
  const before = text.slice(0, positionOf(error, text));
  // A word of its own ends too early for V8; and where V8 tells a place, it counts from the beginning of the value.
  const isWord = said(error).startsWith('Unexpected end');
  const what = isWord ? text.slice(0, mostShown) : said(error).replace(/ in JSON at position.*/, '');
  return new InventoryFault(line + before.split('\n').length - 1, `this is not JSON: ${what}`);
}

/** V8 tells most positions. That of an unexpected token it keeps: it is where the shortest text ends that has it. */
function positionOf(error: unknown, text: string): number {
  const told = /at position (\d+)/.exec(said(error))?.[1];
  if (told !== undefined) return Number(told);
  let without = 0;
  let having = text.length;
  while (having - without > 1) {
    const middle = Math.floor((without + having) / 2);
    if (hasUnexpectedToken(text.slice(0, middle))) having = middle;
    else without = middle;
  }
  return without;
}

function hasUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return said(error).startsWith('Unexpected token');
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
}
