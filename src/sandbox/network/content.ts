import {setImmediate} from 'node:timers/promises';
import {DataDiff, MemoryBlockstore, MST} from '@atproto/repo';
import {type Cid, encodeRecord} from './encode.ts';
import type {Json} from './spec.ts';

/**
 * What is in a repository at one revision: its records and the tree over them, without a commit. It never changes, so
 * many accounts can share one; a write makes another.
 */
export interface Content {
  /** By collection, in ascending order of record keys. */
  readonly collections: ReadonlyMap<string, readonly StoredRecord[]>;
  /** Of records and tree, by CID. */
  readonly blocks: ReadonlyMap<string, Block>;
  /** The root of the tree. */
  readonly root: Cid;
}

export interface StoredRecord {
  readonly rkey: string;
  readonly cid: Cid;
  readonly cidText: string;
  readonly json: string;
  /** What is served is not what the CID is of. */
  readonly isLie: boolean;
}

export interface Block {
  readonly cid: Cid;
  readonly bytes: Uint8Array;
  /** The revision that it came with. */
  readonly rev: string;
}

export interface Write {
  readonly collection: string;
  readonly rkey: string;
  /** Null deletes it. */
  readonly value: Json | null;
  /** What is served in its place. */
  readonly instead?: Json;
}

export function contentOf(writes: readonly Write[], rev: string): Promise<Content> {
  return written(null, writes, rev);
}

export function withWrites(content: Content, writes: readonly Write[], rev: string): Promise<Content> {
  return written(content, writes, rev);
}

export function storageOf(content: Content): MemoryBlockstore {
  const storage = new MemoryBlockstore();
  for (const {cid, bytes} of content.blocks.values()) storage.blocks.set(cid, bytes);
  return storage;
}

/** So many writes take ten milliseconds: what else happens in the program is not held up for longer. */
const betweenPauses = 50;

async function written(before: Content | null, writes: readonly Write[], rev: string): Promise<Content> {
  const storage = before === null ? new MemoryBlockstore() : storageOf(before);
  const old = before === null ? null : MST.load(storage, before.root);
  let tree = old ?? (await MST.create(storage));
  const blocks = new Map(before?.blocks);
  const collections = new Map(
    [...(before?.collections ?? [])].map(([name, records]) => [name, new Map(byKey(records))]),
  );
  for (const [number, {collection, rkey, value, instead}] of writes.entries()) {
    if (number % betweenPauses === 0) await setImmediate();
    const path = `${collection}/${rkey}`;
    const records = collections.get(collection) ?? new Map<string, StoredRecord>();
    collections.set(collection, records);
    if (value === null) {
      tree = await tree.delete(path);
      records.delete(rkey);
      continue;
    }
    const {cid, bytes, json} = await encodeRecord(value);
    tree = records.has(rkey) ? await tree.update(path, cid) : await tree.add(path, cid);
    const served = instead === undefined ? {bytes, json} : await encodeRecord(instead);
    const cidText = cid.toString();
    records.set(rkey, {rkey, cid, cidText, json: served.json, isLie: instead !== undefined});
    blocks.set(cidText, {cid, bytes: served.bytes, rev});
  }
  const root = await tree.getPointer();
  const difference = await DataDiff.of(tree, old);
  for (const [cid, bytes] of difference.newMstBlocks) blocks.set(cid.toString(), {cid, bytes, rev});
  const still = new Set([...collections.values()].flatMap(records => [...records.values()].map(cidTextOf)));
  for (const cid of difference.removedCids) if (!still.has(cid.toString())) blocks.delete(cid.toString());
  return {collections: sorted(collections), blocks, root};
}

/** Two records of the same content are one block, which stays until both are gone. */
function cidTextOf({cidText}: StoredRecord): string {
  return cidText;
}

function byKey(records: readonly StoredRecord[]): readonly (readonly [string, StoredRecord])[] {
  return records.map(record => [record.rkey, record]);
}

function sorted(
  collections: ReadonlyMap<string, ReadonlyMap<string, StoredRecord>>,
): ReadonlyMap<string, readonly StoredRecord[]> {
  return new Map(
    [...collections]
      .filter(([, records]) => records.size > 0)
      .map(([name, records]) => [name, [...records.values()].sort(ascending)]),
  );
}

/** Record keys are ASCII: code units are bytes. */
function ascending(one: StoredRecord, other: StoredRecord): number {
  return one.rkey < other.rkey ? -1 : Number(one.rkey > other.rkey);
}
