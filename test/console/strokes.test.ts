import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {editOf} from '../../src/console/edit.ts';
import {keys} from '../../src/console/keys.ts';
import {type PressedKey, strokesOf, textOfStroke} from '../../src/console/strokes.ts';

const plain: PressedKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
};

describe('a read of the keyboard', () => {
  it.each<readonly [string, Partial<PressedKey>, readonly string[]]>([
    ['j', {}, ['j']],
    ['jjjj', {}, ['j', 'j', 'j', 'j']],
    ['G', {shift: true}, ['G']],
    [' ', {}, ['space']],
    ['a b', {}, ['a', 'space', 'b']],
    ['name\r', {}, ['n', 'a', 'm', 'e', 'enter']],
    ['a\r\nb\nc\td', {}, ['a', 'enter', 'b', 'enter', 'c', 'tab', 'd']],
    ['a\x7f\bb', {}, ['a', 'backspace', 'backspace', 'b']],
    ['\x1b[31m\x00', {}, ['[', '3', '1', 'm']],
    ['👩‍🚀é', {}, ['👩‍🚀', 'é']],
    ['\r', {return: true}, ['enter']],
    ['', {upArrow: true}, ['up']],
    ['', {pageDown: true}, ['page-down']],
    ['', {escape: true}, ['esc']],
    ['', {escape: true, meta: true}, ['esc']],
    ['', {backspace: true}, ['backspace']],
    ['', {delete: true}, ['backspace']],
    ['', {tab: true}, ['tab']],
    ['', {tab: true, shift: true}, ['shift+tab']],
    ['c', {ctrl: true}, ['ctrl+c']],
    ['', {ctrl: true}, []],
    ['x', {meta: true}, []],
    ['', {}, []],
  ])('%j with %j is %j', (input, key, strokes) => {
    expect(strokesOf(input, {...plain, ...key})).toEqual(strokes);
  });

  it('never gives a stroke that holds a control character, whatever a terminal sends', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), input => {
        for (const stroke of strokesOf(input, plain)) expect(stroke).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('what a stroke is where text is typed', () => {
  it('a letter is text, and so is every key that is one', () => {
    for (const {strokes} of keys)
      for (const stroke of strokes)
        if (stroke.length === 1) expect(editOf(stroke)).toEqual({type: 'insert', text: stroke});
    expect(textOfStroke('space')).toBe(' ');
    expect(editOf('space')).toEqual({type: 'insert', text: ' '});
    expect(editOf('é')).toEqual({type: 'insert', text: 'é'});
  });

  it.each([
    'enter',
    'esc',
    'tab',
    'shift+tab',
    'up',
    'down',
    'page-up',
    'page-down',
    'ctrl+c',
    'ctrl+l',
    'ctrl+z',
  ])('%s is a key', stroke => {
    expect(editOf(stroke)).toBeNull();
  });

  it.each([
    ['backspace', 'backspace'],
    ['left', 'left'],
    ['right', 'right'],
    ['home', 'home'],
    ['end', 'end'],
    ['ctrl+a', 'home'],
    ['ctrl+e', 'end'],
    ['ctrl+u', 'clear'],
  ])('%s edits: %s', (stroke, type) => {
    expect(editOf(stroke)).toEqual({type});
  });
});
