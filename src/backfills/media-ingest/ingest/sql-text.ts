import type {MediaChange} from './change.ts';

/** Rows to one statement: the SQL of one is at most 100,000 bytes in D1. */
const mostBytes = 90_000;

/**
 * The changes as statements that can be run as they stand, for whoever wants to read or run them by hand. Names of
 * objects are bound nowhere in a file of SQL, so they are written as literals.
 */
export function* insertSql(changes: Iterable<MediaChange>): Generator<string> {
  let values: string[] = [];
  let bytes = 0;
  for (const change of changes) {
    const row = rowOf(change);
    const size = Buffer.byteLength(row) + 2;
    if (values.length > 0 && bytes + size > mostBytes) {
      yield statement(values);
      values = [];
      bytes = 0;
    }
    values.push(row);
    bytes += size;
  }
  if (values.length > 0) yield statement(values);
}

function statement(values: readonly string[]): string {
  return `INSERT INTO media_assets (media_uid, b2_key, b2_file_id, size, etag, ingested_at) VALUES
${values.join(',\n')}
ON CONFLICT (media_uid) DO NOTHING;`;
}

function rowOf({mediaUid, key, fileId, size, etag, ingestedAt}: MediaChange): string {
  return `(${[mediaUid, key, fileId, size, etag, ingestedAt].map(literal).join(', ')})`;
}

/** A text as SQL takes it; one with a NUL, at which SQLite would stop reading, as bytes. */
function literal(value: string | number | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  return value.includes('\0')
    ? `CAST(x'${Buffer.from(value, 'utf8').toString('hex')}' AS TEXT)`
    : `'${value.replaceAll("'", "''")}'`;
}
