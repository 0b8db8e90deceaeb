import {P256Keypair, Secp256k1Keypair} from '@atproto/crypto';
import {describe, expect, it} from 'vitest';
import {encodeValue} from '../../src/sandbox/network/encode.ts';
import {at, type Cid, carOf, commit, did, node, read, record, section, some} from './car-making.ts';
import {post} from './network-under-test.ts';

/** Repositories that somebody made to be believed without a right to it, and CARs that are none. */

describe('a commit', () => {
  it.each<[string, object, RegExp]>([
    ['of another account', {did: 'did:plc:other'}, /it is of another repository, did:plc:other/],
    ['of another version', {version: 2}, /it is of version 2, and not 3/],
    ['without a revision', {rev: 'now'}, /its revision is no TID/],
    ['with another field', {more: 1}, /it has a field more/],
    ['that writes to the screen', {'\x1b[2J': 1}, /it has a field \\x1b\[2J$/],
    ['of an account that does', {did: 'did:\x1b]0;\x07'}, /it is of another repository, did:\\x1b\]0;\\x07$/],
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

  it('of which all records are the same large one is not taken for all of them', async () => {
    const large = await record('x'.repeat(100_000));
    const keys = Array.from({length: 200}, (_, n) => at(`r${1_000 + n}`, {value: large.cid}));
    const tree = await node(keys);
    const top = await commit(tree.cid);
    const car = await carOf(top.cid, [top, tree, large]);
    expect(car.length).toBeLessThan(150_000);
    await expect(read(car, {mostBytes: 1_000_000})).rejects.toMatchObject({
      kind: 'too-large',
      message: 'its records are larger together than 1,000,000 bytes',
    });
    expect(await read(car)).toHaveLength(200);
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
