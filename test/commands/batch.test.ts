import {join} from 'node:path';
import {expect, it} from 'vitest';
import {indexedFiles, tableDigest, writeAsset} from '../support/assets.ts';
import {ends, makeCommandWorld} from './world.ts';

it('answers as the original did, page by page to the end', async () => {
  const {index, keys, headgate} = makeCommandWorld();
  const total = {updated: 0, skipped: 0};
  let cursor: readonly string[] = [];
  for (let batch = 1; ; batch++) {
    const ended = await headgate('batch', 'asset-index', ...ends, '--limit', '10', ...cursor);
    expect(ended.code).toBe(0);
    expect(ended.err).toBe('');
    const answer: Record<string, unknown> = JSON.parse(ended.out);
    expect(answer).toMatchObject({success: true, errors: [], failed: 0, dry_run: false});
    total.updated += Number(answer['updated']);
    total.skipped += Number(answer['skipped']);
    if (answer['hasMore'] !== true) {
      expect(answer).toMatchObject({total: keys.length - 20, cursor: null});
      expect(batch).toBe(3);
      break;
    }
    expect(answer['total']).toBe(10);
    cursor = ['--cursor', String(answer['cursor'])];
  }
  expect(total).toEqual({updated: 26, skipped: 1});
  expect(indexedFiles(index)).toHaveLength(keys.length);
});

it('counts what would change in a dry run, and writes nothing', async () => {
  const {index, headgate} = makeCommandWorld();
  const before = tableDigest(index, 'files');
  const ended = await headgate('batch', 'asset-index', ...ends, '--dry-run');
  expect(JSON.parse(ended.out)).toEqual({
    success: true,
    total: 27,
    updated: 26,
    skipped: 1,
    failed: 0,
    cursor: null,
    hasMore: false,
    errors: [],
    dry_run: true,
  });
  expect(tableDigest(index, 'files')).toBe(before);
});

it('is no success when an object failed, and names it; the failure is on record', async () => {
  const {cwd, headgate} = makeCommandWorld();
  writeAsset(join(cwd, 'assets'), Buffer.from('bad\xff', 'latin1'), 'x');
  const ended = await headgate('batch', 'asset-index', ...ends);
  expect(ended.code).toBe(5);
  expect(JSON.parse(ended.out)).toMatchObject({success: false, failed: 1, errors: [{key: 'bad\\xff'}]});
  const failures = await headgate('failures', 'last', '--json');
  expect(failures.lines.filter(({type}) => type === 'failure')).toMatchObject([
    {key: 'bad\\xff', kind: 'invalid'},
  ]);
  const status = await headgate('status', 'last', '--json');
  expect(status.lines[0]).toMatchObject({label: 'unrehearsed', mode: 'live'});
});
