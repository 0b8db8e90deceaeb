import type {Secp256k1Keypair} from '@atproto/crypto';
import {type Account, keyOf} from './account.ts';
import {type Content, contentOf, type Write} from './content.ts';
import {plcDidOf, revisionOf, tidOf} from './identifiers.ts';
import {Repository} from './repository.ts';
import type {CrowdSpec} from './spec.ts';

/** 2025-01-01, in microseconds. */
const firstRecordAt = 1_735_689_600_000_000n;

/**
 * The accounts of a crowd. Each shape's records are encoded and its tree is built once; an account adds its DID, so what
 * differs between two of one shape is the commit alone. All sign with one key.
 */
export async function* crowdAccounts(crowd: CrowdSpec, seed: string): AsyncGenerator<Account> {
  const key = await keyOf(seed, crowd.name);
  const signingKey = key.did();
  const everIn = new Set(Object.keys(crowd.records).filter(name => crowd.records[name] !== 0));
  const shapes: Content[] = [];
  for (let shape = 0; shape < (crowd.shapes ?? 1); shape++) shapes.push(await shapeOf(crowd, shape));
  for (let number = 0; number < crowd.accounts; number++) {
    const content = shapes[number % shapes.length];
    const host = crowd.hosts[number % crowd.hosts.length];
    if (content === undefined || host === undefined) throw new Error(`${crowd.name} has no host or no shape`);
    yield memberOf(crowd, {number, host, content, key, signingKey, everIn, seed});
  }
}

interface Member {
  readonly number: number;
  readonly host: string;
  readonly content: Content;
  readonly key: Secp256k1Keypair;
  /** Written out once: that takes a quarter of a millisecond. */
  readonly signingKey: string;
  readonly everIn: ReadonlySet<string>;
  readonly seed: string;
}

function memberOf(crowd: CrowdSpec, {number, host, content, key, signingKey, everIn, seed}: Member): Account {
  const name = `${crowd.name}-${number}`;
  const did = plcDidOf(seed, name);
  return {
    name,
    did,
    handle: `${name}.test`,
    signingKey,
    repository: new Repository({did, content, key: crowd.isUnsigned === true ? null : key}),
    everIn,
    host,
    status: 'active',
    leftAt: [],
    document: null,
  };
}

function shapeOf({name, records, textLength = 100}: CrowdSpec, shape: number): Promise<Content> {
  const writes: Write[] = Object.entries(records).flatMap(([collection, count]) =>
    Array.from({length: count}, (_, number) => {
      const at = firstRecordAt + BigInt(number) * 60_000_000n;
      const text = `${number} of ${collection} in shape ${shape} of ${name} `;
      return {
        collection,
        rkey: tidOf(at),
        value: {
          $type: collection,
          text: text.repeat(Math.ceil(textLength / text.length)).slice(0, textLength),
          number,
          createdAt: new Date(Number(at / 1_000n)).toISOString(),
        },
      };
    }),
  );
  return contentOf(writes, revisionOf(0));
}
