import type {Recovery} from '../backfills/backfill.ts';
import {findBackfill, readsTarget} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import type {CheckResult} from '../core/checks.ts';
import {OperatorError} from '../core/operator-error.ts';
import {shellWord} from '../core/shell-word.ts';
import {counted, number} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import {wholeName} from './live-gates.ts';
import type {RecoveryOptions} from './recovery-options.ts';

/** The runs of a recovery: which there are, what has to be typed for them, and how they are told. */

/** Asked for before anything is held, not half an hour later. */
export function requireWhole({recovery, source, prefix, whole}: RecoveryOptions): void {
  const taken = source === null ? null : wholeOfRecovery(recovery, source.label, prefix);
  if (taken !== null && whole !== taken.expected)
    throw new OperatorError(
      'gate',
      `no prefix is named, so ${taken.backfill} would take up all of ${taken.expected}`,
      `Name a --prefix, or confirm that all of it is meant with --whole ${shellWord(taken.expected)}`,
    );
}

/** What has to be typed where a run of it takes up everything that the source has, and which run that is. */
export function wholeOfRecovery(
  recovery: Pick<Recovery, 'runs'>,
  sourceLabel: string,
  prefix: string,
): {readonly backfill: string; readonly expected: string} | null {
  const found = recovery.runs
    .map(findBackfill)
    .filter(backfill => !readsTarget(backfill))
    .map(backfill => ({backfill: backfill.id, expected: wholeName(backfill, sourceLabel, {prefix})}))
    .find(({expected}) => expected !== null);
  return found === undefined || found.expected === null ? null : {...found, expected: found.expected};
}

/** The runs that it mends by; what reads a source is left out where none is named. */
export function mendingRuns({runs}: Pick<Recovery, 'runs'>, hasSource: boolean): readonly string[] {
  return runs.filter(id => hasSource || readsTarget(findBackfill(id)));
}

export function isWhole({status}: RunRecord): boolean {
  return status === 'completed' || status === 'incomplete';
}

export function planText({backfill, mode, status, tally, id}: RunRecord): string {
  const changes = counted(changedOf(tally), 'change');
  const left = tally.skipped + tally.failed + tally.pending;
  const open =
    status === 'incomplete' ? `, ${number(left)} left alone: headgate failures ${id} says why` : '';
  return `${backfill}: ${changes}${mode === 'dry-run' ? ' to make' : ' made'}${open}`;
}

export function checksText(checks: readonly CheckResult[]): string {
  const broken = checks.filter(({count}) => count > 0);
  if (broken.length === 0) return 'every invariant holds';
  return broken.map(({id, count}) => `${id} ${number(count)}`).join(', ');
}
