import {promisify} from 'node:util';
import {constants, zstdCompress, zstdDecompress} from 'node:zlib';
import {z} from 'zod';
import {actions, type Entry} from '../core/entry.ts';
import {failureKinds} from '../core/failure.ts';
import type {SqlValue} from '../core/sql.ts';

/**
 * Pages are kept as JSON, and compressed with zstd where that is worth it: a page of 1,000 hashes takes about 50 KB of
 * 190. To begin with, a frame costs more time than writing a few kilobytes.
 */

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

const entrySchema = z.object({
  key: z.string(),
  bytes: z.number(),
  action: z.enum(actions),
  fingerprint: z.string().nullable(),
  found: z.unknown().optional(),
  change: z.unknown().optional(),
  reason: z.string().exactOptional(),
  notes: z.array(z.string()).exactOptional(),
  sameAs: z.string().exactOptional(),
  fault: z.object({kind: z.enum(failureKinds), message: z.string()}).exactOptional(),
  attempts: z.number().exactOptional(),
});
const pageSchema = z.array(entrySchema);

const smallBytes = 8 * 1024;
/** Every frame begins so (RFC 8878), and no JSON. */
const frame = Buffer.from('28b52ffd', 'hex');

/** What is intended is kept as it is once it was made: the same entries are packed once. */
const packed = new WeakMap<readonly Entry[], Promise<Uint8Array>>();

export function packEntries(entries: readonly Entry[]): Promise<Uint8Array> {
  const known = packed.get(entries) ?? pack(entries);
  packed.set(entries, known);
  return known;
}

async function pack(entries: readonly Entry[]): Promise<Uint8Array> {
  const json = Buffer.from(JSON.stringify(entries));
  return json.length < smallBytes ? json : compress(json, {params: {[constants.ZSTD_c_compressionLevel]: 1}});
}

export async function unpackEntries(body: SqlValue | undefined): Promise<readonly Entry[]> {
  if (!(body instanceof Uint8Array)) throw new TypeError('a page of the ledger is not a blob');
  const isFrame = frame.equals(body.subarray(0, frame.length));
  const json = isFrame ? await decompress(body) : Buffer.from(body);
  return pageSchema.parse(JSON.parse(json.toString('utf8')));
}
