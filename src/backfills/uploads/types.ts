import type {Dialect} from '../../databases/database.ts';
import type {AssetColumn, AssetFacts, DateForm} from './facts.ts';
import type {FoundColumn} from './found-table.ts';

/** What a column may be, by its type as the database calls it, in lower case. */

/** Null where no user can be bound to such a column. */
export function usersOf(dialect: Dialect, type: string): AssetFacts['users'] | null {
  if (isInteger(dialect, type)) return 'integer';
  if (type === 'uuid' && dialect === 'postgres') return 'uuid';
  return isText(dialect, type) || type === 'uuid' ? 'text' : null;
}

const texts: Readonly<Record<Dialect, RegExp>> = {
  sqlite: /char|clob|text|^$/,
  postgres: /^(?:text|character(?: varying)?(?:\(\d+\))?)$/,
};

export function isText(dialect: Dialect, type: string): boolean {
  return texts[dialect].test(type);
}

export function isInteger(dialect: Dialect, type: string): boolean {
  return dialect === 'postgres' ? /^(?:smallint|integer|bigint)$/.test(type) : /int/.test(type);
}

/** What each column has to be; null is whatever it likes. */
export function takes(dialect: Dialect, column: AssetColumn, type: string): boolean {
  switch (column) {
    case 'id':
    case 'user_id':
      return usersOf(dialect, type) !== null;
    case 'phash64':
      return isText(dialect, type) || type === 'bigint' || (dialect === 'sqlite' && isInteger(dialect, type));
    case 'provider_uploads':
      return dialect === 'postgres' ? /^jsonb?$/.test(type) : isText(dialect, type) || /json/.test(type);
    case 'sha256':
    case 'provider_id':
    case 'provider_asset_id':
    case 'mime':
      return isText(dialect, type);
    case 'size':
      return /int|numeric|real|double/.test(type);
    case 'kind':
      // A type of its own, such as an ENUM, takes texts too.
      return !isInteger(dialect, type);
    case 'created_at':
    case 'last_accessed_at':
      return true;
    default:
      return column satisfies never;
  }
}

/** Where no row says how times are written, the type and the default do. */
export function formOf(dialect: Dialect, column: FoundColumn | undefined): DateForm {
  if (column === undefined) return 'iso';
  const {type, defaultSql} = column;
  if (dialect === 'postgres' && /^(?:timestamp|date)/.test(type)) return 'time';
  if (/int|real|double|numeric/.test(type)) return isSeconds(defaultSql) ? 'seconds' : 'milliseconds';
  return /current_timestamp|datetime\(/i.test(defaultSql ?? '') ? 'sql' : 'iso';
}

function isSeconds(defaultSql: string | null): boolean {
  return (
    /unixepoch\(\)|unixepoch\('now'\)|strftime\('%s'|epoch/i.test(defaultSql ?? '') &&
    !/1000/.test(defaultSql ?? '')
  );
}
