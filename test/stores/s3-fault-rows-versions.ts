import type {FaultRow} from './s3-fault-row.ts';

const listing = {operation: 'ListObjectVersions'} as const;
const doing = {while: 'list versions'} as const;

/** What is wrong with the pages of a listing of versions. */
export const versionsFaults = {
  'truncated-without-marker': [
    {
      ...doing,
      faults: [{type: 'truncated-without-marker', skip: 3}],
      fired: [1],
      outcome: {kind: 'server-error', message: /is truncated, and does not say where it goes on$/},
    },
  ],
  'marker-loop': [
    {
      ...doing,
      // No marker leads to the beginning of a bucket: this one is behind the first key.
      faults: [{type: 'marker-loop'}],
      fired: ['some'],
      outcome: {kind: 'invalid', message: /went back|repeats itself/},
    },
    {
      ...doing,
      faults: [{type: 'marker-loop', skip: 5}],
      fired: [1],
      outcome: {kind: 'invalid', message: /repeats itself: it would never end$/},
    },
  ],
  'inclusive-key-marker': [
    {...doing, faults: [{type: 'inclusive-key-marker', next: 'last'}], fired: ['some'], outcome: 'right'},
    {
      ...doing,
      faults: [{type: 'inclusive-key-marker', next: 'following'}],
      fired: ['some'],
      outcome: 'right',
    },
    {
      ...doing,
      faults: [{type: 'unsorted-page', ...listing, skip: 2}],
      fired: ['some'],
      outcome: {kind: 'invalid', message: /went back from \S+ to \S+: its keys are not in byte order/},
    },
  ],
  'delete-markers-apart': [
    {...doing, faults: [{type: 'delete-markers-apart'}], fired: ['some'], outcome: 'right'},
    {
      ...doing,
      faults: [{type: 'delete-markers-apart'}, {type: 'inclusive-key-marker', next: 'following'}],
      fired: ['some', 'some'],
      outcome: 'right',
    },
  ],
  'missing-size': [
    {
      ...doing,
      faults: [{type: 'missing-size', skip: 7, times: 1}],
      fired: [1],
      outcome: {kind: 'server-error', message: /answered with an object without key, size or time/},
    },
  ],
} as const satisfies Readonly<Record<string, readonly FaultRow[]>>;
