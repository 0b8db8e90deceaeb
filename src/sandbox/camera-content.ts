import {createHash} from 'node:crypto';
import {crc32, deflateSync} from 'node:zlib';
import {mediaTypeOf} from '../backfills/uploads/media-type.ts';
import {objectName} from '../backfills/uploads/object-name.ts';
import {cardOwner} from './names.ts';
import type {WorldObject} from './world.ts';

/**
 * The card of a camera, and what a backend knows of it: photos and clips, some of them uploaded before, some twice on the
 * card, some at another provider only, and one that somebody else has uploaded. The same every time.
 */

const {user, provider} = cardOwner;
const otherProvider = 'runway';

const photos = 60;
const clips = 24;
const longBytes = 48 * 1024 * 1024;
/** Its uploads fail for a while. */
export const stubbornKey = 'clips/0009.mp4';

/** Keys of the card by what the backend has of them. */
const uploaded = [...numbered('photos/2025', 'png', 0, 14), ...numbered('clips', 'mp4', 0, 4)];
const elsewhere = numbered('photos/2025', 'png', 14, 18);
const ofSomebodyElse = numbered('photos/2025', 'png', 18, 20);

export function cardFiles(): readonly WorldObject[] {
  const pictures = numbered('photos/2025', 'png', 0, photos).map((key, number) => ({
    key,
    content: picture(number, 0),
  }));
  const moving = numbered('clips', 'mp4', 0, clips).map(key => ({key, content: clipOf(key, 180_000)}));
  return [
    ...pictures,
    ...moving,
    {key: 'clips/long take.mp4', content: clipOf('clips/long take.mp4', longBytes)},
    {key: 'photos/AT&T & friends.png', content: picture(200, 0)},
    {key: 'photos/桜 2025.png', content: picture(201, 0)},
    {key: 'photos/🎂 at last.png', content: picture(202, 0)},
    {key: 'photos/edited/0031 brighter.png', content: picture(31, 9)},
    {key: 'photos/edited/0032 brighter.png', content: picture(32, 9)},
    {key: 'photos/sorted/best of 2025.png', content: picture(3, 0)},
    {key: 'photos/sorted/copy of 0040.png', content: picture(40, 0)},
    {key: 'photos/.DS_Store', content: Buffer.from('what a file manager leaves')},
  ];
}

export interface AssetContent {
  readonly user: string;
  /** As the row has it; null where it has none. */
  readonly sha256: string | null;
  /** What the object's bytes have. */
  readonly content: string;
  readonly provider: string;
  readonly object: string;
  readonly kind: string;
  readonly mime: string;
  readonly size: number;
}

/** Rows that the backend has before the first run. */
export function cardRows(files: readonly WorldObject[]): readonly AssetContent[] {
  const row = (of: string, at: string) => (key: string) => rowOf(files, key, of, at);
  return [
    ...uploaded.map(row(user, provider)),
    ...elsewhere.map(row(user, otherProvider)),
    ...ofSomebodyElse.map(row('8', provider)),
    ...oldClips.map(oldRow),
  ];
}

/** Clips of long ago, named by hand: some rows have no hash, and one has that of another cut. None is on the card. */
const oldClips = numbered('old', 'mp4', 0, 5);

function oldRow(object: string, number: number): AssetContent {
  const bytes = oldClip(object);
  const content = hashOf(bytes);
  const sha256 = number < 3 ? null : number === 3 ? hashOf(Buffer.from('another cut')) : content;
  return {user, sha256, content, provider, object, ...mediaTypeOf(object), size: bytes.length};
}

function oldClip(object: string): Buffer {
  return clipOf(object, 120_000);
}

/** Objects that the provider has before the first run, under their names. */
export function providerObjects(
  files: readonly WorldObject[],
  rows: readonly AssetContent[],
): readonly WorldObject[] {
  const contents = [...files.map(({content}) => content), ...oldClips.map(oldClip)];
  const byHash = new Map(contents.map(content => [hashOf(content), content]));
  return rows
    .filter(row => row.provider === provider)
    .map(({object, content}) => ({key: object, content: byHash.get(content) ?? Buffer.alloc(0)}));
}

function rowOf(files: readonly WorldObject[], key: string, of: string, at: string): AssetContent {
  const content = files.find(file => file.key === key)?.content ?? Buffer.alloc(0);
  const sha256 = hashOf(content);
  const object = objectName({user: of, sha256, key, version: ''});
  return {user: of, sha256, content: sha256, provider: at, object, ...mediaTypeOf(key), size: content.length};
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function numbered(folder: string, extension: string, from: number, to: number): readonly string[] {
  return Array.from(
    {length: to - from},
    (_, index) => `${folder}/${String(from + index).padStart(4, '0')}.${extension}`,
  );
}

/** Bytes that depend on the key alone; what a clip shows, nobody looks at. */
function clipOf(key: string, bytes: number): Buffer {
  const seed = createHash('sha256').update(key).digest();
  return Buffer.alloc(bytes + seed.readUInt16BE(0), seed);
}

const side = 48;

/** A PNG of soft blots, in other places for each number; `light` makes it brighter, which few can tell. */
function picture(number: number, light: number): Buffer {
  const seed = createHash('sha256').update(`picture ${number}`).digest();
  const blots = Array.from({length: 8}, (_, blot) => ({
    x: ((seed[blot * 4] ?? 0) / 255) * side,
    y: ((seed[blot * 4 + 1] ?? 0) / 255) * side,
    wide: 2 + (seed[blot * 4 + 2] ?? 0) / 40,
    deep: (seed[blot * 4 + 3] ?? 0) - 128,
  }));
  const rows: number[] = [];
  for (let y = 0; y < side; y++) {
    // Every line of a PNG begins with its filter: none.
    rows.push(0);
    for (let x = 0; x < side; x++) {
      const sum = blots.reduce(
        (all, {x: cx, y: cy, wide, deep}) =>
          all + deep * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * wide * wide)),
        128 + light,
      );
      rows.push(Math.max(0, Math.min(255, Math.round(sum))));
    }
  }
  return png(Buffer.from(rows));
}

/** 8-bit grey (https://www.w3.org/TR/png-3/). */
function png(lines: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
