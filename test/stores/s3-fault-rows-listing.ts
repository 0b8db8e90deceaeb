import type {FaultRow} from './s3-fault-row.ts';

const listing = {operation: 'ListObjectsV2'} as const;
const once = {times: 1} as const;
const startIgnored = {type: 'start-after-ignored'} as const;

/** What is wrong with the pages of a listing. */
export const listingFaults = {
  'truncated-without-token': [
    {while: 'list', faults: [{type: 'truncated-without-token'}], fired: ['some'], outcome: 'right'},
    {
      while: 'list',
      faults: [{type: 'truncated-without-token'}, startIgnored],
      fired: ['some', 'some'],
      outcome: {kind: 'server-error', message: /is truncated, and does not say where it goes on$/},
    },
  ],
  'unsorted-page': [
    {
      while: 'list',
      faults: [{type: 'unsorted-page', ...once}],
      fired: [1],
      outcome: {kind: 'invalid', message: /went back from 01\/1 to 01\/0: its keys are not in byte order/},
    },
    {
      while: 'list',
      faults: [{type: 'unsorted-page', skip: 4}],
      fired: ['some'],
      outcome: {kind: 'invalid', message: /went back/},
    },
  ],
  'duplicate-key': [
    {
      while: 'list',
      faults: [{type: 'duplicate-key', ...once}],
      fired: [1],
      outcome: {kind: 'invalid', message: /went back from 01\/0 to 01\/0/},
    },
    {
      while: 'list',
      faults: [{type: 'duplicate-key', skip: 4}],
      fired: ['some'],
      outcome: {kind: 'invalid', message: /went back/},
    },
  ],
  'start-after-ignored': [
    {while: 'list', faults: [startIgnored], fired: ['some'], outcome: 'right'},
    {while: 'list', faults: [{...startIgnored, skip: 5}], fired: ['some'], outcome: 'right'},
    {while: 'resume', faults: [startIgnored], fired: ['some'], outcome: 'right'},
    {while: 'middle', faults: [startIgnored], fired: [1], outcome: 'right'},
    {while: 'run', faults: [startIgnored], fired: ['some'], outcome: 'right'},
    {
      while: 'run',
      faults: [startIgnored, {type: 'reset', ...listing, skip: 6, times: 2}],
      fired: ['some', 2],
      outcome: 'right',
    },
  ],
  'continuation-expired': [
    {while: 'list', faults: [{type: 'continuation-expired'}], fired: [0], outcome: 'right'},
    {
      while: 'list',
      faults: [startIgnored, {type: 'continuation-expired', skip: 3}],
      fired: ['some', 1],
      outcome: {kind: 'server-error', message: /The continuation token provided is incorrect/},
    },
    {
      while: 'run',
      faults: [startIgnored, {type: 'continuation-expired', skip: 3, ...once}],
      fired: ['some', 1],
      outcome: 'right',
    },
  ],
  'token-loop': [
    {while: 'list', faults: [{type: 'token-loop'}], fired: ['some'], outcome: 'right'},
    {
      while: 'list',
      faults: [startIgnored, {type: 'token-loop', skip: 5}],
      fired: ['some', 1],
      outcome: {kind: 'invalid', message: /repeats itself: it would never end$/},
    },
  ],
  'token-back': [
    {while: 'list', faults: [{type: 'token-back'}], fired: ['some'], outcome: 'right'},
    {
      while: 'list',
      faults: [startIgnored, {type: 'token-back', skip: 5}],
      fired: ['some', 2],
      outcome: {kind: 'invalid', message: /went back from \d\d\/\d to 01\/0/},
    },
  ],
  'empty-page': [
    {
      while: 'list',
      faults: [
        {type: 'empty-page', skip: 3, ...once},
        {type: 'token-back', skip: 3, ...once},
      ],
      fired: [1, 1],
      outcome: 'right',
    },
    {
      while: 'list',
      faults: [
        {type: 'empty-page', skip: 1},
        {type: 'truncated-without-token', skip: 1},
      ],
      fired: ['some', 'some'],
      outcome: {kind: 'server-error', message: /does not say where it goes on$/},
    },
    {while: 'list', faults: [{type: 'empty-page', skip: 2, times: 5}], fired: [5], outcome: 'right'},
    {
      while: 'list',
      faults: [startIgnored, {type: 'empty-page', skip: 2, times: 5}],
      fired: ['some', 5],
      outcome: 'right',
    },
    {
      while: 'list',
      faults: [{type: 'empty-page', skip: 1}],
      fired: ['some'],
      outcome: {kind: 'invalid', message: /repeats itself: it would never end$/},
    },
  ],
} as const satisfies Readonly<Record<string, readonly FaultRow[]>>;
