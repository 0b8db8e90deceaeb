import type {RunStatus} from '../core/run.ts';
import type {StepState} from '../runbook/flow.ts';
import type {Tone} from './line.ts';

const ofStatus: Readonly<Record<RunStatus, Tone>> = {
  pending: 'dim',
  running: 'accent',
  pausing: 'warn',
  paused: 'warn',
  cancelling: 'warn',
  cancelled: 'dim',
  completed: 'good',
  incomplete: 'warn',
  failed: 'bad',
};

export function statusTone(status: RunStatus): Tone {
  return ofStatus[status];
}

/** A sign for each state of a step, and its tone: neither stands alone. */
export const stepSigns: Readonly<Record<StepState, {readonly sign: string; readonly tone: Tone}>> = {
  locked: {sign: '○', tone: 'dim'},
  ready: {sign: '○', tone: 'accent'},
  working: {sign: '●', tone: 'accent'},
  done: {sign: '✔', tone: 'good'},
  attention: {sign: '!', tone: 'warn'},
  failed: {sign: '✖', tone: 'bad'},
};
