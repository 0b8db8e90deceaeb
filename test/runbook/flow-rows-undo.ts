import {liveRun, nothingOpen, open, planRun, stopped, used} from './flow-facts.ts';
import {holding, type Row, unchanged} from './flow-rows.ts';

/** Undos, and read-only consoles. */
export const undoRows: readonly Row[] = [
  {
    name: 'the plan of an undo',
    facts: {plan: planRun({undoes: 'old'}), live: liveRun({id: 'old'})},
    steps: 'done done ready locked locked',
    move: 'review',
    current: 'review',
  },
  {
    name: 'the plan of an undo, nothing to put back',
    facts: {plan: planRun({undoes: 'old'}, unchanged), live: liveRun({id: 'old'})},
    steps: 'done done done done ready',
    move: 'dry-run',
    current: 'dry-run',
  },
  {
    name: 'an undo with a failure',
    facts: {
      plan: planRun({...used, undoes: 'old'}),
      live: liveRun({mode: 'undo', undoes: 'old', status: 'incomplete'}),
      open: open({failed: 1}),
    },
    steps: 'done done done attention ready',
    move: 'retry',
    current: 'live',
    moves: {run: 'live'},
  },
  {
    name: 'an undo with a conflict',
    facts: {
      plan: planRun({...used, undoes: 'old'}),
      live: liveRun({mode: 'undo', undoes: 'old', status: 'incomplete'}),
      open: open({conflicts: 1}),
    },
    steps: 'done done done attention ready',
    move: 'verify',
    current: 'verify',
  },
  {
    name: 'an undo with a conflict, measured',
    facts: {
      plan: planRun({...used, undoes: 'old'}),
      live: liveRun({mode: 'undo', undoes: 'old', status: 'incomplete'}),
      open: open({conflicts: 1}),
      checks: holding,
    },
    steps: 'done done done attention done',
    move: 'dry-run',
    current: 'dry-run',
  },
  {
    name: 'an undo that ended',
    facts: {
      plan: planRun({...used, undoes: 'old'}),
      live: liveRun({mode: 'undo', undoes: 'old'}),
      open: nothingOpen,
    },
    steps: 'done done done done ready',
    move: 'verify',
    current: 'verify',
  },
  {
    name: 'an undo cancelled',
    facts: {
      plan: planRun({...used, undoes: 'old'}),
      live: liveRun({mode: 'undo', undoes: 'old', status: 'cancelled'}),
      open: nothingOpen,
    },
    steps: 'done done done attention ready',
    move: 'dry-run',
    current: 'dry-run',
  },

  {
    name: 'read-only: a plan',
    facts: {isReadOnly: true, plan: planRun()},
    steps: 'done done ready locked locked',
    move: 'review',
    current: 'review',
  },
  {
    name: 'read-only: a plan without changes, verified',
    facts: {isReadOnly: true, plan: planRun({}, unchanged), checks: holding},
    steps: 'done done done done done',
    move: 'dry-run',
    current: 'verify',
  },
  {
    name: 'read-only: a stopped dry run',
    facts: {isReadOnly: true, plan: planRun({status: 'paused'})},
    steps: 'done attention locked locked locked',
    move: 'resume',
    current: 'dry-run',
    moves: {run: 'plan', acceptNew: false, acceptDrift: false},
  },
  {
    name: 'read-only: a stopped live run',
    facts: {
      isReadOnly: true,
      plan: planRun(used),
      live: liveRun({status: 'paused', stopReason: stopped('drift')}),
    },
    steps: 'done done done attention ready',
    move: 'verify',
    current: 'verify',
  },
  {
    name: 'read-only: a stopped live run, measured',
    facts: {isReadOnly: true, plan: planRun(used), live: liveRun({status: 'paused'}), checks: holding},
    steps: 'done done done attention done',
    move: 'nothing',
    current: 'live',
  },
  {
    name: 'read-only: a live run with items that wait',
    facts: {
      isReadOnly: true,
      plan: planRun(used),
      live: liveRun({status: 'incomplete'}),
      open: open({waiting: 2}),
    },
    steps: 'done done done attention ready',
    move: 'verify',
    current: 'verify',
  },
  {
    name: 'read-only: a live run at work elsewhere',
    facts: {isReadOnly: true, plan: planRun(used), live: liveRun({status: 'running'})},
    steps: 'done done done working locked',
    move: 'watch',
    current: 'live',
    moves: {run: 'live'},
  },
];
