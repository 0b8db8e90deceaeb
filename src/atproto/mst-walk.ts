import {hash} from 'node:crypto';
import {Fault} from '../core/failure.ts';
import type {BlockStore} from './block-store.ts';
import type {Digest} from './cid.ts';
import {keyOf, type MstNode, readMstNode} from './mst-node.ts';

/**
 * The keys of a repository's tree in ascending order, from blocks that were hashed before: whoever trusts the root has all
 * records of it and no others. Keys have to ascend over the whole tree, and below every node but an empty root there has
 * to be one, so no block is read more than once, however blocks name each other.
 */

/** A key's layer comes from its hash, which has so many pairs of bits. */
const mostLayers = 128;

export interface WalkOptions {
  /** Also whether every key is at the layer to which its hash puts it, as whoever signs it has to see to. */
  readonly checksLayers: boolean;
}

export interface MstEntry {
  /** collection/rkey */
  readonly key: string;
  readonly value: Digest;
}

interface Level {
  readonly node: MstNode;
  /** The entry that comes next. */
  next: number;
  /** The key before it. */
  last: string;
}

export function* walkMst(
  blocks: BlockStore,
  root: Digest,
  {checksLayers}: WalkOptions,
): Generator<MstEntry, void, undefined> {
  const levels: Level[] = [];
  let last = '';
  let rootLayer: number | null = null;
  const enter = (digest: Digest) => {
    if (levels.length === mostLayers) throw invalid(`more than ${mostLayers} layers`);
    const node = nodeOf(blocks, digest);
    if (node.entries.length === 0 && node.left === null && levels.length > 0) throw invalid('an empty node');
    levels.push({node, next: 0, last: ''});
    return node.left;
  };
  const descend = (digest: Digest | null) => {
    for (let below = digest; below !== null; ) below = enter(below);
  };
  descend(root);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const entry = level.node.entries[level.next++];
    if (entry === undefined) {
      levels.pop();
      continue;
    }
    const key = keyOf(entry, level.last);
    if (key <= last) throw invalid(`keys that do not ascend: ${key} behind ${last}`);
    level.last = key;
    last = key;
    if (checksLayers) {
      const layer = layerOf(key) + levels.length;
      rootLayer ??= layer;
      if (layer !== rootLayer) throw invalid(`a key at a layer that is not its own: ${key}`);
    }
    yield {key, value: entry.value};
    descend(entry.right);
  }
}

function nodeOf(blocks: BlockStore, digest: Digest): MstNode {
  const block = blocks.get(digest);
  if (block === null) throw blocks.whyMissing(digest);
  return readMstNode(block);
}

/** How many pairs of zero bits a key's hash begins with. */
function layerOf(key: string): number {
  const digest = hash('sha256', key, 'hex');
  let layer = 0;
  for (const digit of digest) {
    const value = Number.parseInt(digit, 16);
    if (value === 0) layer += 2;
    else return value < 4 ? layer + 1 : layer;
  }
  return layer;
}

function invalid(what: string): Fault {
  return new Fault('invalid', `its tree has ${what}`);
}
