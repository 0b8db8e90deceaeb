import {expect, it} from 'vitest';
import {frameOf} from '../../src/console/frame.ts';
import {textOf} from '../../src/console/text.ts';
import {makeIndex, writeAsset, writeAssets} from '../support/assets.ts';
import {makeBench, rehearse} from '../support/engine.ts';
import {type Driven, driveStarted} from './console-under-test.ts';

/** Titles, texts and hints of what is shown. */
function seen({state}: Driven): string {
  const frame = frameOf(state());
  const panels = (frame?.screen.panels ?? []).flatMap(({title, blocks}) => [
    title,
    ...blocks.flatMap(block => (block.type === 'lines' ? block.lines.map(textOf) : [])),
  ]);
  return [...panels, ...(frame?.hints ?? []).map(textOf)].map(line => line.trimEnd()).join('\n');
}

it('a review tells that another process has made a newer plan, and Enter reads that one', async () => {
  const driven = await driveStarted();
  writeAssets(driven.assets, 12);
  makeIndex(driven.index);
  driven.keys('d');
  await driven.atRest();
  driven.keys('enter');
  await driven.atRest();
  const first = driven.shown().facts?.plan?.id ?? '';
  expect(seen(driven)).toContain(`Review of ${first}, made just now`);

  writeAsset(driven.assets, 'zzz/new.txt', 'appeared since');
  const other = await makeBench({folder: driven.folder});
  const newer = (await rehearse(other)).record.id;
  driven.tick();
  driven.tick();
  await driven.until(({shown}) => shown().facts?.plan?.id === newer);
  expect(seen(driven)).toContain(`there is a newer plan: ${newer}, made just now; enter shows it`);
  expect(seen(driven)).toContain(`Review of ${first}\n`);
  expect(seen(driven)).toContain('enter read the plan');
  expect(seen(driven)).not.toContain('reading the plan');

  driven.keys('enter');
  await driven.atRest();
  expect(driven.state().dialog).toBeNull();
  expect(seen(driven)).toContain(`Review of ${newer}, made just now`);
  expect(seen(driven)).toContain('enter go live …');
  driven.keys('esc');
  expect(driven.view()).toBe('runbook');
});
