import {expect, it} from 'vitest';
import {hanging, paragraph} from '../../src/console/screens/wrapped.ts';
import {widthOf} from '../../src/console/text.ts';

const textOf = (line: ReturnType<typeof paragraph>[number]) => line.map(({text}) => text).join('');

it('a text goes on below where it began, also behind a head of wide characters', () => {
  const [first = '', second = ''] = hanging([{text: '母港 '}], 'twelve cells are left', 17).map(textOf);
  expect(first).toBe('母港 twelve cells');
  expect(second).toBe('     are left');
  expect(widthOf(first)).toBeLessThanOrEqual(17);
});

it('each of its lines has its tone', () => {
  expect(paragraph('one two', 3, 'bad')).toEqual([
    [{text: 'one', tone: 'bad'}],
    [{text: 'two', tone: 'bad'}],
  ]);
});
