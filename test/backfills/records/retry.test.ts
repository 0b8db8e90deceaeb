import {describe, expect, it} from 'vitest';
import {cidOfJson} from '../../../src/atproto/record-check.ts';
import {repositoriesText} from '../../../src/core/repository-counts.ts';
import {countsOf, makeRecords, type RecordsBench, resume, undo, unrehearsed} from '../../support/records.ts';
import {pgliteHost} from '../../support/target-host.ts';
import {accountAt, note, numbered} from './worlds.ts';

const nouns = {repositories: ['repository', 'repositories'], items: ['record', 'records']} as const;

/** What is said of the run that was last, as the screens and the lines for people say it, from its start to its end. */
function saidOf({events}: RecordsBench, isUndo = false): readonly string[] {
  const run = events.at(-1)?.snapshot.run;
  const ofRun = events.filter(({snapshot}) => snapshot.run === run);
  const last = ofRun.findLastIndex(({type}) => type === 'started');
  return ofRun.slice(last).map(({snapshot}) => repositoriesText(snapshot, nouns, isUndo));
}

describe('a retry of single records', () => {
  const hosted = pgliteHost.begin();

  it('adds none to the repositories, while it is on, at its end and in its undo', async () => {
    const records = {...numbered(3), broken: {$type: note, text: 'before \0 behind'}};
    const bench = await makeRecords(hosted, {
      hosts: {one: {}},
      accounts: [{name: 'alice', host: 'one', records: {[note]: records}}, accountAt('one', 'bob')],
    });
    const run = await unrehearsed(bench, {collections: [note]});
    expect([countsOf(run), run.record.partitions]).toEqual([
      {inserted: 6, failed: 1, rows: 6},
      {done: 2, failed: 0, pending: 0},
    ]);

    await bench.network.putRecord('alice', note, 'broken', {$type: note, text: 'mended'});
    const retried = await resume(bench, run);
    expect([countsOf(retried), retried.record.partitions]).toEqual([
      {inserted: 7, rows: 7},
      {done: 2, failed: 0, pending: 0},
    ]);
    const said = saidOf(bench);
    expect(said.at(-1)).toBe('2 of 2 repositories, 7 records');
    for (const text of said.filter(each => !each.includes('so far')))
      expect(text).toContain('2 of 2 repositories');

    const undone = await undo(bench, retried);
    expect([countsOf(undone), undone.record.partitions.done]).toEqual([{deleted: 7, rows: 7}, 2]);
    expect(saidOf(bench, true).at(-1)).toBe('2 of 2 repositories, 7 records');
  });

  it('proves them where the run does: what a host gives by a record’s name is not what its owner signed', async () => {
    const bench = await makeRecords(hosted, {
      hosts: {one: {}},
      accounts: [
        {
          ...accountAt('one', 'alice'),
          lies: {
            [`${note}/r00001`]: {$type: note, text: 'not mine'},
            [`${note}/r00002`]: {$type: note, text: 'not mine either'},
          },
        },
      ],
    });
    const run = await unrehearsed(bench, {collections: [note], proofs: true});
    expect(countsOf(run)).toEqual({inserted: 1, failed: 2, rows: 1});
    // A lie whose CID is its own.
    const json = JSON.stringify({$type: note, text: 'forged'});
    const cid = cidOfJson(json) ?? '';
    bench.network.inject({type: 'raw-value', json, cid, method: 'com.atproto.repo.getRecord'});
    const retried = await resume(bench, run);
    expect([retried.record.status, countsOf(retried)]).toEqual([
      'incomplete',
      {inserted: 1, failed: 2, rows: 1},
    ]);
    const asked = bench.network.calls.map(({method}) => method);
    expect(asked.filter(method => method === 'com.atproto.sync.getRepo')).toHaveLength(2);
    expect(asked).not.toContain('com.atproto.repo.getRecord');

    await bench.network.putRecord('alice', note, 'r00001', {$type: note, text: 'mended'});
    const mended = await resume(bench, retried);
    expect(countsOf(mended)).toMatchObject({inserted: 2, failed: 1});
  });
});
