import {expect, it} from 'vitest';
import {introductions} from '../../src/sandbox/introduction.ts';
import {localObjects, worldContent} from '../../src/sandbox/world.ts';

it('counts what there is to see', () => {
  const {objects} = worldContent();
  const said = (count: number) => `Here ${count.toLocaleString('en-US')} `;
  expect(introductions.folder).toContain(said(objects.length));
  expect(introductions['r2-d1']).toContain(said(localObjects(objects).length));
});
