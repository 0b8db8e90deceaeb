import {open} from '../runbook/flow-facts.ts';
import {type Case, facts, setup, state, viewed, working} from './console-states.ts';
import {live, liveId, longSource, longTarget, now, plan, planId} from './frame-facts.ts';
import {holding, manyBroken, nearlyCovered} from './measured-facts.ts';
import {gates, review} from './review-facts.ts';
import {following, localLimit, waitingLimit} from './run-views.ts';

const runbook = viewed('runbook');
const reviewed = {state: 'ready', plan: planId, at: now - 81_000, review} as const;
const used = plan({usedBy: liveId});
const writing = live(
  {status: 'running', finishedAt: null},
  {inserted: 600, updated: 570, unchanged: 34, pending: 34},
);
const failure = {kind: 'rate-limited', message: '429 Too many requests'} as const;

const liveRun = following(writing, {snapshot: {expected: 2_238, limits: [localLimit]}});
const stalled = following(writing, {
  snapshot: {expected: 2_238, limits: [localLimit, waitingLimit]},
  quietFor: 24,
  news: [{type: 'retrying', host: waitingLimit.host, attempt: 3, waitMs: 32_000, fault: failure}],
});

const withFailure = {
  plan: used,
  live: live({status: 'incomplete'}, {updated: 1_288, failed: 1}),
  open: {run: liveId, counts: {...open({failed: 1}), kinds: {denied: 1}}},
  coverage: nearlyCovered,
};

/** From the live run on. */
export const liveCases: readonly Case[] = [
  {
    name: 'with a live run at work',
    state: state({...runbook, ...working(liveRun, {facts: facts({plan: used, live: writing})})}),
    says: ['LIVE', 'index.sqlite', '1,204/2,238', '53.79 %', '34 pending', '0 failed', 'p pause'],
    saysMore: ['s cancel'],
  },
  {
    name: 'with a live run that waits for a host',
    state: state({...runbook, ...working(stalled, {facts: facts({plan: used, live: writing})})}),
    says: ['stalled 24 s', '429 Too many requests', 'retry 3 in 8 s', 'D1 of account 8f14e45f: waits 8 s'],
    saysMore: ['halved after a 429, at most 3.3/s', 'local disk: 16 in flight'],
  },
  {
    name: 'that drift has paused',
    state: state({
      ...runbook,
      setups: [
        setup({
          facts: facts({
            plan: used,
            live: live({
              status: 'paused',
              stopReason: {
                by: 'drift',
                message: '57 of 2,238 items are decided otherwise than in the dry run',
              },
              drift: {added: 3, gone: 1, changed: 57},
            }),
          }),
        }),
      ],
    }),
    says: ['! live', 'paused: 57 of 2,238 items', 'enter accept …: go on', 'in spite of what has changed'],
  },
  {
    name: 'of a run in another process',
    state: state({...runbook, setups: [setup({facts: facts({plan: used, live: writing})})]}),
    says: ['LIVE', '● live writing …', `${liveId}, in another process`],
  },
  {
    name: 'whose process is gone',
    state: state({...runbook, setups: [setup({facts: facts({plan: used, live: writing, gone: [liveId]})})]}),
    says: ['its process is gone', 'enter resume: its process is gone'],
  },
  {
    name: 'with a failure',
    state: state({
      ...runbook,
      setups: [
        setup({
          facts: facts({...withFailure, checks: holding}),
        }),
      ],
    }),
    says: ['! live', 'enter retry: take up only the failure again', '1 failed (denied)'],
    saysMore: ['99.95 %', '6 shows each of them'],
  },
  {
    name: 'with a failure that breaks an invariant',
    state: state({
      ...runbook,
      setups: [
        setup({
          facts: facts({...withFailure, checks: manyBroken}),
        }),
      ],
    }),
    says: ['enter retry: take up only the failure again', '1 broken'],
    saysMore: [
      'every hash is 64 lower-case hex digits: 1,234,567 rows (1,234,000 before this run; 5 shows which)',
    ],
  },
  {
    name: 'with a broken invariant',
    state: state({
      ...runbook,
      setups: [
        setup({facts: facts({plan: used, live: live(), checks: manyBroken, coverage: nearlyCovered})}),
      ],
    }),
    says: ['! verify', '1 broken', '1,234,567 rows', 'enter invariants'],
  },
  {
    name: 'that measures',
    state: state({
      ...runbook,
      setups: [setup({facts: facts({plan: used, live: live()}), verifying: 'not-yet-known'})],
    }),
    says: ['● verify', 'measuring invariants and coverage', 'the verification is at work'],
  },
  {
    name: 'where all is done',
    state: state({
      ...runbook,
      setups: [setup({facts: facts({plan: used, live: live(), checks: holding, coverage: nearlyCovered})})],
    }),
    says: ['✔ all is done', '✔ verify', '5 invariants hold', 'u shows what an undo would put back'],
  },
  {
    name: 'of names that fit nowhere, in production',
    state: state({
      ...runbook,
      setups: [
        setup({
          name: 'asset-index-of-the-european-production-mirror',
          source: longSource,
          target: longTarget,
          targetName: 'production-replica-content-index-europe-west.sqlite',
          environment: 'production',
        }),
      ],
    }),
    says: ['production', 's3://a-bucket'],
    saysMore: ['writes nothing'],
  },
  {
    name: 'that is read-only',
    state: state({
      ...runbook,
      manner: {isReadOnly: true, isSandbox: false, flags: [], version: '0.1.0'},
      setups: [
        setup({facts: facts({plan: plan({createdAt: now - 3 * 86_400_000})}), review: reviewed, gates}),
      ],
    }),
    says: ['READ-ONLY', 'this console is read-only', 'see what a live run would write'],
  },
];
