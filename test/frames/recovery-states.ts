import {backfills, findBackfill} from '../../src/backfills/registry.ts';
import {recoveryDialog} from '../../src/console/recovery-dialog.ts';
import {type RecoveryView, recoverableOf} from '../../src/console/recovery-view.ts';
import type {CheckResult} from '../../src/core/checks.ts';
import {type Case, setup, state, viewed} from './console-states.ts';
import {live, liveId, longTarget, plan} from './frame-facts.ts';

const cleanup = findBackfill('artifacts-cleanup');
const recovers = recoverableOf(cleanup);

function check(id: string, title: string, count: number): CheckResult {
  const sample = Array.from({length: Math.min(count, 20)}, (_, index) => ({
    key: `archive/10k/${String(index).padStart(4, '0')}.html`,
    detail: '3 rows: 487, 488, 489',
  }));
  return {
    id,
    title,
    count,
    severity: 'blocking',
    sample,
    why: 'Joins count it several times.',
    recovery: 'Run artifacts-cleanup: the newest row stays.',
  };
}

const before = [
  check('uniqueness', 'every object has one row at most', 1_234_567),
  check('unique-index', 'a unique index keeps every object to one row', 1),
  check('no-orphans', 'whatever names an artifact names one that is there', 0),
];
const after = before.map(({id, title}) => check(id, title, id === 'uniqueness' ? 3 : 0));

const begun: RecoveryView = {
  isMending: true,
  state: 'working',
  steps: {
    hold: {state: 'done', says: 'no other Headgate writes to it until the end'},
    watch: {state: 'working', says: 'watches for 10 s whether another program still writes'},
  },
  turns: {},
  round: 0,
  made: [],
  before: null,
  after: null,
  trouble: null,
};
const measured: RecoveryView = {
  ...begun,
  steps: {
    ...begun.steps,
    watch: {state: 'done', says: 'nobody wrote for 10 s'},
    measure: {state: 'done', says: 'uniqueness 1,234,567, unique-index 1'},
  },
  before,
  after: before,
};

function recovering(recovery: RecoveryView | null, target = 'artifacts.sqlite') {
  const {id, title, words} = cleanup;
  return state({
    ...viewed('recovery'),
    setups: [
      setup({
        name: id,
        backfill: id,
        title,
        words,
        source: '',
        target,
        targetName: target,
        recovers,
        recovery,
      }),
    ],
  });
}

const looked: RecoveryView = {
  ...measured,
  isMending: false,
  state: 'done',
  steps: {
    watch: {state: 'failed', says: 'somebody still writes: rows of artifacts 693 → 712'},
    measure: {state: 'done', says: 'uniqueness 1,234,567, unique-index 1'},
    mend: {state: 'done', says: ''},
  },
  turns: {'artifacts-cleanup': {state: 'done', run: plan({backfill: 'artifacts-cleanup'})}},
  round: 1,
};
const inventory = setup({
  name: 'artifacts-inventory',
  backfill: 'artifacts-inventory',
  source: 's3://archive',
  target: 'artifacts.sqlite',
  targetName: 'artifacts.sqlite',
  environment: 'production',
  recovers: recoverableOf(findBackfill('artifacts-inventory')),
  recovery: looked,
});

export const recoveryCases: readonly Case[] = [
  {
    name: 'before it was begun',
    state: recovering(null),
    says: ['Recovery of artifacts.sqlite', 'hold', 'watch', 'measure', 'mend', 'verify'],
    saysMore: ['enter look', 'writes nothing'],
  },
  {name: 'watching for other writers', state: recovering(begun), says: ['watch', 's give up']},
  {
    name: 'mending, the second backfill being at work',
    state: recovering({
      ...measured,
      steps: {...measured.steps, mend: {state: 'working', says: ''}},
      turns: {
        'artifacts-cleanup': {state: 'done', run: live()},
        'artifacts-index': {state: 'working', run: null},
      },
      round: 1,
    }),
    says: ['mend', 'artifacts-cleanup', 'artifacts-index'],
  },
  {
    name: 'looked at, while somebody still writes',
    state: recovering(looked),
    says: ['looked: nothing was written', '✖ 2 watch', 'enter recover …', 'Stop the ingestion'],
    saysMore: ['artifacts-cleanup 2,171 changes to make', '✖ every object has one row at most 1,234,567'],
  },
  {
    name: 'of which the names are asked for',
    state: {...state({...viewed('recovery'), setups: [inventory]}), dialog: recoveryDialog(inventory)},
    says: ['type artifacts.sqlite', 'type production', 'type archive', 'type accept', '> [ Cancel ]'],
    saysMore: ['Somebody still wrote while it was watched', 'No prefix narrows artifacts-inventory'],
  },
  {
    name: 'while the console is left',
    state: {...recovering(begun), dialog: {type: 'quit', isYes: false}},
    says: ['Leave while a recovery is at work?', 'recovery of artifacts.sqlite', 'nothing is held any more'],
    saysNot: ['Nothing is at work'],
  },
  {
    name: 'given up, after something was written',
    state: recovering({
      ...measured,
      state: 'given up',
      steps: {...measured.steps, mend: {state: 'given up', says: ''}},
      turns: {
        'artifacts-cleanup': {state: 'failed', run: live({backfill: 'artifacts-cleanup', status: 'paused'})},
      },
      round: 1,
      made: [live({backfill: 'artifacts-cleanup', status: 'paused'})],
    }),
    says: ['given up', '! 4 mend', 'Nothing is held any more', 'enter look'],
    saysMore: [
      'artifacts-cleanup 2,171 changes made, paused',
      `runs artifacts-cleanup ${liveId}`,
      'undo 7 lists',
    ],
  },
  {
    name: 'done, with something left',
    state: recovering({
      ...measured,
      state: 'done',
      steps: {
        ...measured.steps,
        mend: {state: 'done', says: ''},
        verify: {state: 'done', says: 'uniqueness 3'},
      },
      round: 2,
      made: [live()],
      after,
    }),
    says: ['done', 'every object has one row'],
    saysMore: ['1,234,567 →'],
  },
  {
    name: 'stopped, because somebody still writes',
    state: recovering(
      {
        ...begun,
        state: 'failed',
        steps: {
          ...begun.steps,
          watch: {state: 'failed', says: 'somebody still writes: rows of artifacts 693 → 712'},
        },
        trouble: {
          message: 'somebody still writes to artifacts.sqlite: rows of artifacts 693 → 712',
          hint: 'Stop the ingestion (scheduled jobs, workers), and begin again.',
        },
      },
      longTarget,
    ),
    says: ['watch', 'still writes'],
  },
  {
    name: 'of a backfill that has none',
    state: state({...viewed('recovery'), setups: [setup({backfill: backfills[0]?.id ?? ''})]}),
    says: ['There is none for this backfill'],
  },
];
