import {describe, expect, it} from 'vitest';
import {wholeScreen} from '../../src/console/whole-screen.ts';
import {itIsDrawn} from './it-is-drawn.ts';
import {failuresCases, historyCases, itemsCases, withLongKeys} from './list-states.ts';

describe('failures', () => itIsDrawn(failuresCases));
describe('a history', () => itIsDrawn(historyCases));
describe('items', () => itIsDrawn(itemsCases));

it('a pager gets every row uncut', () => {
  const rows = wholeScreen(withLongKeys).split('\n');
  for (const place of [0, 1]) expect(rows).toContain(`${place}-${'very-long/'.repeat(30)}end.bin  denied`);
});
