import type {Keypair} from '@atproto/crypto';
import {signCommit} from '@atproto/repo';
import {CarReader} from '../../src/atproto/car.ts';
import type {FetchedRecord} from '../../src/atproto/network.ts';
import {openRepository} from '../../src/atproto/repository.ts';
import {encodeValue} from '../../src/sandbox/network/encode.ts';
import {post, signal} from './network-under-test.ts';

/** Repositories block by block, also such as no implementation would write. */

export type Block = Awaited<ReturnType<typeof encodeValue>>;
export type Cid = Block['cid'];

export const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
export const rev = '3jzfcijpj2z2a';

export interface Entry {
  readonly key: string;
  readonly value: Cid;
  readonly right?: Cid | null;
  /** What it says to share with the key before it, where that is not what it does. */
  readonly shared?: number;
}

/** A node of a tree, keys shortened as they should be. */
export function node(entries: readonly Entry[], left: Cid | null = null): Promise<Block> {
  return encodeValue({
    l: left,
    e: entries.map(({key, value, right = null, shared}, index) => {
      const before = entries[index - 1]?.key ?? '';
      const alike = shared ?? sharedLength(before, key);
      return {p: alike, k: Buffer.from(key.slice(alike)), v: value, t: right};
    }),
  });
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

export function record(text: string): Promise<Block> {
  return encodeValue({$type: post, text});
}

/** A record that is good for any key. */
export const some = await record('some');

export function at(rkey: string, more: Partial<Entry> = {}): Entry {
  return {key: `${post}/${rkey}`, value: some.cid, ...more};
}

/** A commit, signed by a key or by nobody, and with other fields where they are given. */
export async function commit(data: Cid, key: Keypair | null = null, fields: object = {}): Promise<Block> {
  const unsigned = {did, version: 3 as const, rev, prev: null, data};
  const signed = key === null ? {...unsigned, sig: new Uint8Array(64)} : await signCommit(unsigned, key);
  return encodeValue({...signed, ...fields});
}

export async function carOf(root: Cid, blocks: readonly Block[], header: object = {}): Promise<Buffer> {
  const head = (await encodeValue({version: 1, roots: [root], ...header})).bytes;
  return Buffer.concat([
    section(head),
    ...blocks.map(({cid, bytes}) => section(Buffer.concat([cid.bytes, bytes]))),
  ]);
}

/** Its length in front of it: seven bits a byte, the lowest first. */
export function section(bytes: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) length.push((rest % 0x80) | 0x80);
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}

export interface Reading {
  readonly collections?: readonly string[];
  readonly proof?: string | null;
  /** Where the CAR is parted on its way. */
  readonly cuts?: readonly number[];
  readonly mostBytes?: number;
}

/** What the client makes of a CAR. */
export async function read(car: Buffer, reading: Reading = {}): Promise<readonly FetchedRecord[]> {
  const {collections = [post], proof = null, cuts = [], mostBytes = 100_000_000} = reading;
  const reader = new CarReader(mostBytes);
  const places = [0, ...cuts.map(cut => cut % (car.length + 1)).toSorted((a, b) => a - b), car.length];
  for (const [index, end] of places.entries()) reader.push(car.subarray(places[index - 1] ?? 0, end));
  const repository = await openRepository(reader.end(), {did, collections, proof, mostBytes, signal});
  return [...repository.records()].flat();
}
