import {MST} from '@atproto/repo';
import {type Block, type Content, storageOf} from './content.ts';
import {type Cid, encodeValue} from './encode.ts';

type Order = 'cid' | 'tree';

/** The same content is asked for by all accounts of a crowd: sorted once. */
const orders = new WeakMap<Content, Map<Order, readonly Block[]>>();

/** Blocks of tree and records in the order in which a host sends them. */
export async function blocksOf(content: Content, order: Order): Promise<readonly Block[]> {
  const known = orders.get(content) ?? new Map<Order, readonly Block[]>();
  orders.set(content, known);
  const blocks =
    known.get(order) ??
    (order === 'cid' ? [...content.blocks.values()].sort(newestFirst) : await walked(content));
  known.set(order, blocks);
  return blocks;
}

/** As the reference PDS selects them: by revision, then by the CID's text, both descending. */
export function newestFirst(one: Block, other: Block): number {
  if (one.rev !== other.rev) return one.rev > other.rev ? -1 : 1;
  return one.cid.toString() > other.cid.toString() ? -1 : 1;
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

/** CAR version 1, with the commit as its root. */
export async function carOf(
  root: Cid,
  blocks: Iterable<{readonly cid: Cid; readonly bytes: Uint8Array}>,
): Promise<Uint8Array> {
  const header = (await encodeValue({version: 1, roots: [root]})).bytes;
  const parts: Uint8Array[] = [varint(header.length), header];
  for (const {cid, bytes} of blocks) parts.push(varint(cid.bytes.length + bytes.length), cid.bytes, bytes);
  return Buffer.concat(parts);
}

/** Seven bits a byte, the lowest first. */
function varint(number: number): Uint8Array {
  const bytes: number[] = [];
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
