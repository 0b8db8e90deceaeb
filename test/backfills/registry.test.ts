import {expect, it} from 'vitest';
import type {AnyBackfill} from '../../src/backfills/registry.ts';
import {backfills, backfillsBetween, rowsOf} from '../../src/backfills/registry.ts';

it('a backfill is offered only between ends that it takes', () => {
  const files = {id: 'files', takes: {sources: ['folder', 'bucket'], targets: ['sqlite', 'd1']}} as const;
  const local = {id: 'local', takes: {sources: ['folder'], targets: ['sqlite']}} as const;
  const all: readonly Pick<AnyBackfill, 'id' | 'takes'>[] = [files, local];
  const between = (...ends: readonly ['folder' | 'bucket', 'sqlite' | 'd1']) =>
    backfillsBetween(...ends, all).map(({id}) => id);
  expect(between('folder', 'sqlite')).toEqual(['files', 'local']);
  expect(between('folder', 'd1')).toEqual(['files']);
  expect(between('bucket', 'sqlite')).toEqual(['files']);
});

it('what is on record of a backfill that is no more is counted all the same', () => {
  for (const {id, words} of backfills) expect(rowsOf(id)).toBe(words.rows);
  expect(rowsOf('a backfill that is no more')).toEqual(['row', 'rows']);
});
