import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {type Counts, report} from './report.ts';

/**
 * The baseline: the original tool's way, as a process of its own. One object at a time, its whole body in memory, and
 * two queries for each: one that reads the hash, one that writes it. SQLite's own settings, every statement its own
 * transaction. Left out, in the original's favour: its network, and its pause of two seconds after every 50 objects.
 *
 * This file is left alone: whoever changes it moves every ratio that the bench prints. It uses nothing of src/, so
 * that no change there can move it either.
 *
 *     node original-way.ts FOLDER TARGET
 */
function indexFolder(folder: string, target: string): Counts {
  const database = new DatabaseSync(target);
  const select = database.prepare('SELECT content_hash FROM files WHERE key = ?');
  const upsert = database.prepare(
    `INSERT INTO files (key, size, content_type, content_hash, uploaded_at, uploader_id)
     VALUES (?, ?, 'application/octet-stream', ?, ?, 'backfill')
     ON CONFLICT (key) DO UPDATE
     SET size = excluded.size,
         content_hash = excluded.content_hash,
         uploaded_at = excluded.uploaded_at`,
  );
  let bytes = 0;
  let written = 0;
  const keys = keysOf(folder);
  for (const key of keys) {
    const body = readFileSync(join(folder, key));
    const hash = createHash('sha256').update(body).digest('hex');
    bytes += body.length;
    if (select.get(key)?.['content_hash'] === hash) continue;
    upsert.run(key, body.length, hash, Date.now());
    written++;
  }
  database.close();
  return {files: keys.length, bytes, written};
}

/** Every file below the folder, in key order. */
function keysOf(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const [folder = '', target = ''] = process.argv.slice(2);
await report(() => indexFolder(folder, target));
