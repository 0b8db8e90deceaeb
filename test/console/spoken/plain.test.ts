import {describe, expect, it} from 'vitest';
import {barSpans, sparkline} from '../../../src/console/bar.ts';
import type {Line} from '../../../src/console/line.ts';
import {keyName, plainText, stepSigns} from '../../../src/console/spoken/plain.ts';

const dim = (text: string) => ({text, tone: 'dim' as const});

describe('a line of a screen, as it is said', () => {
  it.each<{line: Line; says: string}>([
    {line: [{text: ''}], says: ''},
    {
      line: [...barSpans(20, 1_204, 30, 2_238), {text: '  1,204/2,238   53.79 %  20–31 s left'}],
      says: '1,204 of 2,238, 53.79 %, 20 to 31 seconds left',
    },
    {line: [...barSpans(9, 5, 0, 9), {text: '  5/about 9'}], says: '5 of about 9'},
    {
      line: [{text: '64 items/s '}, ...sparkline([1, 2, 3], 8), {text: '  1 min'}],
      says: '64 items/s: 1 minute',
    },
    {line: [{text: '  assets → index.sqlite'}], says: 'assets to index.sqlite'},
    {line: [dim('reads    '), {text: 'assets, all'}], says: 'reads: assets, all'},
    {line: [dim('way back '), {text: 'u undoes it'}], says: 'way back: u undoes it'},
    {line: [{text: '✔ '}, {text: 'every hash fits'}], says: 'ok: every hash fits'},
    {line: [dim('gates    '), {text: '✔ 9 hold'}], says: 'gates: ok: 9 hold'},
    {line: [{text: '✖ denied'}], says: 'not ok: denied'},
    {line: [{text: '> [ Stay ]  '}, {text: '  [ Leave ]  '}], says: 'chosen: Stay, Leave'},
    {line: [{text: '  [ Stay ]  '}, {text: '> [ Leave ]  '}], says: 'Stay, chosen: Leave'},
    {line: [{text: 'looking …'}], says: 'looking'},
    {line: [{text: '14:02:31  page 24 committed ×14'}], says: '14:02:31, page 24 committed, 14 times'},
    {line: [{text: '3 rows (−2) of 9 (+4)'}], says: '3 rows (minus 2) of 9 (plus 4)'},
    {line: [{text: 'a'}, {text: '\x1b[2Jb'}], says: 'a\\x1b[2Jb'},
    {line: [{text: 'kcs2/2026/11/a.json is read'}], says: 'kcs2/2026/11/a.json is read'},
  ])('$says', ({line, says}) => {
    expect(plainText(line)).toBe(says);
  });

  it.each([
    ['✔ probe      reachable', 'done: probe, reachable'],
    ['○ live       unlocked by the review', 'not yet: live, unlocked by the review'],
    ['● dry run    deciding …', 'at work: dry run, deciding'],
    ['! live       paused', 'needs you: live, paused'],
    ['✖ probe      denied', 'failed: probe, denied'],
  ])('a step: %s', (drawn, says) => {
    expect(plainText(drawn, stepSigns)).toBe(says);
  });
});

it.each([
  ['enter', 'Enter'],
  ['?', 'question mark'],
  ['F', 'shift+f'],
  ['↑ k', 'up or k'],
  ['ctrl+c', 'ctrl+c'],
  ['d', 'd'],
])('the key %s is called %s', (shown, name) => {
  expect(keyName(shown)).toBe(name);
});
