import type {AccountSpec, CrowdSpec, Json, NetworkSpec} from '../../../src/sandbox/network/spec.ts';

export const note = 'app.example.note';
/** A longer name that begins with it: in URIs it comes first, because a dot comes before a slash. */
export const noteDraft = 'app.example.note.draft';
export const like = 'app.example.like';

/** So many records, in ascending order of their keys. */
export function numbered(count: number, collection = note): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Array.from({length: count}, (_, n) => [`r${String(n).padStart(5, '0')}`, {$type: collection, n}]),
  );
}

/** So many accounts with a few records each, at some hosts in turn. */
export function crowdOf(accounts: number, ...hosts: readonly string[]): CrowdSpec {
  return {name: 'crowd', accounts, hosts, records: {[note]: 3, [like]: 2}, shapes: 2};
}

export function accountAt(host: string, name: string, notes = 3): AccountSpec {
  return {name, host, records: {[note]: numbered(notes)}};
}

/** What Postgres and JSON have opinions about. */
export const awkward: Readonly<Record<string, Json>> = {
  big: {$type: note, n: 9_007_199_254_740_991, least: -9_007_199_254_740_991},
  empty: {$type: note, text: '', list: [], map: {}, none: null},
  keys: {$type: note, z: 1, a: 2, 'a b': 3, '': 4, ä: 5},
  link: {
    $type: note,
    to: {$link: 'bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a'},
    bytes: {$bytes: 'AAEC/w'},
  },
  quotes: {$type: note, text: `'); DROP TABLE records; -- "\\ \n\t\u2028 %s $1 ?1`},
  emoji: {$type: note, text: '👩‍👩‍👧 é e\u0301 \ud83d\ude00 \u0001'},
  nested: {$type: note, a: {b: [{c: [[1, [2]], true, false]}]}},
};

/** A few accounts of every kind that has nothing wrong with it, at two hosts. */
export const wholeWorld: NetworkSpec = {
  hosts: {one: {pageMost: 20}, two: {}},
  accounts: [
    {
      name: 'alice',
      host: 'one',
      records: {
        [note]: numbered(45),
        [noteDraft]: numbered(3, noteDraft),
        [like]: numbered(25, like),
        'app.example.other': numbered(2, 'app.example.other'),
      },
    },
    {name: 'awkward', host: 'two', records: {[note]: awkward}},
    {name: 'web', host: 'two', identity: {web: 'port'}, records: {[note]: numbered(2)}},
    {name: 'empty', host: 'one', listedIn: [note]},
    {name: 'other', host: 'two', records: {'app.example.other': numbered(3)}},
  ],
  crowds: [crowdOf(12, 'one', 'two')],
};

export const ofWholeWorld = {collections: [note, noteDraft, like]};
