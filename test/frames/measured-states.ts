import type {SetupFacts, SetupView, View, ViewName} from '../../src/console/state.ts';
import {type Case, facts, setup, state, viewed} from './console-states.ts';
import {awkwardKeys, live, liveId, longTarget, now, plan} from './frame-facts.ts';
import {coverage, group, holding, manyBroken, measuredCheck, nearlyCovered, trend} from './measured-facts.ts';

const postWords: SetupView['words'] = {
  items: ['post', 'posts'],
  rows: ['entry', 'entries'],
  done: {items: 'are indexed', rows: 'are searchable'},
  reads: {source: 'its head', target: 'its index', verify: 'all posts'},
  nothing: 'is the blog there?',
};

function of(
  name: ViewName,
  measured: Partial<SetupFacts> | null,
  view: Partial<View> = {},
  more: Partial<SetupView> = {},
) {
  const known = measured === null ? null : facts({plan: plan({usedBy: liveId}), live: live(), ...measured});
  return state({...viewed(name, view), setups: [setup({facts: known, ...more})]});
}

const awkward = coverage([
  group('*', 6_543_210, 10_000_000, {missing: {failed: 1_234_567, 'not taken up yet': 2_222_223}}),
  ...awkwardKeys.map((key, index) => group(`${key}/`, index * 1_000, 7_000)),
]);
const manyGroups = coverage([
  group('*', 2_999, 3_000),
  ...Array.from({length: 300}, (_, index) => group(`prefix-${index}/`, index === 7 ? 9 : 10, 10)),
]);

export const coverageCases: readonly Case[] = [
  {
    name: 'that is still looking',
    state: of('coverage', null),
    says: ['Coverage of asset-index', 'looking …'],
  },
  {name: 'never measured', state: of('coverage', {}), says: ['It was not measured yet', 'r measures it now']},
  {
    name: 'measured for the first time',
    state: of('coverage', {}, {}, {verifying: 'run'}),
    says: ['measuring …'],
  },
  {
    name: 'of the whole, with its trend',
    state: of('coverage', {coverage: nearlyCovered, trend}),
    says: [
      '> all',
      '99.95 %',
      '2,237 of 2,238',
      'kcs2/',
      '(top)',
      'missing 1 failed',
      '4.87 % → 99.95 %',
      'just now',
    ],
  },
  {
    name: 'measured three days ago, of a part',
    state: of('coverage', {coverage: {...nearlyCovered, at: now - 3 * 86_400_000, isPart: true}}),
    says: ['of a part, measured 3 days ago'],
  },
  {
    name: 'of a group without a gap, measured again',
    state: of('coverage', {coverage: nearlyCovered}, {at: 2}, {verifying: 'run'}),
    says: ['> bgm/', '100.00 %', 'missing nothing', 'measuring again …'],
  },
  {
    name: 'of ten million with awkward names',
    state: of('coverage', {coverage: awkward}, {at: 3}),
    says: ['65.43 %', '> 🚢/🚀', '2,000 of 7,000', 'missing 5,000 failed'],
  },
  {name: 'of 300 groups', state: of('coverage', {coverage: manyGroups}, {at: 150}), says: ['> prefix-149/']},
  {
    name: 'of 300 groups, filtered',
    state: of('coverage', {coverage: manyGroups}, {filter: 'x-7', isFiltering: true}),
    says: ['/ x-7', '12 of 301', 'prefix-7/', '90.00 %'],
  },
  {
    name: 'in the words of another backfill, which can not list what is missing',
    state: of('coverage', {coverage: nearlyCovered}, {}, {words: postWords, listsMissing: false}),
    says: ['posts 2,237 of 2,238 that were listed are indexed', 'entries', 'in the target are searchable'],
    saysNot: ['objects', 'rows', 'hash', 'enter lists them'],
  },
  {
    name: 'of nothing',
    state: of('coverage', {coverage: coverage([group('*', 0, 0)])}),
    says: ['0 of 0', 'missing nothing'],
  },
];

const many = Array.from({length: 40}, (_, index) =>
  measuredCheck({
    id: `check-${index}`,
    title: `invariant ${index} says so much that no terminal has room for its title, whatever its size ${longTarget}`,
    severity: index % 2 === 0 ? 'blocking' : 'warning',
    count: index * 1_000,
  }),
);

const lostObject = measuredCheck({
  id: 'hash-matches-bytes',
  title: 'hashes match the bytes at the provider, in a sample',
  count: 1,
  counts: ['object', 'objects'],
  recovery: 'A fresh dry run looks for every object. Where the row is wrong, uploads-repair corrects it.',
  recovers: {as: 'fresh dry-run'},
});

export const invariantsCases: readonly Case[] = [
  {
    name: 'in the words of another backfill',
    state: of('invariants', {checks: [measuredCheck({count: 3})]}, {}, {words: postWords}),
    says: ['3 entries'],
    saysNot: ['rows'],
  },
  {
    name: 'that are still looked for',
    state: of('invariants', null),
    says: ['Invariants of asset-index', 'looking …'],
  },
  {
    name: 'never measured',
    state: of('invariants', {}),
    says: ['None was measured yet', 'r measures them now'],
  },
  {
    name: 'measured for the first time',
    state: of('invariants', {}, {}, {verifying: 'run'}),
    says: ['measuring …'],
  },
  {
    name: 'that hold',
    state: of('invariants', {checks: holding}),
    says: ['> ✔ every hash is 64 lower-case hex digits', '✔ every row has an object', 'measured just now'],
    saysMore: ['│ blocking │ 4 │ 4 │ 0 │ 0 │'],
  },
  {
    name: 'of which one counts what is no row',
    state: of('invariants', {checks: [...holding.slice(0, 3), lostObject]}),
    says: ['✖ hashes match', '1 object'],
    saysMore: ['│ blocking │ 4 │ 3 │ 1 │'],
    saysNot: ['│ 1 │ 0 │', ' rows'],
  },
  {
    name: 'broken by 1,234,567 rows',
    state: of('invariants', {checks: manyBroken}),
    says: ['✖ every hash', '1,234,567 rows (+567)', '! every row has an object', '1 row'],
  },
  {
    name: 'measured three days ago, and again now',
    state: of(
      'invariants',
      {checks: holding.map(check => ({...check, at: now - 3 * 86_400_000}))},
      {},
      {verifying: 'run'},
    ),
    says: ['measuring again …'],
  },
  {
    name: 'of which there are forty',
    state: of('invariants', {checks: many}, {at: 21}),
    says: ['> ! invariant 21', '21,000 rows'],
  },
];

const byHand = measuredCheck({
  id: 'one-row-per-key',
  title: 'every row has a key of its own',
  count: 1,
  sample: [{key: awkwardKeys[1], detail: '2 rows'}],
  recovery: 'Look at the rows, delete the wrong one, and make the unique index on files.key anew.',
});
const {recovers: _, ...handwork} = byHand.result;

const noChanges = {inserted: 0, updated: 0, rows: 0};
const nothingToChange = plan(
  {settings: {fresh: true}, createdAt: now - 19_000, finishedAt: now - 18_000},
  noChanges,
);
const fresh = (checks: SetupFacts['checks']) => ({plan: nothingToChange, live: live(), checks});

export const invariantCases: readonly Case[] = [
  {
    name: 'that was not measured',
    state: of('invariant', {}, {of: 'gone'}),
    says: ['It was not measured yet'],
  },
  {
    name: 'that holds',
    state: of('invariant', {checks: holding}, {of: 'hash-format'}),
    says: ['✔ holds · blocking · measured just now', 'why Clients compare hashes'],
  },
  {
    name: 'broken by 1,234,567 rows with awkward keys',
    state: of('invariant', {checks: manyBroken}, {of: 'hash-format'}),
    says: [
      '✖ 1,234,567 rows break it (+567)',
      'mend Run asset-index',
      'enter starts a dry run; it writes nothing yet',
      'a file & another',
    ],
    saysMore: ['艦これ', 'two\\x0alines.txt'],
  },
  {
    name: 'scrolled to its end',
    state: of('invariant', {checks: manyBroken}, {of: 'hash-format', at: 1_000}),
    says: ['… and 1,234,559 more'],
  },
  {
    name: 'that takes a hand',
    state: of('invariant', {checks: [{...byHand, result: handwork}]}, {of: 'one-row-per-key'}),
    says: ['✖ 1 row breaks it', 'delete the wrong one', '大型建造.png', '2 rows'],
  },
  {
    name: 'that the run which should mend it has found nothing to change of',
    state: of('invariant', fresh([lostObject]), {of: 'hash-matches-bytes'}),
    says: ['a fresh dry run found nothing to change', 'uploads-repair corrects it'],
    saysNot: ['enter starts'],
  },
  {
    name: 'that broke after the run which should mend it',
    state: of('invariant', fresh([{...lostObject, brokenSince: now - 10_000}]), {of: 'hash-matches-bytes'}),
    says: ['enter starts a fresh dry run'],
    saysNot: ['nothing to change'],
  },
  {
    name: 'of which more is broken than the run which should mend it could know',
    state: of(
      'invariant',
      fresh([{...lostObject, at: now, before: 1, result: {...lostObject.result, count: 2}}]),
      {of: 'hash-matches-bytes'},
    ),
    says: ['enter starts a fresh dry run'],
    saysNot: ['nothing to change'],
  },
];
