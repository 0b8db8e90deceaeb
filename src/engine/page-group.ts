import type {Row, Statement} from '../core/sql.ts';
import type {Dialect} from '../databases/database.ts';
import {renewLease} from './lease-statements.ts';
import {type Mark, readMark} from './mark.ts';
import {
  type Counted,
  countIntoMark,
  countIntoMarks,
  forgetMarks,
  markPages,
  tellMark,
} from './mark-statements.ts';

/** A page that is ready to be written: its intent is in the ledger. */
export interface ReadyPage {
  readonly partition: string;
  readonly page: number;
  /** How many items change. */
  readonly changes: number;
  readonly statements: readonly Statement[];
  /** Instead of statements, where one statement takes the changes of many pages: what they are, by key. */
  readonly keyed?: ReadonlyMap<string, unknown>;
  /** Of its rows, as text. */
  readonly bytes?: number;
}

/** What the database says about a page that was committed. */
export interface Committed {
  /** How rows were touched, by their items' keys; null where only the mark is known (after an unknown outcome). */
  readonly touched: ReadonlyMap<string, Counted> | null;
  /** Null where nothing but the rows themselves can tell. */
  readonly rows: number | null;
}

export interface GroupOrder {
  readonly run: string;
  readonly dialect: Dialect;
  /** Null where there are no marks. */
  readonly lease: {readonly fence: number; readonly leaseMs: number} | null;
  /** Partitions whose marks are no longer needed. */
  readonly finished: readonly string[];
  /** Makes the statements of keyed changes. */
  readonly commit: (changes: readonly unknown[]) => readonly Statement[];
}

/** Pages that go into one transaction: what is sent, and how its answer is read. */
export interface PageGroup {
  readonly statements: readonly Statement[];
  /** What became of each page; null where the lease is lost. */
  read(rows: readonly (readonly Row[])[]): readonly Committed[] | null;
}

/** Marks come first, and the lease is renewed last: without it nothing of the group stays. */
export function groupPages(pages: readonly ReadyPage[], order: GroupOrder): PageGroup {
  const {run, dialect, lease, finished} = order;
  const parts = pages.some(({keyed}) => keyed !== undefined)
    ? [mergedPart(pages, order)]
    : pages.map(page => pagePart(page, order));
  const before = lease === null || finished.length === 0 ? [] : [forgetMarks(dialect, run, finished)];
  const after = lease === null ? [] : [renewLease(dialect, run, lease.fence, lease.leaseMs)];
  const statements = [...before, ...parts.flatMap(part => part.statements), ...after];
  return {
    statements,
    read: rows => {
      if (lease !== null && rows.at(-1)?.length === 0) return null;
      let from = before.length;
      return parts.flatMap(part => {
        const own = rows.slice(from, from + part.statements.length);
        from += part.statements.length;
        return part.read(own);
      });
    },
  };
}

interface Part {
  readonly statements: readonly Statement[];
  read(rows: readonly (readonly Row[])[]): readonly Committed[];
}

function pagePart({partition, page, statements}: ReadyPage, {run, dialect, lease}: GroupOrder): Part {
  const isSilent = statements.some(statement => statement.isSilent === true);
  const own =
    lease === null
      ? statements
      : [
          markPages(dialect, {run, fence: lease.fence, pages: [{partition, page}]}),
          ...statements.flatMap(statement => {
            const {counts, makes} = statement;
            if (counts === undefined) return [statement];
            return [
              statement,
              countIntoMark(run, partition, counts, makes === undefined ? 'changes()' : '1'),
            ];
          }),
          ...(isSilent ? [tellMark(run, partition)] : []),
        ];
  return {statements: own, read: rows => [countRows(own, rows)]};
}

/** Many small pages by the same few statements; the keys that they return say which page each row is of. */
function mergedPart(pages: readonly ReadyPage[], {run, dialect, lease, commit}: GroupOrder): Part {
  const keysOf = new Map(pages.map(({partition, keyed}) => [partition, [...(keyed?.keys() ?? [])]]));
  const changes = pages.flatMap(({keyed}) => [...(keyed?.values() ?? [])]);
  const statements = commit(changes);
  const own =
    lease === null
      ? statements
      : [
          markPages(dialect, {run, fence: lease.fence, pages}),
          ...statements.map(statement =>
            isCounted(statement) ? countIntoMarks(statement, run, keysOf) : statement,
          ),
        ];
  return {
    statements: own,
    read: rows => {
      const touched = touchedBy(own, rows);
      return pages.map(({keyed = new Map()}) => {
        const mine = new Map([...touched].filter(([key]) => keyed.has(key)));
        return {touched: mine, rows: mine.size};
      });
    },
  };
}

function isCounted(statement: Statement): statement is Statement & {readonly counts: Counted} {
  return statement.counts !== undefined;
}

export function markedRows({inserted, updated, deleted}: Mark): number {
  return inserted + updated + deleted;
}

function countRows(statements: readonly Statement[], rows: readonly (readonly Row[])[]): Committed {
  if (statements.some(({isSilent}) => isSilent === true)) {
    const told = rows.at(-1)?.[0];
    return {touched: null, rows: told === undefined ? null : markedRows(readMark(told))};
  }
  let count = 0;
  const touched = touchedBy(statements, rows, keys => {
    count += keys;
  });
  return {touched, rows: count};
}

function touchedBy(
  statements: readonly Statement[],
  rows: readonly (readonly Row[])[],
  onRows: (count: number) => void = () => undefined,
): ReadonlyMap<string, Counted> {
  const touched = new Map<string, Counted>();
  statements.forEach(({counts, makes}, index) => {
    if (counts === undefined) return;
    const keys = makes === undefined ? (rows[index] ?? []).map(row => String(row['key'])) : [makes];
    for (const key of keys) touched.set(key, counts);
    onRows(keys.length);
  });
  return touched;
}
