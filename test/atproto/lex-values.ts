import type {cidForRecord} from '@atproto/repo';
import fc from 'fast-check';
import {encodeValue} from '../../src/sandbox/network/encode.ts';

/** A value of the data model, in the reference implementation's form and in JSON. */
export interface Both {
  readonly lex: LexValue;
  readonly json: string;
}

export type LexValue = Parameters<typeof cidForRecord>[0];

const cids = await Promise.all(['a', 'b', 'c'].map(async text => (await encodeValue({text})).cid));

const scalar: fc.Arbitrary<Both> = fc.oneof(
  fc.constantFrom<Both>({lex: null, json: 'null'}, {lex: true, json: 'true'}, {lex: false, json: 'false'}),
  {weight: 3, arbitrary: fc.string({unit: 'binary'}).map(text => ({lex: text, json: JSON.stringify(text)}))},
  fc.string({minLength: 20, maxLength: 400}).map(text => ({lex: text, json: JSON.stringify(text)})),
  fc.maxSafeInteger().map(number => ({lex: number, json: String(number)})),
  fc.nat(300).map(number => ({lex: number, json: String(number)})),
  fc.uint8Array({maxLength: 300}).map(bytes => ({
    lex: bytes,
    json: JSON.stringify({$bytes: Buffer.from(bytes).toString('base64').replace(/=+$/, '')}),
  })),
  fc.constantFrom(...cids).map(cid => ({lex: cid, json: JSON.stringify({$link: cid.toString()})})),
);

/** Of the length class of most keys, and others, so that the order by length comes to bear. */
const key = fc
  .oneof(
    fc.string({unit: 'binary', maxLength: 4}),
    fc.string({maxLength: 40}),
    fc.constantFrom('$type', 'text', 'é', '\u{1f600}', '\uffff'),
  )
  .filter(name => !['__proto__', '$link', '$bytes'].includes(name));

const {value} = fc.letrec<{readonly value: Both; readonly map: Both}>(tie => ({
  value: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    scalar,
    fc.array(tie('value'), {maxLength: 5}).map(listOf),
    tie('map'),
  ),
  map: fc.array(fc.tuple(key, tie('value')), {maxLength: 8}).map(mapOf),
}));

function listOf(items: readonly Both[]): Both {
  return {lex: items.map(({lex}) => lex), json: `[${items.map(({json}) => json).join(' , ')}]`};
}

function mapOf(entries: readonly (readonly [string, Both])[]): Both {
  const distinct = [...new Map(entries)];
  return {
    lex: Object.fromEntries(distinct.map(([name, {lex}]) => [name, lex])),
    json: `{${distinct.map(([name, {json}]) => `${JSON.stringify(name)}: ${json}`).join(', ')}}`,
  };
}

/** A record: a map of whatever the data model has, keys in any order. */
export const record: fc.Arbitrary<Both> = fc.array(fc.tuple(key, value), {maxLength: 8}).map(mapOf);
