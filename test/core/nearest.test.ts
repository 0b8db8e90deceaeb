import {expect, it} from 'vitest';
import {nearest} from '../../src/core/nearest.ts';

const commands = ['run', 'status', 'remove', 'merged', 'resume', 'retry', 'uploads', 'uploads-repair'];

it.each([
  ['mergd', 'merged'],
  ['merged', 'merged'],
  ['statsu', 'status'],
  ['uplaods', 'uploads'],
  ['Uploads', 'uploads'],
  ['remov', 'remove'],
  ['rin', 'run'],
  ['upload-repair', 'uploads-repair'],
  ['', null],
  ['history', null],
  ['x', null],
])('by %j %j is meant', (word, meant) => {
  expect(nearest(word, commands)).toBe(meant);
});
