import {expect, it} from 'vitest';
import {App} from '../../components/app.tsx';
import {colorTheme} from '../../components/theme.tsx';
import {driveStarted} from '../console/console-under-test.ts';
import {makeIndex, sha256, writeAssets} from '../support/assets.ts';
import {expectWellDrawn} from './console-frame.tsx';
import {renderFrame} from './render-frame.tsx';

/** What is not the same twice: ids of runs, and how long they took. */
function steady(frame: string): string {
  return `${frame.replaceAll(/\d{8}-\d{4}-\w{4}/g, '20260801-1201-p7q2').replaceAll(/\d+\.\d s/g, '0.2 s')}\n`;
}

it('shows the whole way on a real engine as the documented frames have it', async () => {
  const driven = await driveStarted();
  writeAssets(driven.assets, 20);
  makeIndex(driven.index, [
    {key: 'dir0/file-00000.txt', hash: sha256('old')},
    {key: 'empty', hash: sha256(''), size: 0},
  ]);
  const shown = await renderFrame(<App model={driven.model} theme={colorTheme} />, 80, 24);
  const expectFrame = async (name: string) => {
    await driven.atRest();
    await shown.settled();
    expectWellDrawn(shown.frame(), [80, 24]);
    await expect(steady(shown.frame())).toMatchFileSnapshot(`main-flow/${name}.txt`);
  };
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) {
      shown.press(key);
      await shown.settled();
      await driven.atRest();
    }
  };

  await press('\r', '\r');
  await driven.until(({flow}) => flow().move.do === 'review');
  await expectFrame('1-rehearsed');
  await press('\r');
  await driven.until(({shown}) => shown().review?.state === 'ready' && shown().gates !== null);
  await press('\r');
  await expectFrame('2-confirmation');
  await press(...'index.sqlite');
  await expectFrame('3-typed');
  await press('\r');
  await driven.until(({flow}) => flow().isDone);
  await expectFrame('4-done');
  await press('4');
  await expectFrame('5-coverage');
  await press('5');
  await expectFrame('6-invariants');
  await shown.unmount();
});
