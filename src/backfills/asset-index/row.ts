import type {Row, SqlValue} from '../../core/sql.ts';
import type {RowNow} from '../backfill.ts';
import type {Io} from '../shape.ts';
import type {AssetIndex} from './asset-index.ts';
import type {FileChange} from './change.ts';
import {exact, isSame} from './decide.ts';

/** One row of `files` as it is, without `metadata`: it may be large, and is nobody's reason for a hash. */
export async function fileRow(
  key: string,
  change: FileChange | null,
  {target}: Pick<Io<AssetIndex>, 'target' | 'signal'>,
): Promise<RowNow> {
  const [row] = await target.query(
    `SELECT content_hash, ${exact('size')}, ${exact('uploaded_at')}, content_type, uploader_id, finder_tag, created_at
     FROM files
     WHERE key = ?`,
    [key],
  );
  const columns = row === undefined ? null : readable(row);
  return {columns, is: change === null ? null : standing(columns, change)};
}

/** A column may hold whatever SQLite lets it: bytes are named, not shown. */
function readable(row: Row): NonNullable<RowNow['columns']> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, scalar(value)]));
}

function scalar(value: SqlValue): string | number | null {
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  return typeof value === 'bigint' ? String(value) : value;
}

function standing(columns: RowNow['columns'], {before, after}: FileChange): NonNullable<RowNow['is']> {
  if (columns === null) return before === null ? 'before' : 'neither';
  const {content_hash: hash = null, size = null, uploaded_at: uploadedAt = null} = columns;
  const state = {hash, size, uploadedAt};
  if (isSame(state, after)) return 'after';
  return before !== null && isSame(state, before) ? 'before' : 'neither';
}
