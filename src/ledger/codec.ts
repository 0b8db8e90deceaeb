import {promisify} from 'node:util';
import {zstdCompress, zstdDecompress} from 'node:zlib';
import {z} from 'zod';
import {actions, type Entry} from '../core/entry.ts';
import {failureKinds} from '../core/failure.ts';
import type {SqlValue} from '../core/sql.ts';

/** Pages are kept as zstd-compressed JSON: a page of 1,000 hashes takes about 50 KB of 190. */

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
  fault: z.object({kind: z.enum(failureKinds), message: z.string()}).exactOptional(),
  attempts: z.number().exactOptional(),
});
const pageSchema = z.array(entrySchema);

export async function packEntries(entries: readonly Entry[]): Promise<Uint8Array> {
  return compress(JSON.stringify(entries));
}

export async function unpackEntries(body: SqlValue | undefined): Promise<readonly Entry[]> {
  if (!(body instanceof Uint8Array)) throw new TypeError('a page of the ledger is not a blob');
  return pageSchema.parse(JSON.parse((await decompress(body)).toString('utf8')));
}
