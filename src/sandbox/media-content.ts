import {createHash} from 'node:crypto';
import {type Family, identify} from '../backfills/media-ingest/identity.ts';
import type {Statement} from '../core/sql.ts';
import type {WorldObject} from './world.ts';

/**
 * A bucket of media, and a catalogue that two programs have written one after the other: the first hashed ETags with
 * their quotes, the second without them, and what both have met is there twice. Newer objects are in neither, and rows of
 * objects that were deleted are left. The same every time.
 */

/** The bucket, and the folder that stands for it. */
export const mediaBucket = 'media';

const folders = [
  {folder: 'photos/2023', suffix: '.jpg', objects: 240},
  {folder: 'photos/2024', suffix: '.jpg', objects: 180},
  {folder: 'video', suffix: '.mp4', objects: 60},
  {folder: 'posters', suffix: '.png', objects: 40},
] as const;

const awkward = [
  'photos/AT&T & friends.jpg',
  'photos/100 % + more.jpg',
  'photos/桜 2024.jpg',
  'video/🎞 trailer.mp4',
  'posters/it\'s "quoted".png',
  'cover.jpg',
] as const;

const gone = ['photos/2023/deleted-1.jpg', 'photos/2023/deleted-2.jpg', 'video/deleted.mp4'] as const;

export function mediaObjects(): readonly WorldObject[] {
  const keys = folders.flatMap(({folder, suffix, objects}) =>
    Array.from({length: objects}, (_, number) => `${folder}/${String(number).padStart(4, '0')}${suffix}`),
  );
  return [...keys, ...awkward].map(key => ({key, content: Buffer.from(`media of ${key}`)}));
}

/** What fills the catalogue, once its tables are there. `etagOf` is the ETag as the store gives it. */
export function fillMedia(etagOf: (object: WorldObject) => string): Statement {
  const rows = mediaObjects().flatMap(object => {
    const chance = chanceOf(object.key);
    // Every fifth is newer than both programs.
    if (chance % 5 === 0) return [];
    const first = rowOf(object.key, object.content.length, etagOf(object), 'quoted');
    const second = rowOf(object.key, object.content.length, etagOf(object), 'etag');
    if (chance % 4 === 1) return [first, second];
    return chance % 4 === 2 ? [second] : [first];
  });
  const left = gone.map(key => rowOf(key, 1, md5(key), 'quoted'));
  return {
    sql: `INSERT INTO media_assets (media_uid, b2_key, b2_file_id, size, etag, ingested_at)
          SELECT value->>0, value->>1, value->>2, value->>3, value->>4, '2025-04-01 06:17:00' FROM json_each(?)`,
    params: [JSON.stringify([...rows, ...left])],
  };
}

function rowOf(
  key: string,
  size: number,
  version: string,
  family: Family,
): readonly (string | number | null)[] {
  const named = identify({key, version}, family);
  return [named?.mediaUid ?? null, key, named?.fileId ?? null, size, named?.etag ?? null];
}

/** The ETag that a bucket gives to what was uploaded in one part. */
export function md5Of({content}: WorldObject): string {
  return md5(content);
}

function md5(content: string | Buffer): string {
  return createHash('md5').update(content).digest('hex');
}

function chanceOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt8(0);
}
