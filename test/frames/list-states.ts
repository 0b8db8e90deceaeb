import {failuresList} from '../../src/console/rows.ts';
import {printableKey} from '../../src/core/keys.ts';
import {open} from '../runbook/flow-facts.ts';
import {type Case, facts, list, setup, state, viewed} from './console-states.ts';
import {awkwardKeys, live, liveId, now, plan} from './frame-facts.ts';

const failed = {
  ...viewed('failures'),
  setups: [
    setup({
      facts: facts({
        plan: plan({usedBy: liveId}),
        live: live({status: 'incomplete'}, {failed: 1_234_567}),
        open: {
          run: liveId,
          counts: {
            ...open({failed: 1_234_567, waiting: 4, conflicts: 1}),
            kinds: {denied: 1_234_500, timeout: 67},
          },
        },
      }),
    }),
  ],
};
const id = failuresList(liveId);
const remedy = 'It may not be read: grant read access to the user that runs headgate, then retry.';
const failures = awkwardKeys.map(key => ({
  key,
  text: `${printableKey(key)}  denied`,
  detail: `EACCES: permission denied, open '/srv/assets/${printableKey(key)}'\n${remedy}`,
}));
const many = Array.from({length: 500}, (_, index) => ({
  key: `key-${index}`,
  text: `bgm/key-${index}.mp3  denied`,
  detail: remedy,
}));

export const failuresCases: readonly Case[] = [
  {
    name: 'before the ledger has answered',
    state: state({...viewed('failures'), setups: [setup({facts: null})]}),
    says: ['looking …'],
  },
  {name: 'of which there are none', state: state(viewed('failures')), says: ['Nothing was run yet.']},
  {name: 'that are being read', state: state(failed), says: [`Left open by ${liveId}`, 'reading …']},
  {
    name: 'that can not be read',
    state: state({
      ...failed,
      lists: {[id]: list([], {state: 'failed', message: 'the ledger is locked by another process'})},
    }),
    says: ['the ledger is locked by another process'],
  },
  {
    name: 'with awkward keys',
    state: state({...failed, ...viewed('failures', {at: 4}), lists: {[id]: list(failures)}}),
    says: ['> two\\x0alines.txt', 'EACCES: permission denied', 'grant read access', '艦これ', '\\x1b[31mred'],
  },
  {
    name: 'with a key longer than the screen',
    state: state({...failed, ...viewed('failures', {at: 7}), lists: {[id]: list(failures)}}),
    says: ['> very-long-', 'grant read access'],
    saysMore: ['denied EACCES: permission denied'],
  },
  {
    name: 'of which there are more than were read',
    state: state({...failed, ...viewed('failures', {at: 250}), lists: {[id]: list(many, {hasMore: true})}}),
    says: ['251 of the first 500', '1,234,567 failed', '> bgm/key-250.mp3', 'grant read access'],
  },
  {
    name: 'filtered to none',
    state: state({
      ...failed,
      ...viewed('failures', {filter: 'zzz', isFiltering: true}),
      lists: {[id]: list(many)},
    }),
    says: ['/ zzz', '0 of 500 with "zzz"', 'Nothing matches: esc clears the filter.'],
  },
  {
    name: 'filtered to none of those that were read',
    state: state({
      ...failed,
      ...viewed('failures', {filter: 'zzz'}),
      lists: {[id]: list(many, {hasMore: true, command: ['headgate', 'failures', liveId]})},
    }),
    says: [
      '0 of the first 500 with "zzz"',
      'Nothing matches among the first 500, and only these were searched: esc clears the filter.',
      `headgate failures ${liveId} lists all.`,
    ],
  },
];

const runs = [
  plan({id: '20260801-1230-aaaa', mode: 'live', status: 'running', createdAt: now - 5_000, finishedAt: null}),
  live({status: 'incomplete'}, {failed: 1_234}),
  plan({status: 'completed'}),
  plan({id: '20260731-0900-bbbb', mode: 'verify', createdAt: now - 86_400_000}),
  live({
    id: '20260730-0900-cccc',
    mode: 'undo',
    status: 'cancelled',
    undoes: liveId,
    createdAt: now - 2 * 86_400_000,
  }),
  plan({
    id: '20260729-0900-dddd',
    undoes: liveId,
    createdAt: now - 3 * 86_400_000,
    backfill: 'artifacts-inventory-of-everything',
  }),
];
const manyRuns = Array.from({length: 200}, (_, index) =>
  plan({id: `20260701-${1_000 + index}`, createdAt: now - index * 3_600_000}),
);
export const historyCases: readonly Case[] = [
  {name: 'that is being read', state: state(viewed('history')), says: ['reading …']},
  {
    name: 'without a run',
    state: state({...viewed('history'), lists: {history: list([])}}),
    says: ['Nothing was run yet.'],
  },
  {
    name: 'that can not be read',
    state: state({
      ...viewed('history'),
      lists: {history: list([], {state: 'failed', message: 'the ledger is locked by another process'})},
    }),
    says: ['the ledger is locked by another process'],
  },
  {
    name: 'that can not be read anew',
    state: state({
      ...viewed('history', {at: 1}),
      history: runs,
      lists: {history: list([], {state: 'failed', message: 'the ledger is locked'})},
    }),
    says: ['This is as it was read before: the ledger is locked', 'incomplete', '24 h ago'],
  },
  {
    name: 'of which there are more than were read',
    state: state({
      ...viewed('history', {at: 1}),
      history: manyRuns,
      lists: {history: list([], {hasMore: true})},
    }),
    says: ['2 of the newest 200'],
  },
  {
    name: 'of some runs',
    state: state({...viewed('history', {at: 1}), history: runs, lists: {history: list([])}}),
    says: [
      'just now',
      'live',
      'incomplete',
      '2,171 changed',
      '24 h ago',
      'dry run',
      'cancelled',
      'undo',
      '1,234 failed',
    ],
    saysMore: ['1,234 failed, 2,171', '2,171 put back', 'p7q2', '3 days ago'],
  },
  {
    name: 'of two hundred, at the last',
    state: state({...viewed('history', {at: 199}), history: manyRuns, lists: {history: list([])}}),
    says: ['8 days ago', '200 of 200'],
  },
  {
    name: 'filtered',
    state: state({...viewed('history', {filter: 'undo'}), history: runs, lists: {history: list([])}}),
    says: ['2 of 6 with "undo"', 'cancelled'],
  },
];

/** The chosen row is cut at the right edge, and so is another one. */
export const withLongKeys = state({
  ...failed,
  ...viewed('failures', {at: 0}),
  lists: {[id]: list([0, 1].map(place => row(`${place}-${'very-long/'.repeat(30)}end.bin`)))},
});

function row(key: string) {
  return {key, text: `${key}  denied`, detail: remedy};
}

const items = viewed('items', {of: 'part', title: `updated: ${liveId}`});
export const itemsCases: readonly Case[] = [
  {
    name: 'that are compared anew',
    state: state({
      ...items,
      lists: {part: list(many, {state: 'again', message: 'comparing anew …'})},
    }),
    says: ['comparing anew … · 1 of 500', '> bgm/key-0.mp3'],
  },
  {
    name: 'that could not be compared anew',
    state: state({
      ...items,
      lists: {part: list(many, {state: 'failed', message: 'no answer from r2.example.'})},
    }),
    says: ['as it was read before: no answer from r2.example.', '> bgm/key-0.mp3'],
  },
  {
    name: 'of which nothing is missing any more',
    state: state({...items, lists: {part: list([], {message: 'Nothing is missing any more.'})}}),
    says: ['Nothing is missing any more.'],
  },
  {
    name: 'that are being read',
    state: state({...items, lists: {part: list([], {state: 'loading'})}}),
    says: ['updated', 'reading …'],
  },
  {
    name: 'that can not be read',
    state: state({
      ...items,
      lists: {part: list([], {state: 'failed', message: 'no answer from r2.example. Check the network.'})},
    }),
    says: ['no answer from r2.example. Check the network.'],
  },
  {
    name: 'of which there are none',
    state: state({...items, lists: {part: list([])}}),
    says: ['None are on record'],
  },
  {
    name: 'with awkward keys',
    state: state({
      ...items,
      ...viewed('items', {of: 'part', title: `Missing of ${awkwardKeys[7]}`, at: 2}),
      lists: {part: list(failures)},
    }),
    says: ['> 🚢/🚀 launch.webm', 'Missing of very-long', 'e\u0301te\u0301'],
  },
  {
    name: 'of which there are more than were read',
    state: state({...items, lists: {part: list(many, {hasMore: true})}}),
    says: ['the first 500', '> bgm/key-0.mp3'],
  },
];
