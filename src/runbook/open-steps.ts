import {isActive} from '../core/run.ts';
import {number} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import {type NextStep, newDryRun, nextSteps, step} from './next-steps.ts';
import {type OpenCounts, retriable} from './open-counts.ts';

/**
 * What can be done about what a run left open, in the order in which it is done. A conflict of an undo is no failure:
 * whoever changed the row is asked first, so it is looked at and not retried.
 */
export function openSteps(run: RunRecord, open: OpenCounts, conflict: string | null): readonly NextStep[] {
  const {id, mode, status, usedBy, undoes} = run;
  if (usedBy !== null)
    return [step('Its plan was taken by a run; see what that one left open', 'failures', usedBy)];
  if (status === 'cancelled') return undoes === null ? [newDryRun(run)] : [step('Undo anew', 'undo', undoes)];
  if (isActive(status) || status === 'paused' || status === 'failed')
    return [
      ...nextSteps(run),
      ...(retriable(open) > 0 ? [step('Then take up its failures again', 'retry', id)] : []),
    ];
  const look =
    undoes === null || conflict === null
      ? []
      : [step('See who changed a row, and what an undo would lose', 'explain', conflict)];
  if (mode === 'dry-run' && undoes !== null)
    return [...(retriable(open) > 0 ? [step('Look again', 'undo', undoes)] : []), ...look];
  if (retriable(open) > 0) {
    const acceptNew = open.waiting > 0 ? ['--accept-new'] : [];
    return [step('Take them up again', 'retry', id, ...acceptNew), ...ofOneKind(run, open), ...look];
  }
  if (open.waiting > 0) return [step('Write them too', 'resume', id, '--accept-new'), ...look];
  return undoes === null && mode !== 'dry-run' ? [step('Decide on them again', 'retry', id)] : look;
}

/** Of many partitions those that may go better now are often of one kind: hosts that were down. */
function ofOneKind({id}: RunRecord, {partitions, kinds}: OpenCounts): readonly NextStep[] {
  const [most, other] = Object.entries(kinds).toSorted(([, a], [, b]) => b - a);
  if (partitions === 0 || most === undefined || other === undefined) return [];
  const [kind, count] = most;
  return [step(`Or only the ${number(count)} of one kind`, 'retry', id, '--kind', kind)];
}
