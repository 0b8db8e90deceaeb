import type {Dialect} from '../../databases/database.ts';

/** Columns of assets that headgate reads or writes; a table as found need not have all of them. */
export const assetColumns = [
  'id',
  'user_id',
  'sha256',
  'phash64',
  'provider_id',
  'provider_asset_id',
  'provider_uploads',
  'kind',
  'mime',
  'size',
  'created_at',
  'last_accessed_at',
] as const;
export type AssetColumn = (typeof assetColumns)[number];

/** What the probe found of the table assets and of what refers to it: statements are generated from it. */
export interface AssetFacts {
  readonly dialect: Dialect;
  /** Of those columns that the table has: their types, as the database calls them. */
  readonly types: Readonly<Partial<Record<AssetColumn, string>>>;
  /** What a user can be. */
  readonly users: 'integer' | 'uuid' | 'text';
  /** Who gives a new row its id: the database, or whoever inserts it, as a UUID. */
  readonly newId: 'database' | 'uuid';
  /** There is a phash64, as hex or as a number. */
  readonly hasLooks: boolean;
  /** How times are written, by the rows that are there. */
  readonly dates: DateForm;
  /** Times that an insert has to give. */
  readonly fills: readonly ('created_at' | 'last_accessed_at')[];
  readonly unique: Uniqueness;
  /** By what an index leads to a user's row. */
  readonly lookups: readonly RowIdentity[];
  readonly duplicatesAreLegal: boolean;
  /** Columns that an insert leaves to their default, and the default as SQL; those that compute theirs are not listed. */
  readonly leftAlone: readonly {readonly column: string; readonly is: string}[];
  /** Foreign keys that refer to a row of assets. */
  readonly references: readonly AssetReference[];
  /** At least so many where the probe stopped counting. */
  readonly rows: number;
  /** How many indexes a new row is entered into. */
  readonly indexes: number;
}

/** By what a user's row is found: a row without a hash is known by its object. */
export type RowIdentity = 'sha256' | 'provider_asset_id';

/** What keeps rows from having one hash: of one user's, of anybody's, or nothing. */
export type Uniqueness = 'user' | 'anybody' | 'nothing';

/** `time` is a type of the database's own. */
export type DateForm = 'time' | 'iso' | 'sql' | 'milliseconds' | 'seconds';

export interface AssetReference {
  readonly table: string;
  readonly columns: readonly {readonly from: string; readonly to: string}[];
}

export function hasColumn({types}: AssetFacts, column: AssetColumn): boolean {
  return types[column] !== undefined;
}

/** A time in the table's own form, as JSON carries it. */
export function dateAs(form: DateForm, iso: string): string | number {
  switch (form) {
    case 'time':
    case 'iso':
      return iso;
    case 'sql':
      return iso.slice(0, 19).replace('T', ' ');
    case 'milliseconds':
      return Date.parse(iso);
    case 'seconds':
      return Math.floor(Date.parse(iso) / 1_000);
    default:
      return form satisfies never;
  }
}
