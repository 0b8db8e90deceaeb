import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {DatabaseSync} from 'node:sqlite';
import {z} from 'zod';
import {report} from './report.ts';

const inventory = z.object({
  objects: z.array(z.object({key: z.string(), size: z.number(), etag: z.string(), file_id: z.string()})),
});

/**
 * The original's way, as a process of its own: the whole inventory in memory, every id, and one INSERT OR IGNORE of each
 * row in one transaction, which is what its SQL file came to. No plan, no before-image, no mark, no verification.
 *
 *     node media-bare-way.ts INVENTORY TARGET
 */
const [path = '', target = ''] = process.argv.slice(2);
const database = new DatabaseSync(target);
database.exec('PRAGMA synchronous = FULL');
await report(() => {
  const {objects} = inventory.parse(JSON.parse(readFileSync(path, 'utf8')));
  const insert = database.prepare(
    'INSERT OR IGNORE INTO media_assets (media_uid, b2_key, b2_file_id, size, etag) VALUES (?, ?, ?, ?, ?)',
  );
  let written = 0;
  database.exec('BEGIN IMMEDIATE');
  for (const {key, size, etag, file_id: fileId} of objects) {
    const uid = `b2_${createHash('sha256').update(`${fileId}:${key}`).digest('hex').substring(0, 40)}`;
    written += Number(insert.run(uid, key, fileId, size, etag).changes);
  }
  database.exec('COMMIT');
  return {files: objects.length, bytes: 0, written};
});
database.close();
