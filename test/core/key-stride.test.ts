import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {keysAhead} from '../../src/core/key-stride.ts';
import {compareKeys} from '../../src/core/keys.ts';
import {awkwardText} from '../support/awkward.ts';
import {inByteOrder} from '../support/ranges.ts';

const numbered = (from: number, to: number, name: (number: number) => string) =>
  inByteOrder(Array.from({length: to - from}, (_, index) => name(from + index)));
const digits = (number: number, length: number) => String(number).padStart(length, '0');

describe('keysAhead', () => {
  it('gives ascending texts beyond the page, whatever its keys are, and no more than were asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(awkwardText(), fc.string({unit: fc.constantFrom('0', '9', 'f', '/', '-', '🚢')}))),
        fc.integer({min: 1, max: 50}),
        fc.integer({min: 1, max: 5}),
        (texts, pages, count) => {
          const page = inByteOrder([...new Set(texts)]);
          const found = keysAhead(page, pages, count);
          expect(found.length).toBeLessThanOrEqual(count);
          let last = page.at(-1) ?? '';
          for (const text of found) {
            expect(compareKeys(text, last)).toBeGreaterThan(0);
            expect(text.isWellFormed()).toBe(true);
            last = text;
          }
        },
      ),
      {numRuns: 2_000},
    );
  });

  it.each<[string, readonly string[], readonly RegExp[]]>([
    [
      'numbers: so many pages on, exactly',
      numbered(2_000, 3_000, number => `${digits(number, 8)}.bin`),
      [/^0000699/, /^0001099/, /^0001498/],
    ],
    [
      'numbers in folders: over as many folders',
      numbered(
        1_000,
        2_000,
        number => `a/${digits(Math.floor(number / 50), 4)}/${digits(number % 50, 3)}.bin`,
      ),
      [/^a\/01[12]/, /^a\/01[89]/, /^a\/02[67]/],
    ],
    [
      'hex: letters come after digits, though the page shows none in the first place',
      numbered(0x80, 0x90, number => `${number.toString(16)}${number.toString(16).repeat(5)}`),
      [/^c[8-d]/],
    ],
    [
      'a number that all share is counted on, words that all share are not',
      numbered(0xa000, 0xb000, number => `tenant-009/img/${number.toString(16)}.png`).filter(
        (_, n) => n % 4 === 0,
      ),
      [/^tenant-009\/img\/e/, /^tenant-0(0a|10)\/img\/2/, /^tenant-0(0a|10)\/img\/6/],
    ],
    [
      'the end of a folder where it would be passed, then the ends of those above it',
      ['x/y/z/a97', 'x/y/z/a98', 'x/y/z/a99'],
      [/^x\/y\/z0$/, /^x\/y0$/, /^x0$/],
    ],
    ['nothing for keys without folders that would be passed', ['97', '98', '99'], []],
    ['nothing from one key', ['only'], []],
    ['nothing from none', [], []],
  ])('%s', (_, page, expected) => {
    const found = keysAhead(page, 4, 3);
    expect(found.slice(0, expected.length)).toEqual(expected.map(pattern => expect.stringMatching(pattern)));
    if (expected.length === 0) expect(found).toEqual([]);
  });
});
