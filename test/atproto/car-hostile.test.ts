import {P256Keypair, Secp256k1Keypair} from '@atproto/crypto';
import {describe, expect, it} from 'vitest';
import {encodeValue} from '../../src/sandbox/network/encode.ts';
import {
  type Block,
  type Cid,
  carOf,
  commit,
  did,
  type Entry,
  node,
  read,
  record,
  section,
} from './car-making.ts';
import {post} from './network-under-test.ts';

/** Repositories that somebody made to be believed, or to be choked on. */

const some = await record('some');
const at = (rkey: string, more: Partial<Entry> = {}): Entry => ({
  key: `${post}/${rkey}`,
  value: some.cid,
  ...more,
});

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

describe('a commit', () => {
  it.each<[string, object, RegExp]>([
    ['of another account', {did: 'did:plc:other'}, /it is of another repository, did:plc:other/],
    ['of another version', {version: 2}, /it is of version 2, and not 3/],
    ['without a revision', {rev: 'now'}, /its revision is no TID/],
    ['with another field', {more: 1}, /it has a field more/],
    ['of nothing', {data: null}, /a value of another type/],
    ['with a text for its tree', {data: 'bafy'}, /a value of another type/],
  ])('%s is refused', async (_, fields, message) => {
    const tree = await node([at('a')]);
    const top = await commit(tree.cid, null, fields);
    await expect(read(await carOf(top.cid, [top, tree, some]))).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(message),
    });
  });

  it('is believed by the key that signed it, of either curve, and by no other', async () => {
    const tree = await node([at('a')]);
    const keys = await Promise.all([Secp256k1Keypair.create(), P256Keypair.create()]);
    for (const key of keys) {
      const top = await commit(tree.cid, key);
      const car = await carOf(top.cid, [top, tree, some]);
      for (const proof of keys.map(other => other.did()))
        if (proof === key.did()) expect(await read(car, {proof})).toHaveLength(1);
        else
          await expect(read(car, {proof})).rejects.toMatchObject({
            kind: 'invalid',
            message: `its commit can not be taken: its signature is not that of ${proof}`,
          });
    }
  });

  it('that was signed for another tree, revision or account is no proof', async () => {
    const key = await Secp256k1Keypair.create();
    const [tree, other] = await Promise.all([node([at('a')]), node([at('b')])]);
    for (const fields of [{data: other.cid}, {rev: '3jzfcijpj2z2b'}]) {
      const top = await commit(tree.cid, key, fields);
      await expect(
        read(await carOf(top.cid, [top, tree, other, some]), {proof: key.did()}),
      ).rejects.toMatchObject({
        kind: 'invalid',
        message: expect.stringMatching(/its signature is not that of/),
      });
    }
  });

  it('proves a tree only where every key is at the layer of its hash', async () => {
    const key = await Secp256k1Keypair.create();
    // By their hashes both are at the lowest layer: app.bsky.feed.post/a would be found by whoever walks, and by nobody who seeks.
    const below = await node([at('a')]);
    const tree = await node([at('b')], below.cid);
    const top = await commit(tree.cid, key);
    const car = await carOf(top.cid, [top, tree, below, some]);
    expect(await read(car)).toHaveLength(2);
    await expect(read(car, {proof: key.did()})).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/its tree has a key at a layer that is not its own/),
    });
  });
});

describe('a CAR', () => {
  const whole = async (cid: Cid = some.cid) => carOf(cid, [some]);

  it.each<[string, () => Promise<Buffer> | Buffer, string, RegExp]>([
    ['of nothing', () => Buffer.alloc(0), 'connection', /its CAR breaks off before its first block/],
    [
      'of a page for people',
      () => Buffer.from('<!DOCTYPE html><html></html>'),
      'connection',
      /breaks off in the middle/,
    ],
    ['with a length of nothing', () => Buffer.from([0]), 'invalid', /a block of no length/],
    ['with a length without end', () => Buffer.alloc(20, 0xff), 'invalid', /a length that can not be/],
    [
      'with a header of a megabyte',
      () => section(Buffer.alloc(1_000_000)),
      'too-large',
      /a block of 1000000 bytes/,
    ],
    [
      'with a block longer than all of it may be',
      async () => Buffer.concat([await whole(), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])]),
      'too-large',
      /a block of 4294967295 bytes/,
    ],
    [
      'of another version',
      () => carOf(some.cid, [some], {version: 2}),
      'invalid',
      /without version 1 and one root/,
    ],
    [
      'without roots',
      () => carOf(some.cid, [some], {roots: []}),
      'invalid',
      /a header that says something else/,
    ],
    [
      'of two roots',
      () => carOf(some.cid, [some], {roots: [some.cid, some.cid]}),
      'invalid',
      /a header that says something else/,
    ],
    [
      'with more in its header',
      () => carOf(some.cid, [some], {more: 1}),
      'invalid',
      /a header that says something else/,
    ],
    ['whose root is no commit', () => whole(), 'invalid', /its commit can not be taken: it has a field/],
    [
      'with a block that has no CID',
      async () => Buffer.concat([await whole(), section(Buffer.from('a'))]),
      'invalid',
      /a block whose CID is not of DAG-CBOR by SHA-256/,
    ],
  ])('%s is refused', async (_, made, kind, message) => {
    const car = await made();
    await expect(read(car)).rejects.toMatchObject({kind, message: expect.stringMatching(message)});
  });

  it('with thousands of blocks that are not what they should be is given up', async () => {
    const top = await commit(some.cid);
    const lies = await Promise.all(Array.from({length: 1_001}, (_, n) => record(`lie ${n}`)));
    const car = await carOf(top.cid, [top, ...lies.map(({cid}) => ({cid, bytes: some.bytes}))]);
    await expect(read(car)).rejects.toMatchObject({
      kind: 'invalid',
      message: 'its CAR has more than 1000 blocks that are not the content of their CIDs',
    });
  });

  it('with records that can not be taken gives all others', async () => {
    const large = await encodeValue({$type: post, text: 'x'.repeat(1_100_000)});
    const list = await encodeValue(['no map']);
    const deep = await encodeValue({a: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`)});
    const tree = await node(
      [
        at('a'),
        at('b', {value: large.cid}),
        at('c', {value: list.cid}),
        at('d', {value: deep.cid}),
        at('..'.padStart(2)),
        at('z'),
      ].toSorted((one, other) => (one.key < other.key ? -1 : 1)),
    );
    const top = await commit(tree.cid);
    const given = await read(await carOf(top.cid, [top, tree, some, large, list, deep]));
    expect(given.map(({rkey, fault}) => [rkey, fault?.kind ?? null, fault?.message ?? null])).toEqual([
      ['..', 'invalid', 'its record key is not one that a record may have'],
      ['a', null, null],
      ['b', 'too-large', expect.stringMatching(/^it is larger than a record may be: 1,100,\d+ bytes/)],
      ['c', 'invalid', 'its content has a value of another type than expected'],
      ['d', 'too-large', expect.stringMatching(/deeper than the 32 levels/)],
      ['z', null, null],
    ]);
    expect(given[1]?.uri).toBe(`at://${did}/${post}/a`);
  });
});
