import {renameSync, rmSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {hintOf} from '../../src/core/hint.ts';
import {changeIndex, makeIndex, writeAssets} from '../support/assets.ts';
import {type Bench, goLive, makeBench, rehearse, resume} from '../support/engine.ts';

/** What becomes of a live run whose target breaks beneath its second page. */
async function brokenBy(damage: (index: string) => void, journal: 'DELETE' | 'WAL' = 'DELETE') {
  let pages = Number.NEGATIVE_INFINITY;
  const bench: Bench = await makeBench({
    settings: {page: {items: 4, bytes: 1e6, seconds: 10}, partitions: 1},
    at: point => {
      if (point === 'intent-saved' && ++pages === 2) damage(bench.index);
    },
  });
  writeAssets(bench.assets, 20);
  makeIndex(bench.index);
  changeIndex(bench.index, `PRAGMA journal_mode = ${journal}`);
  const plan = await rehearse(bench);
  pages = 0;
  return {bench, live: await goLive(bench, plan.record)};
}

describe('a target that breaks during a live run', () => {
  it.each([
    ['removed', 'DELETE', (index: string) => rmSync(index)],
    ['removed', 'WAL', (index: string) => rmSync(index)],
    ['moved', 'DELETE', (index: string) => renameSync(index, `${index}.old`)],
    ['replaced', 'WAL', (index: string) => renameSync(index, `${index}.old`)],
  ] as const)('is told to be %s (journal: %s), and to be put back', async (how, journal, damage) => {
    const {bench, live} = await brokenBy(index => {
      damage(index);
      if (how === 'replaced') makeIndex(index);
    }, journal);
    expect(live).toMatchObject({record: {status: 'failed', tally: {inserted: 4}}, endings: ['failed']});
    expect(live.record.stopReason?.message).toBe(
      `${bench.index}: the file was moved or removed while it was open`,
    );
    expect(hintOf(live.error)).toMatch(/^Put it back where it was.*headgate resume RUN/);
  });

  it('goes on to its end once the file is back', async () => {
    const {bench, live} = await brokenBy(index => renameSync(index, `${index}.old`));
    renameSync(`${bench.index}.old`, bench.index);
    const again = await resume(bench, live.record);
    expect(again.record).toMatchObject({status: 'completed', tally: {inserted: 27}});
    expect(again.checks.filter(({count}) => count > 0)).toEqual([]);
  });

  it('is told to lack its table, which is made anew and filled', async () => {
    const {bench, live} = await brokenBy(index => changeIndex(index, 'DROP TABLE files'));
    expect(live.record.stopReason?.message).toBe('no such table: files');
    expect(hintOf(live.error)).toMatch(/headgate migrate BACKFILL --target TARGET .* headgate resume RUN/);
    makeIndex(bench.index);
    await resume(bench, live.record);
    const {record} = await goLive(bench, (await rehearse(bench)).record);
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 4, unchanged: 23}});
  });
});
