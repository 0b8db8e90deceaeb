import type {SqlValue} from '../../src/core/sql.ts';

/** What differs by dialect in the statements of a conformance suite, which are written with `?` for a parameter. */
export interface SqlForms {
  /** items: `id` counts from 1; `name` is unique, not null and ordered by its bytes; `amount` has 64 bits and is never negative. */
  readonly makeItems: string;
  /** The statement with parameters as the dialect has them. */
  placed(sql: string): string;
  /** A parameter whose type is that of the value. */
  typed(value: SqlValue): string;
  /** A literal of bytes. */
  bytes(hex: string): string;
}

export const sqliteForms: SqlForms = {
  makeItems: `CREATE TABLE items (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      amount INTEGER CHECK (amount >= 0)
    )`,
  placed: sql => sql,
  typed: () => '?',
  bytes: hex => `x'${hex}'`,
};

export const postgresForms: SqlForms = {
  makeItems: `CREATE TABLE items (
      id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name TEXT COLLATE "C" NOT NULL UNIQUE,
      amount BIGINT CHECK (amount >= 0)
    )`,
  placed: sql => {
    let count = 0;
    return sql.replaceAll('?', () => `$${++count}`);
  },
  typed: value => `?::${typeOf(value)}`,
  bytes: hex => `'\\x${hex}'::bytea`,
};

function typeOf(value: SqlValue): string {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int8' : 'float8';
  if (typeof value === 'bigint') return 'int8';
  return value instanceof Uint8Array ? 'bytea' : 'text';
}
