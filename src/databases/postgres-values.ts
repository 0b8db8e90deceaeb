import {Fault} from '../core/failure.ts';
import type {SqlValue} from '../core/sql.ts';

/**
 * Values of Postgres and PGlite, which send every value as text. Numbers are never rounded, and JSON is never parsed,
 * or its numbers would be:
 *
 *   int2, int4, int8, oid, numeric   a number; beyond 2^53 a bigint; a numeric with a decimal point is text as written
 *   float4, float8                   a number
 *   boolean                          1 or 0
 *   bytea                            Uint8Array
 *   timestamptz                      text in UTC: 2026-11-29T09:43:11.123456Z
 *   all else                         text as Postgres writes it: json, jsonb, uuid, date, arrays, …
 */
export function decoderOf(type: number): (text: string) => SqlValue {
  return decoders.get(type) ?? asIs;
}

/** By the ids of types in pg_type.dat of Postgres, which never change. */
const decoders: ReadonlyMap<number, (text: string) => SqlValue> = new Map([
  [16, (text: string) => (text === 't' ? 1 : 0)],
  [17, bytes],
  [20, whole],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, Number],
  [701, Number],
  [1_184, instant],
  [1_700, numeric],
]);

function asIs(text: string): string {
  return text;
}

function whole(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function numeric(text: string): SqlValue {
  return /^-?\d+$/.test(text) ? whole(text) : text;
}

/** `\x00ff41`, which is how every session is told to write it. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
}

/** Of sessions whose time zone is UTC; what is no plain date (infinity, BC) stays as it is. */
function instant(text: string): string {
  return text.replace(/^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00$/, '$1T$2Z');
}

/** The protocol counts them in 16 bits. */
const mostParams = 65_535;

/** Refuses what Postgres has no value for, before anything is sent: it would fail the whole statement, or be changed on the way. */
export function requireBindable(params: readonly SqlValue[]): void {
  if (params.length > mostParams)
    throw new Fault(
      'invalid',
      `Postgres binds ${mostParams} parameters a statement, and there are ${params.length}`,
    );
  for (const [index, value] of params.entries()) {
    if (typeof value !== 'string') continue;
    if (value.includes('\0'))
      throw new Fault(
        'invalid',
        `$${index + 1} can't be bound: a text of Postgres has no NUL (U+0000), and it has one at ${value.indexOf('\0')}`,
      );
    if (!value.isWellFormed())
      throw new Fault(
        'invalid',
        `$${index + 1} can't be bound: it has half of a surrogate pair, which is no text`,
      );
  }
}
