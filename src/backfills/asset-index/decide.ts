import {z} from 'zod';
import type {Decision} from '../../core/entry.ts';
import {jsonParts} from '../../core/json-parts.ts';
import type {Probe} from '../../core/probe.ts';
import type {Row} from '../../core/sql.ts';
import type {Reader} from '../../databases/database.ts';
import type {Inspected, Io} from '../shape.ts';
import type {AssetIndex} from './asset-index.ts';
import type {FileChange, FileState} from './change.ts';
import {isAsInserted} from './commit.ts';
import type {FilesFacts} from './probe.ts';

const value = z.union([z.string(), z.number()]).nullable();
const written = z
  .object({key: z.string(), content_hash: value, size: value, uploaded_at: value})
  .transform(row => ({
    key: row.key,
    state: {hash: row.content_hash, size: row.size, uploadedAt: row.uploaded_at},
  }));

/** Insert what has no row, update what differs, leave the rest. One read of the target for the page. */
export async function decideFiles(
  page: readonly Inspected<AssetIndex>[],
  io: Io<AssetIndex>,
  {facts}: Probe<FilesFacts>,
): Promise<readonly Decision<FileChange>[]> {
  const rows = await readStates(
    io.target,
    page.map(({item}) => item.key),
  );
  const now = io.now();
  return page.map(({item, found}) => {
    const before = rows.get(item.key) ?? null;
    const after = {hash: found.hash, size: found.size, uploadedAt: before?.uploadedAt ?? now};
    if (before !== null)
      return isSame(before, after)
        ? {action: 'unchanged'}
        : {action: 'update', change: {key: item.key, before, after}};
    const dated = facts.datesRows ? {...after, createdAt: timestamp(now)} : after;
    return {action: 'insert', change: {key: item.key, before, after: dated}};
  });
}

export async function readStates(
  target: Reader,
  keys: readonly string[],
): Promise<ReadonlyMap<string, FileState>> {
  const rows = await inParts(
    target,
    `SELECT key, ${exact('content_hash')}, ${exact('size')}, ${exact('uploaded_at')}
     FROM files
     WHERE key IN (SELECT value FROM json_each(?))`,
    keys,
  );
  return new Map(rows.map(row => written.parse(row)).map(({key, state}) => [key, state]));
}

/** Asked for together, each part small enough for one parameter: a page's commit may be halved, its reading is not. */
async function inParts(target: Reader, sql: string, items: readonly unknown[]): Promise<readonly Row[]> {
  return (await Promise.all(jsonParts(items).map(part => target.query(sql, [part])))).flat();
}

/**
 * A value as JSON can hold it. JavaScript rounds integers beyond 2^53: such a one is read as text, which SQLite compares
 * with it all the same. Bytes, which no program of ours ever wrote, are equal to nothing: a row that holds them where a
 * hash belongs is left alone as a conflict.
 */
export function exact(column: string): string {
  return `CASE
    WHEN typeof(${column}) = 'integer' AND abs(${column}) > ${Number.MAX_SAFE_INTEGER} THEN CAST(${column} AS TEXT)
    WHEN typeof(${column}) = 'blob' THEN 'bytes ' || hex(${column})
    ELSE ${column}
  END AS ${column}`;
}

/** Whatever a column holds, as text. */
export function asText(column: string): string {
  return `CASE typeof(${column}) WHEN 'blob' THEN 'bytes ' || hex(${column}) ELSE CAST(${column} AS TEXT) END`;
}

/** As CURRENT_TIMESTAMP writes it: UTC, to the second. */
function timestamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * A row that is still as the run left it can be put back; one that is as it was before has nothing to undo; any other
 * was changed by somebody since.
 */
export async function decideUndo(
  changes: readonly FileChange[],
  io: Io<AssetIndex>,
  {facts}: Probe<FilesFacts>,
): Promise<readonly Decision<FileChange>[]> {
  const rows = await inParts(
    io.target,
    `SELECT row.key, ${exact('content_hash')}, ${exact('size')}, ${exact('uploaded_at')}, ${isAsInserted('row', 'change.value', facts)} AS as_inserted
     FROM json_each(?) AS change
     CROSS JOIN files AS row ON row.key = change.value->>'key'`,
    changes.map(({key, after}) => ({key, ...after})),
  );
  const byKey = new Map(rows.map(row => [row['key'], row]));
  return changes.map(change => undoOf(change, byKey.get(change.key)));
}

function undoOf(change: FileChange, row: Row | undefined): Decision<FileChange> {
  if (row === undefined)
    return change.before === null
      ? {action: 'unchanged'}
      : {action: 'conflict', reason: 'the row was deleted after the run'};
  const {state} = written.parse(row);
  if (isSame(state, change.after)) {
    if (change.before !== null) return {action: 'update', change};
    if (row['as_inserted'] === 1) return {action: 'delete', change};
    return {action: 'conflict', reason: 'other columns of the row were filled after the run'};
  }
  if (change.before !== null && isSame(state, change.before)) return {action: 'unchanged'};
  return {action: 'conflict', reason: 'the row was changed after the run'};
}

export function isSame(a: FileState, b: FileState): boolean {
  return a.hash === b.hash && a.size === b.size && a.uploadedAt === b.uploadedAt;
}
