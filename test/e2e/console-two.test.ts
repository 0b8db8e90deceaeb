import {expect, it} from 'vitest';
import {finish, goLive, isLive, quit, toRunbook, untilWriting} from '../support/console-steps.ts';
import {ConsoleWorld} from '../support/console-world.ts';

it('a second console sees the run of the first, pauses it, sees it paused, and takes it over', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using first = world.console();
  await goLive(first);

  await using second = world.console();
  await toRunbook(second);
  await second.until('in another process');
  await second.until(isLive, 'LIVE');
  second.press('enter');
  await second.until(/live of asset-index/);
  second.type('p');
  await second.until(/asked \S+ to pause/);
  await first.until('enter resume');
  await first.until(/! live +paused/);
  expect(isLive(first)).toBe(false);
  expect(await world.newest('live')).toMatchObject({status: 'paused'});
  second.type('2');
  await second.until('enter resume');
  expect(isLive(second)).toBe(false);

  second.press('enter');
  await second.until(isLive, 'LIVE');
  await untilWriting(second);
  await first.until('in another process');
  await finish(second);
  await first.until('all is done');
  await quit(second);
  await world.expectComplete();
});
