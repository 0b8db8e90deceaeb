import {beforeEach, describe, expect, it} from 'vitest';
import {historyOf} from '../../src/engine/explain.ts';
import {thisProcess} from '../../src/engine/holder.ts';
import type {Ledger} from '../../src/ledger/ledger.ts';
import {checkpoint, entry, openLedger, order, range} from '../ledger/ledger-under-test.ts';

/** What the program can hardly be brought to do on any machine: listings and folders that fail, and runs of others. */

const self = thisProcess('test');
const denied = {kind: 'denied', message: 'EACCES'} as const;
const connection = {kind: 'connection', message: 'it broke'} as const;

let ledger: Ledger;
beforeEach(async () => {
  ledger = await openLedger();
});

async function storyOf(key: string, backfill: string | null = null) {
  const {runs} = await historyOf({ledger, self}, key, backfill);
  return runs.map(({run, happenings}) => [run.id, ...happenings.map(({what}) => what)]);
}

/** A run whose one range was listed up to a key and then failed. */
async function brokenRun(id: string, upTo: string, hi: string | null, scope: unknown): Promise<void> {
  await ledger.runs.create(order(id, {scope}));
  await ledger.partitions.add(id, [range('p', '', hi)]);
  await ledger.checkpoint(checkpoint(id, 1, [entry(upTo)]));
  await ledger.partitions.fail(id, 'p', connection, 3_000);
}

describe('a listing that broke off', () => {
  it('is part of the history of the keys that it did not come to, and of no others', async () => {
    await brokenRun('r', 'm', 's', {});
    expect(await storyOf('m')).toEqual([['r', 'decided']]);
    expect(await storyOf('n')).toEqual([['r', 'not-listed']]);
    expect(await storyOf('s')).toEqual([['r', 'not-listed']]);
    expect(await storyOf('a')).toEqual([]);
    expect(await storyOf('t')).toEqual([]);
  });

  it('is not where the run was for other keys', async () => {
    await brokenRun('r', 'photos/m', null, {prefix: 'photos/'});
    expect(await storyOf('photos/z')).toEqual([['r', 'not-listed']]);
    expect(await storyOf('songs/z')).toEqual([]);
  });
});

describe('a folder that could not be listed', () => {
  it('is part of the history of what is in it', async () => {
    await ledger.runs.create(order('r', {mode: 'live'}));
    await ledger.partitions.add('r', [range('p')]);
    const fails = entry('a/b/', {action: 'fail', fault: denied, attempts: 1});
    await ledger.checkpoint(checkpoint('r', 1, [fails], {keeps: 'image'}));
    expect(await storyOf('a/b/')).toEqual([['r', 'open']]);
    expect(await storyOf('a/b/c/d.txt')).toEqual([['r', 'open']]);
    expect(await storyOf('a/c.txt')).toEqual([]);
    expect(await storyOf('a/b')).toEqual([]);
    const {runs} = await historyOf({ledger, self}, 'a/b/c', null);
    expect(runs[0]?.happenings).toMatchObject([{item: {key: 'a/b/', kind: 'denied', attempts: 1}}]);
  });

  it('does not hide the key that a terminal shows as another', async () => {
    await brokenRun('r', 'a\n', null, {});
    expect(await historyOf({ledger, self}, 'a\\x0a', null)).toMatchObject({key: 'a\n', isMet: true});
    expect(await historyOf({ledger, self}, 'b\\x0a', null)).toMatchObject({key: 'b\\x0a', isMet: false});
  });
});

describe('a run', () => {
  it('tells of each time that it took the item up', async () => {
    await ledger.runs.create(order('r'));
    await ledger.partitions.add('r', [range('p')]);
    await ledger.checkpoint(checkpoint('r', 1, [entry('a', {action: 'fail', fault: denied}), entry('b')]));
    await ledger.checkpoint(checkpoint('r', 2, [entry('a', {action: 'update'})], {reopened: true}));
    const {runs} = await historyOf({ledger, self}, 'a', null);
    expect(runs[0]?.happenings).toMatchObject([{entry: {action: 'fail'}}, {entry: {action: 'update'}}]);
  });

  it('is at work while its process lives', async () => {
    await ledger.runs.create(order('r', {mode: 'live'}));
    await ledger.partitions.add('r', [range('p')]);
    await ledger.runs.move('r', 'running', {holder: self.holder, at: 2_000});
    await ledger.pages.intend('r', 'p', 1, [entry('a')]);
    const atWork = await historyOf({ledger, self}, 'a', null);
    expect(atWork.runs).toMatchObject([{isAtWork: true, happenings: [{what: 'under-way'}]}]);
    const dead = await historyOf({ledger, self: {...self, isAlive: () => false}}, 'a', null);
    expect(dead.runs).toMatchObject([{isAtWork: false}]);
  });

  it('of a backfill that this program does not know is told without its values', async () => {
    await ledger.runs.create(order('r', {backfill: 'of-the-future'}));
    await ledger.partitions.add('r', [range('p')]);
    await ledger.checkpoint(checkpoint('r', 1, [entry('a', {change: {key: 'a'}})]));
    const {runs} = await historyOf({ledger, self}, 'a', 'of-the-future');
    expect(runs).toMatchObject([{happenings: [{what: 'decided', preview: null}]}]);
    expect(await storyOf('a', 'asset-index')).toEqual([]);
  });
});
