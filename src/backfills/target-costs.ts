/**
 * What the work costs a target that counts rows and requests, for an estimate. Rows are counted as D1 bills them: a row
 * that is written counts once more for each index entry that goes with it, and a row that is read wherever it is passed.
 */
export interface TargetCosts {
  /** Rows that are there; at least so many where the probe stopped counting. */
  readonly rows: {readonly count: number; readonly isLeast: boolean};
  /** Rows written for one change; `page` is what each page with changes writes besides. */
  readonly written: Readonly<Record<ChangeKind | 'page', number>>;
  /** Rows read for one item: to decide it where its row is there, where it is missing, and to make a change. */
  readonly read: Readonly<Record<ChangeKind | 'decideKnown' | 'decideMissing', number>>;
  /** Rows that a probe reads. */
  readonly probe: number;
  /** What passes over the whole table: rows read for each of its rows, and rows to one request. */
  readonly passes: Readonly<
    Record<'checks' | 'survey', {readonly read: number; readonly rowsAtOnce: number}>
  >;
}

export type ChangeKind = 'insert' | 'update' | 'delete';
