/** What a probe learns of the target. */
export interface RecordsFacts {
  /** The collections of the run, in path order: those of its scope, or all that are marked for backfill. */
  readonly collections: readonly string[];
  /** Record lexicons of the target by id, as JSON text. */
  readonly lexicons: ReadonlyMap<string, string>;
  /** The table has a flag for records of which something was replaced. */
  readonly hasAltered: boolean;
  /** What can be written of a row: all of its columns but those that Postgres computes. */
  readonly columns: readonly string[];
  readonly rows: number;
}
