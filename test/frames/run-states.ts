import {type Case, facts, setup, state, viewed, working} from './console-states.ts';
import {awkwardKeys, live, liveId, plan, planId} from './frame-facts.ts';
import {following, localLimit, waitingLimit} from './run-views.ts';

const shown = viewed('run');
const used = plan({usedBy: liveId});
const writing = live(
  {status: 'running', finishedAt: null},
  {inserted: 600, updated: 570, unchanged: 34, pending: 34},
);
const tenMillion = live(
  {status: 'running', finishedAt: null, partitions: {done: 12_345, failed: 3, pending: 987_654}},
  {
    inserted: 6_543_210,
    updated: 1_234_567,
    failed: 1_234,
    pending: 10_000,
    rows: 7_777_777,
    bytes: 12_345_678_901_234,
  },
);
const failure = {kind: 'rate-limited', message: '429 Too many requests'} as const;

const manyHosts = following(tenMillion, {
  snapshot: {
    expected: 10_000_000,
    rate: 120,
    limits: Array.from({length: 12}, (_, index) => ({
      ...waitingLimit,
      host: `pds-${index}.host-with-a-long-name.example`,
    })),
  },
  news: awkwardKeys.map(key => ({
    type: 'failure',
    partition: 'kcs2/',
    key,
    fault: {kind: 'invalid', message: `${key}: it can not be read as text`},
  })),
});

export const runCases: readonly Case[] = [
  {
    name: 'that there is none of',
    state: state(shown),
    says: ['Nothing was run yet', '2 opens the guided steps'],
  },
  {
    name: 'at work',
    state: state({
      ...shown,
      ...working(following(writing, {snapshot: {expected: 2_238, limits: [localLimit]}}), {
        facts: facts({plan: used, live: writing}),
      }),
    }),
    says: [
      'running',
      'live of asset-index',
      '1,204/2,238',
      '53.79 %',
      '> inserted',
      '600',
      '= listed 1,238',
      'p pause',
      '16 in flight (limit 32: steady)',
      'settled',
      '4 done, 0 pending',
    ],
  },
  {
    name: 'that waits for a host',
    state: state({
      ...shown,
      ...working(
        following(writing, {
          snapshot: {expected: 2_238, limits: [waitingLimit]},
          quietFor: 24,
          news: [{type: 'retrying', host: waitingLimit.host, attempt: 3, waitMs: 32_000, fault: failure}],
        }),
        {facts: facts({plan: used, live: writing})},
      ),
    }),
    says: [
      'stalled 24 s, last: 429',
      'retry 3 in 8 s',
      'D1 of account 8f14e45f: waits 8 s',
      ': halved after a 429',
      'partitions: 4 done, 0 pending',
    ],
    saysMore: ['halved after a 429, at most 3.3/s'],
  },
  {
    name: 'with drift',
    state: state({
      ...shown,
      ...working(
        following(live({status: 'pausing', drift: {added: 3, gone: 1, changed: 57}}), {
          snapshot: {expected: 2_238},
          news: [
            {type: 'drift', keys: [...awkwardKeys]},
            {type: 'stopping', reason: {by: 'drift', message: '57 of 2,238 items are decided otherwise'}},
          ],
        }),
        {facts: facts({plan: used, live: writing})},
      ),
    }),
    says: [
      'pausing',
      'drift: 57 changed, 3 added, 1 gone',
      'coming to rest: 57 of 2,238 items',
      'stopping: 57 of',
    ],
  },
  {
    name: 'of ten million, on twelve hosts',
    state: state({...shown, ...working(manyHosts, {facts: facts({plan: used, live: tenMillion})})}),
    says: [
      '6,543,210',
      '1,234,567',
      '1,234 0.02 %',
      '7,779,078/10,000,000',
      '77.79 %',
      '= listed 7,789,078',
      ': halved after a 429',
      'failed (invalid): very-long',
    ],
    saysMore: ['12,345 done, 987,654 pending, 3 failed'],
  },
  {
    name: 'that is a dry run whose total nobody knows',
    state: state({
      ...shown,
      ...working(following(plan({status: 'running'}, {inserted: 10, updated: 0, unchanged: 0, pending: 3})), {
        facts: facts(),
      }),
    }),
    says: ['DRY RUN', '10 so far', 'to insert'],
  },
  {
    name: 'that ended incomplete',
    state: state({
      ...shown,
      setups: [setup({facts: facts({plan: used, live: live({status: 'incomplete'}, {failed: 1})})})],
    }),
    says: ['incomplete just now', 'failed', '= listed 2,239'],
  },
  {
    name: 'that was paused by a budget',
    state: state({
      ...shown,
      setups: [
        setup({
          facts: facts({
            plan: used,
            live: live({
              status: 'paused',
              stopReason: {by: 'budget', message: 'more than 5 % of 2,238 items failed: 120'},
              scope: {prefix: `${'very/long/prefix/'.repeat(10)}`, maxItems: 10_000_000},
            }),
          }),
        }),
      ],
    }),
    says: ['paused', 'more than 5 % of 2,238 items'],
  },
  {
    name: 'that measured',
    state: state({
      ...viewed('run', {of: planId}),
      history: [plan({mode: 'verify'}, {inserted: 0, updated: 0, unchanged: 0, rows: 0})],
      setups: [setup({facts: facts()})],
    }),
    says: ['verify of asset-index', 'completed'],
  },
];
