import {describe, expect, it} from 'vitest';
import {encodeValue} from '../../src/sandbox/network/encode.ts';
import {at, type Block, carOf, commit, node, read, some} from './car-making.ts';

/** A CAR of a tree, under a commit that nobody signed. */
async function treeOf(root: Block, ...others: readonly Block[]): Promise<Buffer> {
  const top = await commit(root.cid);
  return carOf(top.cid, [top, root, ...others, some]);
}

describe('a tree', () => {
  it('is taken as such', async () => {
    const below = await node([at('b')]);
    const first = await node([at('0')]);
    expect(
      (
        await read(await treeOf(await node([at('a', {right: below.cid}), at('c')], first.cid), below, first))
      ).map(({rkey}) => rkey),
    ).toEqual(['0', 'a', 'b', 'c']);
  });

  it.each<[string, () => Promise<Buffer>, RegExp]>([
    [
      'keys that descend in a node',
      async () => treeOf(await node([at('b'), at('a')])),
      /its tree has keys that do not ascend: app\.bsky\.feed\.post\/a behind app\.bsky\.feed\.post\/b/,
    ],
    ['a key twice', async () => treeOf(await node([at('a'), at('a')])), /keys that do not ascend/],
    [
      'a subtree on the wrong side',
      async () => {
        const below = await node([at('a')]);
        return treeOf(await node([at('b', {right: below.cid})]), below);
      },
      /keys that do not ascend/,
    ],
    [
      'a subtree twice',
      async () => {
        const below = await node([at('b')]);
        return treeOf(await node([at('a', {right: below.cid}), at('c', {right: below.cid})]), below);
      },
      /keys that do not ascend/,
    ],
    [
      'a key of no collection',
      async () => treeOf(await node([{key: 'a', value: some.cid}])),
      /no collection\/rkey/,
    ],
    ['a key of three parts', async () => treeOf(await node([at('a/b')])), /no collection\/rkey/],
    ['a key with a blank', async () => treeOf(await node([at('a b')])), /no collection\/rkey/],
    ['an empty record key', async () => treeOf(await node([at('')])), /no collection\/rkey/],
    [
      'a key that is too long',
      async () => treeOf(await node([at('a'.repeat(1_024))])),
      /no collection\/rkey/,
    ],
    [
      'a first key that shares something',
      async () => treeOf(await node([at('a', {shared: 3})])),
      /no collection\/rkey/,
    ],
    [
      'a key that shares more than there is',
      async () => treeOf(await node([at('a'), at('ab', {shared: 400})])),
      /no collection\/rkey/,
    ],
    [
      'an empty node below another',
      async () => {
        const empty = await node([]);
        return treeOf(await node([at('a', {right: empty.cid})]), empty);
      },
      /an empty node/,
    ],
    ['more layers than a hash has bits', async () => treeOf(...(await chain(200))), /more than 128 layers/],
    ['a record in the place of a node', async () => treeOf(some), /a value of another type|another form/],
    [
      'a node with more fields',
      async () => treeOf(await encodeValue({e: [], l: null, x: 1})),
      /another form/,
    ],
    ['a node without fields', async () => treeOf(await encodeValue({e: []})), /another form/],
    [
      'an entry with more fields',
      async () =>
        treeOf(await encodeValue({l: null, e: [{p: 0, k: new Uint8Array(), v: some.cid, t: null, x: 1}]})),
      /another form/,
    ],
    [
      'a node of two megabytes',
      async () => treeOf(await encodeValue({e: [], l: null, x: 'x'.repeat(2_000_000)})),
      /a node of 20000\d\d bytes/,
    ],
  ])('with %s is refused', async (_, made, message) => {
    await expect(made().then(read)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(message),
    });
  });

  it('whose nodes lead through others without keys is taken, as long as there is a key below', async () => {
    const [top, ...others] = await chain(60);
    if (top === undefined) throw new Error('there is no chain');
    expect(await read(await treeOf(top, ...others))).toMatchObject([{rkey: 'a'}]);
  });

  it('whose keys are longer than those of records, said in fifty bytes each, has records that say so', async () => {
    const long = 'x'.repeat(800);
    const entries = Array.from({length: 5_000}, (_, n) => at(`${long}${String(n).padStart(6, '0')}`));
    const given = await read(await treeOf(await node(entries)));
    expect(given).toHaveLength(5_000);
    expect(given.every(({fault, json}) => fault?.kind === 'invalid' && json === '')).toBe(true);
  });
});

/** Nodes without keys, one below the other, and a key at the end. */
async function chain(length: number): Promise<readonly [Block, ...Block[]]> {
  let top = await node([at('a')]);
  const below: Block[] = [];
  for (let layer = 1; layer < length; layer++) {
    below.push(top);
    top = await node([], top.cid);
  }
  return [top, ...below];
}
