import {type Case, facts, setup, state, viewed, working} from './console-states.ts';
import {now, plan, planId} from './frame-facts.ts';
import {closedGates, gates, review} from './review-facts.ts';
import {following, localLimit} from './run-views.ts';

const runbook = viewed('runbook');
const fine = {
  state: 'done',
  findings: [
    {level: 'ok', subject: 'source', message: '2,238 objects, 1.1 GiB'},
    {level: 'ok', subject: 'target', message: 'files: 1,356 rows'},
  ],
} as const;
const reviewed = {state: 'ready', plan: planId, at: now - 81_000, review} as const;
const dry = plan(
  {status: 'running', finishedAt: null},
  {inserted: 600, updated: 600, unchanged: 4, pending: 80},
);
const dryRun = following(dry, {snapshot: {limits: [localLimit]}});

export const runbookCases: readonly Case[] = [
  {
    name: 'that has not begun',
    state: state(runbook),
    says: [
      'step 1 of 5: probe',
      '○ probe',
      'enter probe: look at source and target',
      'writes nothing',
      '○ verify',
    ],
  },
  {
    name: 'that is connecting',
    state: state({
      ...runbook,
      setups: [setup({link: {state: 'connecting'}, facts: null, probe: {state: 'working'}})],
    }),
    says: ['● probe connecting …'],
  },
  {
    name: 'whose probe failed',
    state: state({
      ...runbook,
      setups: [
        setup({
          probe: {
            state: 'failed',
            message: 'r2.example: 403 Forbidden',
            hint: 'Check the access key of the source.',
          },
        }),
      ],
    }),
    says: ['✖ probe', '403 Forbidden', 'enter probe: look again', 'unlocked by a probe without errors'],
  },
  {
    name: 'whose probe found what has to be mended',
    state: state({
      ...runbook,
      setups: [
        setup({
          probe: {
            state: 'done',
            findings: [
              {level: 'ok', subject: 'source', message: '2,238 objects'},
              {level: 'warning', subject: 'target', message: 'a trigger counts rows of its own'},
              {
                level: 'error',
                subject: 'target',
                message: 'there is no table files',
                remedy: 'Run the migrations of the target first.',
              },
            ],
          },
        }),
      ],
    }),
    says: ['✖ there is no table files', '! a trigger counts', 'Run the migrations of the target first.'],
  },
  {
    name: 'that was probed',
    state: state({...runbook, setups: [setup({probe: fine})]}),
    says: ['✔ probe', 'step 2 of 5: dry run', 'enter dry run:', 'decides everything, writes nothing'],
    saysMore: ['2,238 objects', 'files: 1,356 rows'],
  },
  {
    name: 'with a dry run at work',
    state: state({
      ...runbook,
      ...working(dryRun, {
        facts: facts({plan: dry, took: {'dry-run': {run: 'before', seconds: 69, listed: 2_238}}}),
      }),
    }),
    says: ['DRY RUN', '1,204/about 2,238', '600 to insert', 'items/s', 'settled', '16 in flight'],
  },
  {
    name: 'with a plan to review',
    state: state({
      ...runbook,
      setups: [
        setup({
          facts: facts({plan: plan(), took: {'dry-run': {run: planId, seconds: 69, listed: 2_238}}}),
          probe: fine,
          review: reviewed,
          gates,
        }),
      ],
    }),
    says: ['step 3 of 5: review', '✔ dry run', '2,171 to change', 'enter review', '✔ 4 hold'],
    saysMore: ['1 min 9 s', '1,289'],
  },
  {
    name: 'whose gates are closed',
    state: state({
      ...runbook,
      setups: [setup({facts: facts({plan: plan()}), review: reviewed, gates: closedGates})],
    }),
    says: ['! review', '2 gates are closed', '✖ lease: held by operator@another-host:4711'],
  },
];
