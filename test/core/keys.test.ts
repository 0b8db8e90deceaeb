import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {compareKeys, inRange, printableKey} from '../../src/core/keys.ts';
import {awkwardText} from '../support/awkward.ts';

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

describe('compareKeys', () => {
  it('orders any two keys as their UTF-8 bytes are ordered', () => {
    fc.assert(
      fc.property(awkwardText(), awkwardText(), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(byBytes(a, b));
      }),
      {numRuns: 2_000},
    );
  });

  it('orders keys that share a beginning', () => {
    fc.assert(
      fc.property(awkwardText(), awkwardText(), awkwardText(), (start, a, b) => {
        expect(Math.sign(compareKeys(start + a, start + b))).toBe(byBytes(start + a, start + b));
      }),
      {numRuns: 1_000},
    );
  });

  it.each([
    ['an emoji is beyond what UTF-16 puts after it', '\uffff', '🚢'],
    ['the private use area is before an emoji', '\ue000', '\u{10000}'],
    ['the last code unit before the surrogates is before them', '\ud7ff', '\u{10000}'],
    ['NFD is before NFC', 'e\u0301', '\u00e9'],
    ['a file name with a dot is before the folder of that name', 'a.txt', 'a/b'],
    ['a folder is before the digit 0', 'a/b', 'a0'],
    ['a beginning is before what it begins', 'a', 'a\u0000'],
    ['the empty key is before all', '', '\u0000'],
  ])('%s', (_, smaller, larger) => {
    expect(compareKeys(smaller, larger)).toBeLessThan(0);
    expect(compareKeys(larger, smaller)).toBeGreaterThan(0);
    expect(compareKeys(smaller, smaller)).toBe(0);
  });
});

describe('inRange', () => {
  it.each([
    ['the start is outside', 'a', 'a', 'c', false],
    ['the end is inside', 'c', 'a', 'c', true],
    ['between both', 'b', 'a', 'c', true],
    ['beyond the end', 'c0', 'a', 'c', false],
    ['before the start', 'A', 'a', 'c', false],
    ['without an end', '🚢', 'a', null, true],
    ['from the very start', '\u0000', '', null, true],
    ['by bytes, and not by UTF-16', '🚢', '\uffff', null, true],
    ['an end by bytes', '🚢', '', '\uffff', false],
  ])('%s', (_, key, lo, hi, inside) => {
    expect(inRange(key, {lo, hi})).toBe(inside);
  });

  it('puts every key into exactly one of two halves', () => {
    fc.assert(
      fc.property(awkwardText(), awkwardText(), (key, middle) => {
        fc.pre(key !== '');
        const halves = [inRange(key, {lo: '', hi: middle}), inRange(key, {lo: middle, hi: null})];
        expect(halves.filter(inside => inside)).toHaveLength(1);
      }),
    );
  });
});

describe('printableKey', () => {
  it.each([
    ['new\nline', 'new\\x0aline'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['tab\t\u0000\u007f\u009b', 'tab\\x09\\x00\\x7f\\x9b'],
    ['emoji 🚢, 中文, e\u0301', 'emoji 🚢, 中文, e\u0301'],
  ])('shows %j on one line', (key, shown) => {
    expect(printableKey(key)).toBe(shown);
  });

  it('never lets a control character through to the terminal', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), key => {
        const codes = Array.from(printableKey(key), char => char.codePointAt(0) ?? 0);
        expect(codes.filter(code => code < 0x20 || (code >= 0x7f && code < 0xa0))).toEqual([]);
      }),
    );
  });
});
