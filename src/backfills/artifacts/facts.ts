/** What the probe found of the artifacts table and of everything that names its rows: statements are generated from it. */
export interface ArtifactsFacts {
  /** The column that identifies a row: artifact_id in production, id in the document. */
  readonly id: string;
  /** Who gives a new row its id: the database (an INTEGER PRIMARY KEY), or whoever inserts it, as text; null is neither. */
  readonly newId: 'database' | 'text' | null;
  /** All that are stored, in order; generated ones are left out. */
  readonly columns: readonly string[];
  readonly sourceType: string;
  readonly fetchedAt: string;
  readonly bucket: string;
  readonly key: string;
  /** Missing in some tables. */
  readonly sourceUrl: string | null;
  /** An inserted row has to have one. */
  readonly needsUrl: boolean;
  /** Columns that an insert leaves to their default, and the default as SQL; those that compute theirs are not listed. */
  readonly leftAlone: readonly {readonly column: string; readonly is: string}[];
  readonly references: readonly Reference[];
  /** All that names a row or may: the references, and what a clean-up would refuse to work with. */
  readonly namedBy: readonly NamedBy[];
  /** Tables that refer to artifacts have triggers: re-pointing may write to artifacts. */
  readonly isTriggered: boolean;
  /** An index leads to the rows of a key. */
  readonly hasKeyIndex: boolean;
  /** The index or constraint that keeps rows of one object from being several; null where there is none. */
  readonly uniqueIndex: UniqueOnKeys | null;
  /** Names that an index of ours can't have. */
  readonly taken: readonly string[];
  readonly dates: DateForm;
  /** Columns of every index of artifacts; null is an expression. */
  readonly indexes: readonly (readonly (string | null)[])[];
  /** At least so many where the probe stopped counting. */
  readonly rows: number;
  /** Rows that name an artifact, counted likewise, table by table. */
  readonly namingRows: number;
}

export interface UniqueOnKeys {
  readonly name: string;
  /** As in CREATE INDEX; null where a constraint of the table made it. */
  readonly sql: string | null;
}

/** A column of some table whose values are ids of artifacts. */
export interface Reference {
  readonly table: string;
  readonly column: string;
  /** By a foreign key; otherwise by its name alone. */
  readonly isDeclared: boolean;
  readonly onDelete: string;
  /** Columns that tell its rows apart, without the reference itself; with the rowid where its key alone does not. */
  readonly identity: readonly string[];
  /** The reference is part of the primary key: the identity tells a row apart only together with the artifact. */
  readonly isInKey: boolean;
  /** By which its rows are gone through in parts; null where they can't be. */
  readonly order: string | null;
  /** An index leads from an id to its rows. */
  readonly isIndexed: boolean;
  /** What is unique together with the reference: two rows that agree in these collide under one artifact. */
  readonly uniques: readonly UniqueWith[];
  readonly columns: readonly string[];
  /** The name of its rowid; null where it has none. */
  readonly rowid: string | null;
  /** Other tables refer to it: its rows are never deleted. */
  readonly isNamed: boolean;
}

/** Columns of a table whose values are, together, those of a row of artifacts. */
export interface NamedBy {
  readonly table: string;
  readonly columns: readonly {readonly from: string; readonly to: string}[];
}

export interface UniqueWith {
  readonly index: string;
  readonly others: readonly {readonly column: string; readonly collation: string}[];
}

/** How fetched_at is written, by the rows that are there. */
export type DateForm = 'iso' | 'sql' | 'milliseconds' | 'seconds';

/** Milliseconds since the epoch, in the table's own form. */
export function dateAs(form: DateForm, at: number): string | number {
  const iso = new Date(at).toISOString();
  switch (form) {
    case 'iso':
      return iso;
    case 'sql':
      return iso.slice(0, 19).replace('T', ' ');
    case 'milliseconds':
      return at;
    case 'seconds':
      return Math.floor(at / 1_000);
    default:
      return form satisfies never;
  }
}
