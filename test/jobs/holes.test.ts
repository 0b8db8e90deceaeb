import {expect, it} from 'vitest';
import {type Holes, holesText} from '../../src/jobs/holes.ts';

const none: Holes = {
  repositories: {done: 42, waiting: 0, failed: {}},
  listings: [],
  records: {},
  listed: 350,
};

const rows: readonly (readonly [holes: Partial<Holes>, text: string])[] = [
  [
    {repositories: {done: 39, waiting: 0, failed: {connection: 2, deactivated: 1}}},
    '3 of 42 repositories could not be read: 1 deactivated, 2 connection',
  ],
  [
    {repositories: {done: 0, waiting: 0, failed: {'not-found': 1}}},
    '1 of 1 repository could not be read: 1 not-found',
  ],
  [{listings: ['timeout']}, '1 listing of a relay broke off: 1 timeout'],
  [
    {listings: ['timeout', 'server-error', 'timeout'], records: {invalid: 5}},
    '3 listings of a relay broke off: 2 timeout, 1 server-error; 5 of 350 records could not be indexed: 5 invalid',
  ],
];

it.each(rows)('counts what is missing by kind: %j', (holes, text) => {
  expect(holesText({...none, ...holes})).toBe(text);
});
