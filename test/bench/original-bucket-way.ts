import {createHash} from 'node:crypto';
import {DatabaseSync} from 'node:sqlite';
import {GetObjectCommand, ListObjectsV2Command, S3Client} from '@aws-sdk/client-s3';
import {type Counts, report} from './report.ts';

/**
 * The baseline for buckets: the original tool's way, as a process of its own. A page of the listing, then one object
 * at a time: its whole body in memory through the SDK, and two queries, one that reads the hash, one that writes it.
 * SQLite's own settings, every statement its own transaction. Left out, in the original's favour: its network, its pause
 * of two seconds after every 50 objects, and that it asks for 50 keys a page and not 1,000.
 *
 * This file is left alone, as original-way.ts is, and uses nothing of src/ either.
 *
 *     node original-bucket-way.ts s3://BUCKET?endpoint=URL TARGET
 */
async function indexBucket(source: string, target: string): Promise<Counts> {
  const {hostname: Bucket, searchParams} = new URL(source);
  const client = new S3Client({endpoint: searchParams.get('endpoint') ?? '', forcePathStyle: true});
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
  const counts = {files: 0, bytes: 0, written: 0};
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const page = await client.send(new ListObjectsV2Command({Bucket, ContinuationToken: token}));
    for (const {Key = ''} of page.Contents ?? []) {
      const {Body} = await client.send(new GetObjectCommand({Bucket, Key}));
      const body = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const hash = createHash('sha256').update(body).digest('hex');
      counts.files++;
      counts.bytes += body.length;
      if (select.get(Key)?.['content_hash'] === hash) continue;
      upsert.run(Key, body.length, hash, Date.now());
      counts.written++;
    }
    token = page.NextContinuationToken;
  }
  database.close();
  client.destroy();
  return counts;
}

const [source = '', target = ''] = process.argv.slice(2);
await report(() => indexBucket(source, target));
