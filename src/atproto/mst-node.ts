import {Fault} from '../core/failure.ts';
import {CborReader, major} from './cbor-reader.ts';
import {type Digest, digestOfCid} from './cid.ts';

/** A node of a repository's tree: https://atproto.com/specs/repository#mst-structure */
export interface MstNode {
  /** The subtree before the first key. */
  readonly left: Digest | null;
  readonly entries: readonly MstNodeEntry[];
}

/** Keys are not written out: a node could say, in fifty bytes each, that they are a thousand long. */
export interface MstNodeEntry {
  /** So many characters of its key are those of the key before it in this node. */
  readonly shared: number;
  readonly rest: string;
  readonly value: Digest;
  /** The subtree between this key and the next. */
  readonly right: Digest | null;
}

/** Nodes have four entries in the middle, and few have fifty. */
const mostNodeBytes = 1_048_576;
const mostKeyLength = 1_024;
const validKey = /^[a-zA-Z0-9_~.:-]+\/[a-zA-Z0-9_~.:-]+$/;

/** {e: [{k: bytes, p: number, t: CID or null, v: CID}], l: CID or null}, in this order and nothing else. */
export function readMstNode(block: Buffer): MstNode {
  if (block.length > mostNodeBytes) throw invalid(`a node of ${block.length} bytes`);
  const reader = new CborReader(block);
  requireFields(reader, 2);
  requireField(reader, 'e');
  const count = reader.expect(major.array);
  const entries: MstNodeEntry[] = [];
  for (let index = 0; index < count; index++) entries.push(readEntry(reader));
  requireField(reader, 'l');
  const left = subtree(reader);
  if (!reader.isAtEnd) throw invalid('a node of another form than a tree has');
  return {left, entries};
}

function readEntry(reader: CborReader): MstNodeEntry {
  requireFields(reader, 4);
  requireField(reader, 'k');
  const rest = reader.take(reader.expect(major.bytes)).toString('latin1');
  requireField(reader, 'p');
  const shared = reader.expect(major.unsigned);
  requireField(reader, 't');
  const right = subtree(reader);
  requireField(reader, 'v');
  const value = digestOfCid(reader.expectLink());
  if (value === null) throw invalid('a record whose CID is not of DAG-CBOR by SHA-256');
  return {shared, rest, value, right};
}

/** collection/rkey, where the key before it is known. */
export function keyOf({shared, rest}: MstNodeEntry, last: string): string {
  const key = last.slice(0, shared) + rest;
  if (shared < 0 || shared > last.length || key.length > mostKeyLength || !validKey.test(key))
    throw invalid('a key that is no collection/rkey');
  return key;
}

function subtree(reader: CborReader): Digest | null {
  const link = reader.expectLinkOrNull();
  const digest = link === null ? null : digestOfCid(link);
  if (link !== null && digest === null) throw invalid('a subtree whose CID is not of DAG-CBOR by SHA-256');
  return digest;
}

function requireFields(reader: CborReader, count: number): void {
  if (reader.expect(major.map) !== count) throw invalid('a node of another form than a tree has');
}

/** A key of one letter, by its two bytes: a tree has five of them for every record. */
function requireField(reader: CborReader, name: string): void {
  const {at, bytes} = reader;
  reader.skip(2);
  if (bytes[at] !== 0x61 || bytes[at + 1] !== name.charCodeAt(0))
    throw invalid('a node of another form than a tree has');
}

function invalid(what: string): Fault {
  return new Fault('invalid', `its tree has ${what}`);
}
