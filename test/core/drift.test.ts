import {describe, expect, it} from 'vitest';
import {addDrift, applyDrift, defaultDriftLimit, driftAllowed} from '../../src/core/drift.ts';
import type {Action, Entry} from '../../src/core/entry.ts';

function entry(key: string, action: Action, change: unknown = null): Entry {
  return {key, action, bytes: 7, fingerprint: `v-${key}`, change};
}

function plan(...entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(entries.map(item => [item.key, item]));
}

const signature = (item: Entry) => JSON.stringify(item.change ?? null);

const strict = {acceptNew: false, leaveChanged: false};

describe('applyDrift', () => {
  it('lets what was planned pass as it is', () => {
    const now = [entry('a', 'insert', 1), entry('b', 'unchanged')];
    expect(applyDrift(now, plan(...now), signature, strict)).toEqual({
      entries: now,
      drift: {added: 0, gone: 0, changed: 0},
      changedKeys: [],
    });
  });

  it('keeps an item that appeared since the plan waiting, and writes nothing of it', () => {
    const {entries, drift} = applyDrift([entry('new', 'insert', 1)], plan(), signature, strict);
    expect(entries).toEqual([
      {key: 'new', bytes: 7, fingerprint: 'v-new', action: 'wait', reason: 'appeared since the dry run'},
    ]);
    expect(drift).toEqual({added: 1, gone: 0, changed: 0});
  });

  it('takes up what appeared where that was accepted, and still counts it', () => {
    const appeared = entry('new', 'insert', 1);
    const {entries, drift} = applyDrift([appeared], plan(), signature, {...strict, acceptNew: true});
    expect(entries).toEqual([appeared]);
    expect(drift.added).toBe(1);
  });

  it.each([
    ['another action', entry('k', 'update', 1), entry('k', 'insert', 1)],
    ['another value', entry('k', 'update', 1), entry('k', 'update', 2)],
    ['no longer failing', entry('k', 'fail'), entry('k', 'insert', 1)],
  ])('counts and names a decision that changed: %s', (_, planned, now) => {
    const {entries, drift, changedKeys} = applyDrift([now], plan(planned), signature, strict);
    expect(entries).toEqual([now]);
    expect(drift).toEqual({added: 0, gone: 0, changed: 1});
    expect(changedKeys).toEqual(['k']);
  });

  it('leaves a change alone that is not the one that was reviewed, where the backfill wants it so', () => {
    const planned = [entry('same', 'delete', 1), entry('other', 'delete', 1), entry('mended', 'delete', 1)];
    const now = [entry('same', 'delete', 1), entry('other', 'delete', 2), entry('mended', 'unchanged')];
    const {entries, drift} = applyDrift(now, plan(...planned), signature, {...strict, leaveChanged: true});
    expect(entries.map(({key, action}) => [key, action])).toEqual([
      ['same', 'delete'],
      ['other', 'conflict'],
      ['mended', 'unchanged'],
    ]);
    expect(entries[1]).toMatchObject({reason: 'changed since the dry run: left as it is'});
    expect(entries[1]).not.toHaveProperty('change');
    expect(drift).toEqual({added: 0, gone: 0, changed: 2});
  });

  it.each([
    ['waits', plan(entry('copy', 'insert', 2)), 'wait'],
    ['is left alone', plan(entry('first', 'insert', 9), entry('copy', 'insert', 2)), 'conflict'],
  ])('what stands or falls with a change that %s does so with it', (_, planned, action) => {
    const copy: Entry = {key: 'copy', action: 'unchanged', bytes: 3, fingerprint: 'v', sameAs: 'first'};
    const now = [entry('first', 'insert', 1), copy];
    const {entries} = applyDrift(now, planned, signature, {...strict, leaveChanged: true});
    expect(entries[1]).toEqual({...entries[0], key: 'copy', bytes: 3, fingerprint: 'v'});
    expect(entries.map(each => each.action)).toEqual([action, action]);
  });
});

describe('the limit', () => {
  it.each([
    [0, 10],
    [999, 10],
    [1_000, 10],
    [1_100, 11],
    [1_199, 11],
    [10_000_000, 100_000],
  ])('of a plan of %i items is %i', (planned, allowed) => {
    expect(driftAllowed(defaultDriftLimit, planned)).toBe(allowed);
  });

  it('is what the operator says', () => {
    expect(driftAllowed({share: 0, least: 0}, 1_000_000)).toBe(0);
    expect(driftAllowed({share: 0.5, least: 3}, 4)).toBe(3);
    expect(driftAllowed({share: 0.5, least: 3}, 10)).toBe(5);
  });
});

it('drift of pages adds up', () => {
  expect(addDrift({added: 1, gone: 2, changed: 3}, {added: 10, gone: 20, changed: 30})).toEqual({
    added: 11,
    gone: 22,
    changed: 33,
  });
});
