import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';

const longAgo = new Date('2025-01-01T00:00:00Z');

/** Writes a file whose modification time is long past, so that its fingerprint is trusted. */
export function writeAsset(folder: string, key: string | Buffer, content: string | Buffer): void {
  const path = typeof key === 'string' ? join(folder, key) : Buffer.concat([Buffer.from(`${folder}/`), key]);
  if (typeof path === 'string') mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, content);
  utimesSync(path, longAgo, longAgo);
}

/** `count` files in a few folders, each with its key as its content, and some awkward ones. */
export function writeAssets(folder: string, count: number): readonly string[] {
  const keys = Array.from(
    {length: count},
    (_, number) => `dir${number % 5}/file-${String(number).padStart(5, '0')}.txt`,
  );
  const all = [
    ...keys,
    'a & b+c %2F.txt',
    'emoji 🚢.txt',
    'dir0.txt',
    'new\nline.txt',
    'nfc \u00e9',
    'nfd e\u0301',
    'empty',
  ];
  for (const key of all) writeAsset(folder, key, key === 'empty' ? '' : `content of ${key}`);
  return all;
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

const documented = readFileSync(
  new URL('../../migrations/asset-index/0001_files.sql', import.meta.url),
  'utf8',
);

export const productionSchema = `
  CREATE TABLE files (key TEXT PRIMARY KEY, size, uploaded_at, content_type, uploader_id, metadata BLOB, finder_tag, content_hash, created_at);
  CREATE TABLE asset_index_meta (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER, updated_at INTEGER);
  INSERT INTO asset_index_meta VALUES (1, 7, 0);
`;

export interface IndexRow {
  readonly key: string;
  readonly hash: string | null;
  readonly size?: number;
}

/** An index with some rows; the schema is the documented one unless another is given. */
export function makeIndex(path: string, rows: readonly IndexRow[] = [], schema = documented): void {
  const db = new DatabaseSync(path);
  db.exec(schema);
  const insert = db.prepare(
    "INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id, finder_tag) VALUES (?, ?, ?, 1000, 'proxy', 'tag')",
  );
  for (const {key, hash, size = 1} of rows) insert.run(key, size, hash);
  db.close();
}

/** What a user would compare: every row of files, without what differs from run to run by design. */
export function indexedFiles(path: string): readonly Readonly<Record<string, unknown>>[] {
  const db = new DatabaseSync(path, {readOnly: true});
  const rows = db
    .prepare(
      'SELECT key, size, content_hash, uploader_id, finder_tag, metadata, content_type FROM files ORDER BY key',
    )
    .all();
  db.close();
  return rows.map(row => ({...row}));
}

/** A digest over all columns and rows of a table: equal digests are equal tables. */
export function tableDigest(path: string, table: string): string {
  const db = new DatabaseSync(path, {readOnly: true});
  const rows = db.prepare(`SELECT * FROM ${table} ORDER BY key`).all();
  db.close();
  return sha256(JSON.stringify(rows));
}

export function changeIndex(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

export function queryIndex(path: string, sql: string): readonly Readonly<Record<string, unknown>>[] {
  const db = new DatabaseSync(path, {readOnly: true});
  const rows = db.prepare(sql).all();
  db.close();
  return rows;
}
