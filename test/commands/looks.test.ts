import {describe, expect, it} from 'vitest';
import {hasTerminal, type LooksOptions, looksOf, noTerminal} from '../../src/commands/looks.ts';

type Environment = Parameters<typeof looksOf>[1];

describe('colour', () => {
  it.each<readonly [LooksOptions, Environment, boolean]>([
    [{}, {}, true],
    [{color: false}, {}, false],
    [{theme: 'mono'}, {}, false],
    [{theme: 'color'}, {}, true],
    [{}, {NO_COLOR: '1'}, false],
    [{}, {NO_COLOR: '0'}, false],
    [{}, {NO_COLOR: ''}, true],
    [{color: true}, {NO_COLOR: '1'}, false],
  ])('by %j in %j: %j', (options, environment, hasColor) => {
    expect(looksOf(options, environment).hasColor).toBe(hasColor);
  });
});

describe('ASCII', () => {
  it.each<readonly [LooksOptions, Environment, boolean]>([
    [{}, {}, false],
    [{ascii: true}, {LANG: 'en_US.UTF-8'}, true],
    [{}, {LANG: 'en_US.UTF-8'}, false],
    [{}, {LANG: 'de_DE.utf8'}, false],
    [{}, {LANG: 'C'}, true],
    [{}, {LANG: 'POSIX'}, true],
    [{}, {LANG: 'en_US.UTF-8', LC_ALL: 'C'}, true],
    [{}, {LANG: 'C', LC_CTYPE: 'C.UTF-8'}, false],
    [{}, {LANG: 'en_US.UTF-8', LC_CTYPE: 'en_US.ISO-8859-1'}, true],
    // An empty value says nothing, as in setlocale.
    [{}, {LC_ALL: '', LANG: 'en_US.UTF-8'}, false],
  ])('by %j in %j: %j', (options, environment, isAscii) => {
    expect(looksOf(options, environment).isAscii).toBe(isAscii);
  });
});

describe('a screen reader', () => {
  it.each<readonly [LooksOptions, Environment, boolean]>([
    [{}, {}, false],
    [{screenReader: true}, {}, true],
    [{}, {INK_SCREEN_READER: 'true'}, true],
    [{}, {ACCESSIBLE: '1'}, true],
    [{}, {ACCESSIBLE: '0'}, false],
    [{}, {ACCESSIBLE: 'false'}, false],
    [{}, {INK_SCREEN_READER: ''}, false],
  ])('by %j in %j: %j', (options, environment, isSpoken) => {
    expect(looksOf(options, environment).isSpoken).toBe(isSpoken);
  });
});

it.each<readonly [boolean, Environment, boolean]>([
  [true, {}, true],
  [true, {TERM: 'xterm-256color'}, true],
  [false, {TERM: 'xterm-256color'}, false],
  [true, {TERM: 'dumb'}, false],
  [true, {CI: 'true'}, false],
  [true, {CI: '1'}, false],
  [true, {CI: 'false'}, true],
  [true, {CI: ''}, true],
])('a console is shown where it is a terminal (%j) in %j: %j', (isTty, environment, is) => {
  expect(hasTerminal(isTty, environment)).toBe(is);
});

it.each<readonly [Environment, RegExp, RegExp]>([
  [{}, /there is none here$/, /^In lines/],
  [{TERM: 'xterm'}, /there is none here$/, /^In lines/],
  [{TERM: 'dumb'}, /TERM is dumb$/, /TERM=xterm-256color headgate console/],
  [{TERM: 'dumb', ACCESSIBLE: '1'}, /also for a screen reader, and TERM is dumb$/, /In lines/],
  [{CI: 'true'}, /CI is set/, /env -u CI/],
  [{CI: 'false'}, /there is none here$/, /^In lines/],
])('where none is shown in %j, why is told, and what to do', (environment, message, hint) => {
  expect(noTerminal(environment)).toEqual({
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});
