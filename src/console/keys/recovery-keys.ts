import type {Key} from '../keys.ts';

/** The recovery of a whole system. */
export const recoveryKeys: readonly Key[] = [
  {
    strokes: ['R'],
    shown: 'R',
    label: 'recovery',
    help: 'Bring the whole system back to order: hold, watch, measure, mend, verify',
    on: ['overview', 'runbook', 'invariants'],
    command: 'recovery',
    footer: 7,
  },
  {
    strokes: ['enter'],
    shown: 'enter',
    label: 'recover …',
    help: "Mend: asks for the target's name first, and holds the target until it has ended",
    on: ['recovery'],
    command: 'mend',
    footer: 1,
  },
  {
    strokes: ['enter'],
    shown: 'enter',
    label: 'look',
    help: 'Watch for other writers, measure, and rehearse what mends; writes nothing',
    on: ['recovery'],
    command: 'look',
    footer: 1,
  },
  {
    strokes: ['r'],
    shown: 'r',
    label: 'look again',
    help: 'Watch, measure and rehearse once more; writes nothing',
    on: ['recovery'],
    command: 'look-again',
    footer: 3,
  },
  {
    strokes: ['s', 'p'],
    shown: 's',
    label: 'give up',
    help: 'Give the recovery up: the run at work comes to rest, and the target is let go of',
    on: ['recovery'],
    command: 'give-up',
    footer: 1,
  },
];
