import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {asciiOf} from '../../src/console/ascii.ts';
import {safeText, widthOf} from '../../src/console/text.ts';

describe('in ASCII', () => {
  it.each([
    ['bgm/01.mp3', 'bgm/01.mp3'],
    ['━━━━╍╍──', '####==--'],
    ['▁▂▃▄▅▆▇█', '_..--=^#'],
    ['✔ ✖ ● ○', 'v x * o'],
    ['asset-index › runbook', 'asset-index > runbook'],
    ['R2 → D1 · 20–31 s…', 'R2 > D1 . 20-31 s~'],
    ['╭─ ─╮│╰╯', '+- -+|++'],
    ['艦これ 🚢', '?????? ??'],
    ['cafe\u0301 é', 'caf? ?'],
  ])('%s is %s', (text, ascii) => {
    expect(asciiOf(text)).toBe(ascii);
  });

  it('every text is as wide as it was, and ASCII', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({unit: 'grapheme'}), fc.string({unit: 'binary'})), text => {
        const ascii = asciiOf(safeText(text));
        expect(ascii).toMatch(/^[ -~]*$/);
        expect(ascii.length).toBe(widthOf(text));
      }),
      {numRuns: 1_000},
    );
  });
});
