import {type Keypair, P256Keypair, Secp256k1Keypair} from '@atproto/crypto';
import {blocksToCarFile, MemoryBlockstore, Repo, readCar, verifyRepoCar, WriteOpAction} from '@atproto/repo';
import {isValidNsid, isValidRecordKey} from '@atproto/syntax';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {FetchedRecord} from '../../src/atproto/network.ts';
import {Fault} from '../../src/core/failure.ts';
import {carOf, did, read} from './car-making.ts';
import {like, post} from './network-under-test.ts';

const keys = await Promise.all([Secp256k1Keypair.create(), P256Keypair.create()]);

/** Keys of records, some of which share what they begin with, and collections between and around those that are asked for. */
const path = fc.tuple(
  fc.constantFrom('app.bsky.feed.lik', like, 'app.bsky.feed.likes', post, 'com.example.a'),
  fc
    .oneof(fc.stringMatching(/^[a-zA-Z0-9_~.:-]{1,20}$/), fc.stringMatching(/^3k[a-c]{3}$/))
    .filter(key => !/^\.\.?$/.test(key)),
);
const records = fc.uniqueArray(fc.tuple(path, fc.string()), {
  selector: ([[c, r]]) => `${c}/${r}`,
  maxLength: 60,
});

/** A repository by the reference implementation, and what it lists itself. */
async function repositoryOf(
  written: readonly (readonly [readonly [string, string], string])[],
  key: Keypair = keys[0],
) {
  const storage = new MemoryBlockstore();
  const writes = written.flatMap(([[collection, rkey], text]) =>
    isValidNsid(collection) && isValidRecordKey(rkey)
      ? [{action: WriteOpAction.Create as const, collection, rkey, record: {$type: collection, text}}]
      : [],
  );
  const repo = await Repo.create(storage, did, key, writes);
  const car = Buffer.from(await blocksToCarFile(repo.cid, storage.blocks));
  const listed = (await repo.data.list()).map(({key: path, value}) => `${path} ${value}`);
  return {car, listed, root: repo.cid};
}

const wanted = [like, post];
const isWanted = (line: string) => wanted.some(collection => line.startsWith(`${collection}/`));
const linesOf = (given: readonly FetchedRecord[]) =>
  given.map(({collection, rkey, cid}) => `${collection}/${rkey} ${cid}`);

describe('a CAR', () => {
  it('has the records that the reference implementation lists, in the same order, however it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.array(fc.nat(), {maxLength: 30}),
        fc.nat(1),
        async (written, cuts, which) => {
          const key = keys[which] ?? keys[0];
          const {car, listed} = await repositoryOf(written, key);
          const given = await read(car, {collections: wanted, proof: key.did(), cuts});
          expect(linesOf(given)).toEqual(listed.filter(isWanted));
          const texts = new Map(written.map(([[collection, rkey], text]) => [`${collection}/${rkey}`, text]));
          for (const {collection, rkey, json, fault} of given)
            expect([fault, JSON.parse(json)]).toEqual([
              null,
              {$type: collection, text: texts.get(`${collection}/${rkey}`)},
            ]);
          const verified = await verifyRepoCar(car, did, key.did());
          expect(verified.creates).toHaveLength(listed.length);
        },
      ),
      {numRuns: 60},
    );
  });

  it('may come a byte at a time, with blocks in any order, twice, or that nobody needs', async () => {
    const written = Array.from({length: 40}, (_, n) => [[post, `k${n}`], `text ${n}`] as const);
    const {car, listed} = await repositoryOf(written);
    const {roots, blocks} = await readCar(car);
    const all = blocks.entries();
    const other = await readCar((await repositoryOf([[[post, 'x'], 'other']])).car);
    const [root] = roots;
    if (root === undefined) throw new Error('it has no root');
    const shuffled = await carOf(root, [...all.toReversed(), ...other.blocks.entries(), ...all]);
    expect(linesOf(await read(shuffled))).toEqual(listed);
    const everywhere = Array.from({length: car.length}, (_, at) => at);
    expect(linesOf(await read(car, {cuts: everywhere}))).toEqual(listed);
  });

  it('with damage anywhere gives what is right, or fails: nothing else, and nothing less without saying so', async () => {
    const written = Array.from({length: 25}, (_, n) => [[post, `3k${n}`], `text ${n}`] as const);
    const {car} = await repositoryOf(written);
    const sound = await read(car);
    const damage = fc.oneof(
      fc.tuple(fc.constant('flip' as const), fc.nat(car.length - 1), fc.integer({min: 1, max: 255})),
      fc.tuple(fc.constant('cut' as const), fc.nat(car.length - 1), fc.constant(0)),
      fc.tuple(fc.constant('drop' as const), fc.nat(car.length - 1), fc.integer({min: 1, max: 200})),
      fc.tuple(fc.constant('double' as const), fc.nat(car.length - 1), fc.integer({min: 1, max: 200})),
    );
    await fc.assert(
      fc.asyncProperty(damage, fc.boolean(), async ([kind, at, much], isProven) => {
        const proof = isProven ? keys[0].did() : null;
        const given = await unlessFault(read(damaged(car, kind, at, much), {proof}));
        if (given === null) return;
        expect(linesOf(given)).toEqual(linesOf(sound));
        for (const [index, {json, fault}] of given.entries())
          if (fault === null) expect(json).toBe(sound[index]?.json);
          else expect(json).toBe('');
      }),
      {numRuns: 2_000},
    );
  });

  it('that lacks a block fails, and may be asked for again; one of other collections it may lack', async () => {
    const written = Array.from(
      {length: 12},
      (_, n) => [[n % 3 === 0 ? like : post, `k${n}`], `text ${n}`] as const,
    );
    const {car, listed, root} = await repositoryOf(written);
    // Without those that the writing left behind.
    const blocks = (await verifyRepoCar(car)).commit.newBlocks.entries();
    for (const lacking of blocks) {
      const rest = await carOf(
        root,
        blocks.filter(block => block !== lacking),
      );
      const cid = lacking.cid.toString();
      const isOther = listed.some(line => line.startsWith(like) && line.endsWith(cid));
      const given = read(rest);
      if (isOther) expect(linesOf(await given)).toEqual(listed.filter(line => line.startsWith(post)));
      else
        await expect(given).rejects.toMatchObject({
          kind: 'changed',
          message: `its CAR lacks a block that it names, ${cid}`,
        });
    }
  });
});

function damaged(car: Buffer, kind: 'flip' | 'cut' | 'drop' | 'double', at: number, much: number): Buffer {
  switch (kind) {
    case 'flip': {
      const copy = Buffer.from(car);
      copy[at] = (copy[at] ?? 0) ^ much;
      return copy;
    }
    case 'cut':
      return car.subarray(0, at);
    case 'drop':
      return Buffer.concat([car.subarray(0, at), car.subarray(at + much)]);
    case 'double':
      return Buffer.concat([car.subarray(0, at + much), car.subarray(at)]);
  }
}

async function unlessFault<Value>(given: Promise<Value>): Promise<Value | null> {
  try {
    return await given;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}
