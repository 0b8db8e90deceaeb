import fc from 'fast-check';
import {awkwardText} from '../support/awkward.ts';

/** Where buckets and the way to them differ most: paths that a URL parser changes, what XML changes, the longest keys. */
const notorious = [
  '/',
  '//',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  './a',
  'a/../b',
  'a/.',
  '\r',
  'a\rb',
  'a\r\nb',
  '\t',
  ' ',
  'a&amp;b',
  'a&#13;b',
  ']]>',
  '<Key>',
  'a+b',
  'a%2Fb',
  'a%b',
  '\u2028',
  '\u0085',
  '\u0001',
  '\u001b[31m',
  '\ufeff',
  'k'.repeat(1_024),
  'é'.repeat(512),
  '🚢'.repeat(256),
] as const;

/** Sets of keys for buckets that take the keys that are `taken`: 1 to 1,024 bytes of UTF-8 at most. */
export function bucketKeys(taken: (key: string) => boolean): fc.Arbitrary<readonly string[]> {
  const key = fc.oneof({weight: 3, arbitrary: awkwardText()}, fc.constantFrom(...notorious));
  return fc
    .array(
      key.filter(text => text !== '' && text.isWellFormed() && taken(text)),
      {maxLength: 12},
    )
    .map(keys => [...new Set(keys)]);
}
