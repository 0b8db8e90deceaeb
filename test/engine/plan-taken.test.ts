import {expect, it} from 'vitest';
import {OperatorError} from '../../src/core/operator-error.ts';
import {indexedFiles, makeIndex, writeAssets} from '../support/assets.ts';
import {makeBench, rehearse, startLive} from '../support/engine.ts';

it('a plan that two take at once is executed by one; the other leaves no run behind', async () => {
  const bench = await makeBench();
  const keys = writeAssets(bench.assets, 20);
  makeIndex(bench.index);
  const {record: plan} = await rehearse(bench);
  const started = await Promise.allSettled([startLive(bench, plan), startLive(bench, plan)]);
  const refused = started.flatMap(each => (each.status === 'rejected' ? [each.reason] : []));
  expect(refused).toHaveLength(1);
  expect(refused[0]).toBeInstanceOf(OperatorError);
  for (const each of started) if (each.status === 'fulfilled') await each.value.done;
  const runs = await bench.ledger.runs.list(10);
  expect(runs.map(({mode, status}) => `${mode} ${status}`)).toEqual(['live completed', 'dry-run completed']);
  expect(indexedFiles(bench.index)).toHaveLength(keys.length);
});
