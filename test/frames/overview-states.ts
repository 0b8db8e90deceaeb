import type {ConsoleState, SetupView} from '../../src/console/state.ts';
import {introductionOf} from '../../src/sandbox/introduction.ts';
import {open} from '../runbook/flow-facts.ts';
import {type Case, facts, setup, state, viewed, working} from './console-states.ts';
import {live, liveId, longSource, longTarget, now, plan} from './frame-facts.ts';
import {coverage, group, holding, manyBroken, nearlyCovered, withWarning} from './measured-facts.ts';
import {following} from './run-views.ts';

const drifted = {
  by: 'drift',
  message: '57 of 2,238 items are decided otherwise than in the dry run',
} as const;
const planned = plan({usedBy: liveId});

/** Five backfills, each in want of something else. */
export const five: Pick<ConsoleState, 'setups' | 'runs'> = (() => {
  const run = following(
    plan({status: 'running', id: 'at-work'}, {inserted: 600, updated: 600, unchanged: 4}),
  );
  const setups: readonly SetupView[] = [
    setup({
      facts: facts({
        plan: planned,
        live: live(),
        checks: holding,
        coverage: coverage([group('*', 2_238, 2_238)]),
      }),
    }),
    setup({name: 'media-catalogue', environment: 'production', atWork: run.run, facts: facts()}),
    setup({
      name: 'records',
      facts: facts({
        plan: planned,
        live: live({status: 'paused', stopReason: drifted}),
        coverage: nearlyCovered,
        checks: holding,
      }),
    }),
    setup({
      name: 'uploads',
      facts: facts({plan: planned, live: live(), coverage: nearlyCovered, checks: manyBroken}),
    }),
    setup({
      name: 'artifacts-inventory',
      link: {state: 'failed', message: 'D1 did not answer within 30 s', hint: 'check the network'},
    }),
  ];
  return {setups, runs: {[run.run]: run}};
})();

const many = Array.from({length: 20}, (_, index) =>
  setup({
    name: `backfill-${index + 1}-with-a-name-that-is-rather-long`,
    source: longSource,
    target: longTarget,
    environment: 'production-europe-west',
    facts: facts({
      plan: planned,
      live: live({status: 'incomplete'}),
      open: {run: liveId, counts: open({failed: 1_234_567})},
    }),
  }),
);

const tenMillion = following(
  live({status: 'running', finishedAt: null}, {inserted: 6_543_210, updated: 0, pending: 1_000}),
  {
    snapshot: {expected: 10_000_000},
  },
);

export const overviewCases: readonly Case[] = [
  {
    name: 'without a backfill',
    state: state({setups: []}),
    says: ['There is no backfill yet', 'headgate init', 'headgate --sandbox'],
  },
  {
    name: 'that is still looking',
    state: state({setups: [setup({link: {state: 'connecting'}, facts: null})]}),
    says: ['asset-index', 'connecting …', 'not measured yet'],
    saysMore: ['/srv/assets → index.sqlite'],
  },
  {
    name: 'with nothing run',
    state: state(),
    says: ['asset-index', 'nothing was run yet', 'enter opens the guided steps'],
  },
  {
    name: 'of a new sandbox',
    state: state({
      manner: {isReadOnly: false, isSandbox: true, flags: [], version: '0.1.0'},
      setups: [setup({environment: 'sandbox', introduction: introductionOf('asset-index', 'folder')})],
    }),
    says: ['sandbox', '2,238 files', 'dry run, which only decides', '? explains the keys of every screen'],
    saysMore: ['nothing of yours is touched'],
  },
  {
    name: 'whose source can not be reached',
    state: state({
      setups: [setup({link: {state: 'failed', message: 'no answer from r2.example', hint: null}})],
    }),
    says: ['✖ no answer from r2.example'],
  },
  {
    name: 'that was completed three days ago',
    state: state({
      setups: [
        setup({
          environment: 'production',
          facts: facts({
            plan: planned,
            live: live({finishedAt: now - 3 * 86_400_000}),
            checks: holding,
            coverage: nearlyCovered,
          }),
        }),
      ],
    }),
    says: ['production', '99.95 %', '✔ 5 hold', 'live completed 3 days ago'],
  },
  {
    name: 'with a warning',
    state: state({
      setups: [
        setup({
          facts: facts({plan: planned, live: live(), checks: withWarning, coverage: nearlyCovered}),
        }),
      ],
    }),
    says: ['99.95 %', '✔ 4 hold, 1 warning'],
  },
  {
    name: 'of several folders that are uploaded',
    state: state({
      setups: [
        setup({
          source: 'folders:/srv/some/where/deep/photos:/srv/some/where/deep/vids',
          whose: {provider: '/srv/elsewhere/prov', user: '9'},
          target: 'assets.sqlite',
        }),
      ],
    }),
    says: [],
    saysMore: ['deep/vids → /srv/', '/prov for user 9 → assets.sqlite'],
  },
  {
    name: 'of five',
    state: state(five),
    says: ['asset-index', '100.00 %', 'media-catalogue', 'production', '● dry run at work', 'records'],
    saysMore: ['paused: 57 of 2,238', '✖ 1 broken', 'D1 did not answer'],
  },
  {
    name: 'of five, with the last one chosen',
    state: state({...five, ...viewed('overview', {at: 4}), chosen: 4}),
    says: ['> artifacts-inventory', '✖ D1 did not answer within 30 s', 'uploads', '✖ 1 broken'],
  },
  {
    name: 'of more than fit, with long names',
    state: state({setups: many, chosen: 7, ...viewed('overview', {at: 7})}),
    says: ['8 of 20', '> backfill-8-with', 'production-europe-west', '1,234,567'],
  },
  {
    name: 'of a sandbox of more than fit',
    state: state({
      setups: many,
      chosen: 7,
      ...viewed('overview', {at: 7}),
      manner: {isReadOnly: false, isSandbox: true, flags: [], version: '0.1.0'},
    }),
    says: ['8 of 20 · a sandbox: nothing of yours is touched'],
  },
  {
    name: 'with a run of ten million',
    state: state(working(tenMillion, {facts: facts({plan: planned, live: live({status: 'running'})})})),
    says: ['● live at work', '65 %', 'LIVE'],
  },
  {
    name: 'that is read-only',
    state: state({manner: {isReadOnly: true, isSandbox: false, flags: [], version: '0.1.0'}}),
    says: ['READ-ONLY'],
  },
];
