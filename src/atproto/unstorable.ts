import {isMap} from './exact-json.ts';

/** U+0000 and halves of surrogate pairs, which Postgres takes neither in text nor in jsonb. */

/** In JSON they can only be written as escapes. True also where what looks like one is none. */
export function mayBeUnstorable(json: string): boolean {
  return escaped.test(json);
}

const escaped = /\\u(?:0000|[dD][89a-fA-F])/;

/** Anywhere in a value that was parsed, in keys too. No deeper than a record may be. */
export function isUnstorable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed();
  if (Array.isArray(value)) return value.some(isUnstorable);
  if (!isMap(value)) return false;
  return Object.entries(value).some(([key, item]) => isUnstorable(key) || isUnstorable(item));
}
