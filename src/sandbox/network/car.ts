import {MST} from '@atproto/repo';
import {type Block, type Content, storageOf} from './content.ts';
import type {Cid} from './encode.ts';

export type CarOrder = 'cid' | 'tree';

/** The blocks of a content as they follow each other in a CAR. */
export interface Sequence {
  readonly blocks: readonly Block[];
  readonly bytes: Uint8Array;
  /** Where each block begins, and where the last one ends. */
  readonly offsets: readonly number[];
}

/** The same content is asked for by all accounts of a crowd: put in order once. */
const sequences = new WeakMap<Content, Map<CarOrder, Promise<Sequence>>>();

/** Blocks of tree and records in the order in which a host sends them. */
export function sequenceOf(content: Content, order: CarOrder): Promise<Sequence> {
  const known = sequences.get(content) ?? new Map<CarOrder, Promise<Sequence>>();
  sequences.set(content, known);
  const sequence = known.get(order) ?? (order === 'cid' ? sorted(content) : walked(content)).then(follow);
  known.set(order, sequence);
  return sequence;
}

/** As the reference PDS selects them: by revision, then by the CID's text, both descending. */
export function newestFirst(one: Block, other: Block): number {
  if (one.rev !== other.rev) return one.rev > other.rev ? -1 : 1;
  return one.cid.toString() > other.cid.toString() ? -1 : 1;
}

async function sorted(content: Content): Promise<readonly Block[]> {
  return [...content.blocks.values()].sort(newestFirst);
}

/** The tree from its root, each node before what is under it, each record where its key is. */
async function walked(content: Content): Promise<readonly Block[]> {
  const blocks: Block[] = [];
  for await (const entry of MST.load(storageOf(content), content.root).walk()) {
    const block = content.blocks.get((entry.isLeaf() ? entry.value : entry.pointer).toString());
    if (block !== undefined) blocks.push(block);
  }
  return blocks;
}

function follow(blocks: readonly Block[]): Sequence {
  const frames = blocks.map(frameOf);
  const offsets = [0];
  for (const {length} of frames) offsets.push((offsets.at(-1) ?? 0) + length);
  return {blocks, bytes: Buffer.concat(frames), offsets};
}

/** CAR version 1; of a repository the commit is the one root. */
export function carOf(roots: readonly Cid[], frames: readonly Uint8Array[]): Uint8Array {
  const header = headerOf(roots);
  return Buffer.concat([varint(header.length), header, ...frames]);
}

/** One block of a CAR: how long it is, its CID, its content. */
export function frameOf({cid, bytes}: {readonly cid: Cid; readonly bytes: Uint8Array}): Uint8Array {
  return Buffer.concat([varint(cid.bytes.length + bytes.length), cid.bytes, bytes]);
}

/** {roots, version: 1} in DAG-CBOR, for up to 23 roots: a list, and in it tag 42 and 37 bytes for each CID. */
function headerOf(roots: readonly Cid[]): Uint8Array {
  const tag = Uint8Array.from([0xd8, 0x2a, 0x58, 0x25, 0x00]);
  return Buffer.concat([
    Buffer.from([0xa2, 0x65]),
    Buffer.from('roots'),
    Uint8Array.from([0x80 + roots.length]),
    ...roots.flatMap(({bytes}) => [tag, bytes]),
    Uint8Array.from([0x67]),
    Buffer.from('version'),
    Uint8Array.from([1]),
  ]);
}

/** Seven bits a byte, the lowest first. */
function varint(number: number): Uint8Array {
  const bytes: number[] = [];
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
