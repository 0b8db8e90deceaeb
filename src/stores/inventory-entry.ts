import {normaliseEtag} from '../core/identity.ts';
import {printableKey} from '../core/keys.ts';
import {number} from '../core/words.ts';
import {InventoryFault} from './inventory-fault.ts';
import type {InventoryValue} from './inventory-values.ts';
import type {StoredObject} from './object-store.ts';
import {fingerprintOf} from './s3-listing.ts';

/** One object as an inventory holds it, read and written here and nowhere else. ETags have no quotes in it. */

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html; B2 and R2 have the same limit. */
const mostKeyBytes = 1_024;
/** A time without a zone would be another one on another machine. */
const timeWithZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;
const mostShown = 60;

/** One line, without its end. */
export function entryText(object: StoredObject): string {
  const {key, size, modifiedAt} = object;
  const etag = normaliseEtag(object.version);
  return JSON.stringify({
    key,
    size,
    last_modified: timeText(modifiedAt),
    etag: etag === '' ? null : etag,
    file_id: fileIdOf(object),
  });
}

/** Null where the time is not known, or of no year that four digits can tell. */
function timeText(modifiedAt: number): string | null {
  const time = new Date(modifiedAt);
  const isTold = modifiedAt !== 0 && time.getUTCFullYear() >= 0 && time.getUTCFullYear() <= 9_999;
  return isTold ? time.toISOString() : null;
}

/** The file's id, or else its ETag; null where it has neither. */
export function fileIdOf({fileId, version}: StoredObject): string | null {
  const id = fileId ?? normaliseEtag(version);
  return id === '' ? null : id;
}

/** What an element stands for. Throws `InventoryFault` where it is no object of a bucket. */
export function objectOf({value, line}: InventoryValue): StoredObject {
  if (!isRecord(value)) throw new InventoryFault(line, `expected an object, found ${shown(value)}`);
  const {key} = value;
  if (typeof key !== 'string' || key === '')
    throw new InventoryFault(line, `"key": expected a text that is not empty, found ${shown(key)}`);
  if (!key.isWellFormed())
    throw new InventoryFault(line, `"key": expected Unicode, found half a character in ${shown(key)}`);
  const etag = normaliseEtag(textOf(value, 'etag', key, line));
  const fileId = unquoted(textOf(value, 'file_id', key, line)) || etag;
  const size = sizeOf(value, key, line);
  const keyBytes = Buffer.byteLength(key);
  return {
    key,
    size,
    modifiedAt: timeOf(value, key, line),
    version: etag,
    fingerprint: fingerprintOf(etag, size),
    ...(fileId === '' ? {} : {fileId}),
    ...(keyBytes <= mostKeyBytes ? {} : {fault: tooLong(keyBytes)}),
  };
}

function tooLong(keyBytes: number): NonNullable<StoredObject['fault']> {
  const message = `the key has ${number(keyBytes)} bytes, and a bucket allows ${number(mostKeyBytes)}`;
  return {kind: 'invalid', message};
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sizeOf({size}: Fields, key: string, line: number): number {
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
  throw unfit(line, key, 'size', 'a whole number of bytes', size);
}

/** Milliseconds since the epoch; 0 where it is not known. */
function timeOf({last_modified: text}: Fields, key: string, line: number): number {
  if (text === undefined || text === null) return 0;
  const time = typeof text === 'string' && timeWithZone.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw unfit(line, key, 'last_modified', 'a time such as 2026-11-20T05:12:00.000Z, or null', text);
}

/** Empty where there is none. */
function textOf(value: Fields, name: 'etag' | 'file_id', key: string, line: number): string {
  const text = value[name] ?? '';
  if (typeof text === 'string') return text;
  throw unfit(line, key, name, 'a text, or null', text);
}

/** Writers that had no file id put the ETag there, some with its quotes. An id that begins with W/ stays as it is. */
function unquoted(fileId: string): string {
  return fileId.endsWith('"') ? normaliseEtag(fileId) : fileId;
}

function unfit(line: number, key: string, name: string, expected: string, found: unknown): InventoryFault {
  return new InventoryFault(line, `${shown(key)}: "${name}": expected ${expected}, found ${shown(found)}`);
}

/** A value on one line of a message. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (isRecord(value)) return 'an object';
  const text = printableKey(JSON.stringify(value));
  return text.length <= mostShown ? text : `${text.slice(0, mostShown)}…`;
}
