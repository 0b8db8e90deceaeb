import type {Review, ReviewSample} from '../../src/engine/review.ts';
import type {Gate} from '../../src/runbook/gate.ts';

import {awkwardKeys} from './frame-facts.ts';

/** What there is to read of a plan before it goes live. */

const sampleHash = 'c0ffee'.repeat(10).padEnd(64, '0');

export const samples: readonly ReviewSample[] = [
  {
    key: 'bgm/battle/1.mp3',
    action: 'insert',
    preview: {before: null, after: {content_hash: sampleHash, size: 12_345}},
  },
  {
    key: 'kcs2/img/0024.png',
    action: 'update',
    preview: {before: {content_hash: null, size: 7}, after: {content_hash: sampleHash, size: 7}},
  },
  {key: awkwardKeys[4], action: 'update', preview: null},
];

export const review: Review = {
  actions: {insert: 882, update: 1_289, delete: 0, unchanged: 67, skip: 0, conflict: 0, fail: 0, wait: 0},
  rows: {read: 4_476, written: 6_513},
  samples,
  itemsToRead: 0,
  bytesToRead: 0,
  repositories: null,
  notes: {},
  warned: [],
  uploads: null,
  verifies: {items: 300, bytes: 40_960_000},
  requests: {source: 0, target: 129, provider: 0},
  seconds: 48,
  money: {usd: 0.0123, usdBeyondFree: 0, costs: []},
  tables: [
    {name: 'headgate_lease', isThere: false},
    {name: 'headgate_marks', isThere: false},
  ],
  publishes: null,
  bookmark: true,
};

export const gates: readonly Gate[] = [
  {id: 'probe', title: 'probe', holds: true, reason: 'reachable, schema as expected'},
  {id: 'rehearsed', title: 'dry run', holds: true, reason: 'completed'},
  {id: 'fresh', title: 'recent', holds: true, reason: 'made 1 min ago, good for 24 h'},
  {id: 'lease', title: 'lease', holds: true, reason: 'free'},
  {id: 'confirmed', title: 'confirmed', holds: false, reason: 'the name of the target was not typed'},
];

export const closedGates: readonly Gate[] = [
  ...gates.slice(0, 3),
  {
    id: 'lease',
    title: 'lease',
    holds: false,
    reason: 'held by operator@another-host:4711 since 11:42 UTC, for run 20260801-1142-zzzz',
    unlock: 'wait for it to end, or take over with --take-over once it is gone',
  },
  {id: 'space', title: 'disk space', holds: false, reason: '1.2 GiB are needed, 300.0 MiB are free'},
  ...gates.slice(4),
];
