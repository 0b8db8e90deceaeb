import {createHash} from 'node:crypto';
import {mkdir, utimes, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {findBackfill} from '../backfills/registry.ts';
import type {Statement} from '../core/sql.ts';
import type {Target} from '../databases/database.ts';
import {sqliteTarget} from '../databases/sqlite.ts';
import {applyMigrations} from '../engine/migrate-target.ts';

/** Where the sandbox's world lies. */
export interface World {
  readonly folder: string;
  readonly index: string;
  readonly ledger: string;
  /** The object whose reads fail for a while. */
  readonly broken: string;
}

/** Objects by prefix: how many there are, and how many of them have which row. The rest has none. */
const prefixes = [
  {prefix: 'kcs2/resources/ship/', suffix: '.png', objects: 1_102, hashed: 40, stale: 25, unhashed: 700},
  {prefix: 'kcs2/resources/map/', suffix: '.json', objects: 486, hashed: 16, stale: 9, unhashed: 400},
  {prefix: 'bgm/', suffix: '.mp3', objects: 390, hashed: 6, stale: 3, unhashed: 150},
  {prefix: 'kcs/sound/', suffix: '.mp3', objects: 240, hashed: 4, stale: 3, unhashed: 0},
] as const;

/** Keys as they are found in the wild; together with the prefixes they make 2,238 objects. */
const awkward = [
  'awkward/spaces and + signs.txt',
  'awkward/ampersand & friends=1?x#y.txt',
  'awkward/percent %2F not a slash.txt',
  'awkward/emoji 🚢⚓.txt',
  'awkward/艦これ/母港.txt',
  'awkward/nfc \u00e9.txt',
  'awkward/nfd e\u0301.txt',
  'awkward/quote\'s and "doubles".txt',
  'awkward/new\nline.txt',
  'awkward/tab\there.txt',
  'awkward/.hidden',
  'awkward/ leading space',
  'awkward/trailing space ',
  'awkward/empty.bin',
  'awkward/UPPER.TXT',
  'awkward/upper.txt',
  `awkward/${'long-'.repeat(40)}name.txt`,
  'at-the-root.txt',
  'awkward/back\\slash.txt',
  'awkward/large.bin',
] as const;

const largeBytes = 5_000_000;
/** Rows whose object was deleted long ago. */
const strays = ['bgm/deleted-1.mp3', 'bgm/deleted-2.mp3', 'kcs2/resources/ship/deleted.png'] as const;
/** Of every file: milliseconds since the epoch. */
export const uploadedAt = Date.UTC(2025, 3, 1);
const writtenAtOnce = 64;

export interface WorldObject {
  readonly key: string;
  readonly content: Buffer;
}

/** 2,238 objects with real bytes, and what an index knows of them. The same every time. */
export function worldContent(): {
  readonly objects: readonly WorldObject[];
  readonly rows: readonly FileRow[];
} {
  const rows: FileRow[] = [];
  const objects: WorldObject[] = awkward.map(key => ({key, content: bytesFor(key)}));
  for (const {prefix, suffix, objects: count, hashed, stale, unhashed} of prefixes) {
    for (let number = 0; number < count; number++) {
      const key = `${prefix}${String(number).padStart(4, '0')}${suffix}`;
      const content = bytesFor(key);
      objects.push({key, content});
      if (number < hashed) rows.push({key, size: content.length, hash: sha256(content)});
      else if (number < hashed + stale)
        rows.push({key, size: content.length - 1, hash: sha256(Buffer.from(`before ${key}`))});
      else if (number < hashed + stale + unhashed) rows.push({key, size: content.length, hash: null});
    }
  }
  rows.push(...strays.map(key => ({key, size: 1, hash: sha256(Buffer.from(key))})));
  return {objects, rows};
}

/** The local R2 takes an object with a newline in its key, and then does not find it. */
export function localObjects(objects: readonly WorldObject[]): readonly WorldObject[] {
  return objects.filter(({key}) => !key.includes('\n'));
}

/** The object whose reads fail for a while. */
export const brokenKey = 'kcs2/resources/map/0485.json';

/** The world as files in a folder, and an SQLite index. */
export async function makeWorld(root: string): Promise<World> {
  const folder = join(root, 'assets');
  const index = join(root, 'asset-index.sqlite');
  const {objects, rows} = worldContent();
  await writeObjects(folder, objects);
  await fillIndex(await sqliteTarget({path: index}), rows);
  return {folder, index, ledger: join(root, 'ledger.sqlite'), broken: brokenKey};
}

export interface FileRow {
  readonly key: string;
  readonly size: number;
  readonly hash: string | null;
}

export async function writeObjects(folder: string, objects: readonly WorldObject[]): Promise<void> {
  for (let from = 0; from < objects.length; from += writtenAtOnce)
    await Promise.all(
      objects
        .slice(from, from + writtenAtOnce)
        .map(({key, content}) => writeObject(join(folder, key), content)),
    );
}

async function writeObject(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), {recursive: true});
  await writeFile(path, bytes);
  await utimes(path, uploadedAt / 1_000, uploadedAt / 1_000);
}

/** Makes the table of asset-index, and the rows that are there before the first run. */
export async function fillIndex(target: Target, rows: readonly FileRow[]): Promise<void> {
  await applyMigrations(findBackfill('asset-index'), target);
  const database = await target.openDatabase();
  await database.transaction([insertRows(rows)]).finally(() => database.close());
}

function insertRows(rows: readonly FileRow[]): Statement {
  return {
    sql: `INSERT INTO files (key, size, content_hash, uploaded_at, created_at, uploader_id, finder_tag)
          SELECT value->>'key', value->>'size', value->>'hash', ?, '2025-04-01 00:00:00', 'proxy-7', 'sandbox' FROM json_each(?)`,
    params: [uploadedAt, JSON.stringify(rows)],
  };
}

/** Bytes that depend on the key alone: 1–9 KB, but for the empty and the large one. */
function bytesFor(key: string): Buffer {
  if (key.endsWith('empty.bin')) return Buffer.alloc(0);
  const seed = createHash('sha256').update(key).digest();
  const length = key.endsWith('large.bin') ? largeBytes : 1_024 + (seed.readUInt16BE(0) % 8_192);
  return Buffer.alloc(length, seed);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
