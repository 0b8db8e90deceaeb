import {describe, expect, it} from 'vitest';
import {defaultBudgets} from '../../../src/core/budget.ts';
import type {FailureKind} from '../../../src/core/failure.ts';
import type {NetworkFault} from '../../simulators/network-fault-kinds.ts';
import {
  countsOf,
  expectTable,
  failuresOf,
  makeRecords,
  networkOf,
  type RecordsBench,
  reachedBy,
  resume,
  tableOf,
  unrehearsed,
  versionsOf,
} from '../../support/records.ts';
import {postgresHosts} from '../../support/target-host.ts';
import {note, numbered} from './worlds.ts';

interface Case {
  readonly fault: NetworkFault;
  /** Why the repository fails; null where it comes to its end. */
  readonly fails: FailureKind | null;
  /** Records that are in the table all the same. */
  readonly rows: number;
  /** Why the others fail, each by itself. */
  readonly each?: FailureKind;
  /** How many of those have no key. */
  readonly nameless?: number;
}

/** Of every account, in pages of twenty. */
const records = 45;
const someCid = 'bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a';

/** The first record of each of three pages. */
const threeFail = {fails: null, rows: records - 3} as const;
const namelessFail = {...threeFail, each: 'invalid', nameless: 3} as const;
const allFail = {rows: 0} as const;

const listed: Readonly<Record<string, Case>> = {
  'a CID that is not that of the content': {
    fault: {type: 'wrong-cid', as: someCid},
    ...threeFail,
    each: 'invalid',
  },
  'no CID': {fault: {type: 'missing-field', name: 'cid'}, ...threeFail, each: 'invalid'},
  'more than a record may hold': {
    fault: {type: 'large-record', length: 1_100_000},
    ...threeFail,
    each: 'too-large',
  },
  'levels without end': {fault: {type: 'deep-record', levels: 40}, ...threeFail, each: 'too-large'},
  'the URI of another account': {
    fault: {type: 'foreign-uri', part: 'did', as: 'did:plc:else'},
    ...namelessFail,
  },
  'the URI of another collection': {
    fault: {type: 'foreign-uri', part: 'collection', as: 'a.b.c'},
    ...namelessFail,
  },
  'a record key that is none': {
    fault: {type: 'foreign-uri', part: 'rkey', as: 'a b'},
    ...namelessFail,
  },
  'no URI': {fault: {type: 'missing-field', name: 'uri'}, ...namelessFail},
  'content that is no record': {fault: {type: 'raw-value', json: '[1]'}, ...threeFail, each: 'invalid'},
  'bytes that are no text': {fault: {type: 'invalid-utf8'}, ...threeFail, each: 'invalid'},
  'another account’s records': {
    fault: {type: 'other-account', as: 'fine'},
    fails: null,
    rows: 0,
    each: 'invalid',
    nameless: records,
  },
  'a record twice': {fault: {type: 'duplicate'}, fails: null, rows: records},
  'records out of order': {fault: {type: 'unsorted-page'}, ...allFail, fails: 'invalid'},
  'the same cursor again': {fault: {type: 'repeated-cursor'}, fails: 'invalid', rows: 20},
  'the first page again and again': {fault: {type: 'cursor-ignored'}, fails: 'invalid', rows: 20},
  'half a page': {fault: {type: 'truncated', after: -10}, ...allFail, fails: 'invalid'},
  'a page without records': {fault: {type: 'missing-field', name: 'records'}, ...allFail, fails: 'invalid'},
  'more than a page may have': {
    fault: {type: 'oversized', bytes: 17_000_000},
    ...allFail,
    fails: 'too-large',
  },
};

const read: Readonly<Record<string, Case>> = {
  'half a CAR': {fault: {type: 'truncated', after: -10}, ...allFail, fails: 'connection'},
  'a bit that flipped': {fault: {type: 'flipped-bit'}, ...allFail, fails: 'invalid'},
  'no record block': {fault: {type: 'missing-block', which: 'record'}, ...allFail, fails: 'changed'},
  'no tree': {fault: {type: 'missing-block', which: 'tree'}, ...allFail, fails: 'changed'},
  'no commit': {fault: {type: 'missing-block', which: 'commit'}, ...allFail, fails: 'changed'},
  'no root': {fault: {type: 'wrong-roots', count: 0}, ...allFail, fails: 'invalid'},
  'two roots': {fault: {type: 'wrong-roots', count: 2}, ...allFail, fails: 'invalid'},
  'another account’s repository': {fault: {type: 'other-account', as: 'fine'}, ...allFail, fails: 'invalid'},
  'blocks that nobody names': {fault: {type: 'oversized', bytes: 50_000}, fails: null, rows: records},
  'more than is held in memory': {fault: {type: 'oversized', bytes: 400_000}, fails: null, rows: records},
};

/** The same with both. */
const delivered: Readonly<Record<string, Case>> = {
  'a page to sign in': {fault: {type: 'html', status: 200}, ...allFail, fails: 'invalid'},
  'a gateway’s page': {fault: {type: 'html', status: 502}, ...allFail, fails: 'server-error'},
  'a way to somewhere else': {
    fault: {type: 'redirect', to: 'http://169.254.169.254/latest', status: 302},
    ...allFail,
    fails: 'invalid',
  },
  'half of what was promised': {
    fault: {type: 'cut-body', after: 900, by: 'close'},
    ...allFail,
    fails: 'connection',
  },
  'a connection that breaks': {fault: {type: 'reset'}, ...allFail, fails: 'connection'},
};

const ways = [
  {fetch: 'pages', method: 'com.atproto.repo.listRecords', cases: {...listed, ...delivered}},
  {fetch: 'car', method: 'com.atproto.sync.getRepo', cases: {...read, ...delivered}},
] as const;

describe.each(postgresHosts)('into $host', ({begin}) => {
  const hosted = begin();

  it.each(ways)(
    'what is wrong with one repository is told, and hurts no other: $fetch',
    async ({fetch, method, cases}) => {
      const named = Object.entries<Case>(cases).map(([what, each], number) => ({
        what,
        name: `a${number}`,
        ...each,
      }));
      const bench = await makeRecords(
        hosted,
        {
          hosts: {one: {pageMost: 20}},
          accounts: [...named.map(({name}) => name), 'fine'].map(name => ({
            name,
            host: 'one',
            records: {[note]: numbered(records)},
          })),
        },
        {options: {fetch, carBytes: 200_000}, settings: {budgets: {...defaultBudgets, failureShare: 1}}},
      );
      const {network} = bench;
      const faults = named.map(({name: account, fault}) => network.inject({...fault, account, method}));
      const run = await unrehearsed(bench, {collections: [note]});
      expect(run.record.status).toBe('incomplete');
      expect(await failuresOf(bench, run)).toEqual(
        Object.fromEntries(named.flatMap(({name, fails}) => (fails === null ? [] : [[name, fails]]))),
      );
      const table = await tableOf(bench);
      for (const {what, name, rows, fails, each} of named) {
        const did = network.didOf(name);
        expect([what, [...table.keys()].filter(uri => uri.includes(did)).length]).toEqual([what, rows]);
        const failed = itemsOf(bench).filter(({key}) => key.includes(did));
        const missing = fails === null ? records - rows : 0;
        expect([what, failed.map(({kind}) => kind)]).toEqual([
          what,
          Array.from({length: missing}, () => each),
        ]);
      }
      expect(run.record.tally.failed).toBe(itemsOf(bench).length);

      for (const fault of faults) fault.end();
      const retried = await resume(bench, run);
      expect(await failuresOf(bench, retried)).toEqual({});
      // What had no key of its own can't be asked for: it stays on record, and a new run finds what is there instead.
      const nameless = named.reduce((sum, {nameless: count = 0}) => sum + count, 0);
      expect(retried.record.tally.failed).toBe(nameless);
      expect(retried.record.status).toBe(nameless > 0 ? 'incomplete' : 'completed');
      const again = await unrehearsed(bench, {collections: [note]});
      expect([again.record.status, countsOf(again)]).toEqual([
        'completed',
        {
          unchanged: networkOf(bench).size - nameless,
          ...(nameless > 0 ? {inserted: nameless, rows: nameless} : {}),
        },
      ]);
      await expectTable(bench);
    },
  );

  it('a repository that broke off half way is read on from there, and counted once', async () => {
    const bench = await makeRecords(
      hosted,
      {
        hosts: {one: {pageMost: 20}},
        accounts: [{name: 'alice', host: 'one', records: {[note]: numbered(records)}}],
      },
      {options: {fetch: 'pages'}},
    );
    const fault = bench.network.inject({type: 'repeated-cursor'});
    const run = await unrehearsed(bench, {collections: [note]});
    expect([run.record.status, countsOf(run)]).toEqual(['incomplete', {inserted: 20, rows: 20}]);
    const versions = await versionsOf(bench);
    fault.end();
    const retried = await resume(bench, run);
    expect([retried.record.status, countsOf(retried)]).toEqual([
      'completed',
      {inserted: records, rows: records},
    ]);
    expect((await reachedBy(bench, retried)).hosts).toMatchObject([{done: 1, items: records}]);
    await expectTable(bench);
    const now = await versionsOf(bench);
    for (const [uri, version] of versions) expect(now.get(uri)).toBe(version);
  });
});

function itemsOf({events}: RecordsBench) {
  return events.flatMap(event =>
    event.type === 'failure' && event.key !== '' ? [{key: event.key, kind: event.fault.kind}] : [],
  );
}
