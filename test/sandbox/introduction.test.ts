import {expect, it} from 'vitest';
import {introductionOf} from '../../src/sandbox/introduction.ts';
import {localObjects, worldContent} from '../../src/sandbox/world.ts';

it('counts what there is to see', () => {
  const {objects} = worldContent();
  const said = (count: number) => `Here ${count.toLocaleString('en-US')} `;
  expect(introductionOf('asset-index', 'folder')).toContain(said(objects.length));
  expect(introductionOf('asset-index', 'r2-d1')).toContain(said(localObjects(objects).length));
});
