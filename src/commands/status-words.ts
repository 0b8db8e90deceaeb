import type {Noun} from '../backfills/backfill.ts';
import type {CheckResult} from '../core/checks.ts';
import {counted} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import {breachLines, checkLine} from './measured-lines.ts';

/** What was measured under a run that measures at its end; a dry run only looks at what it begins with. */
export function measuredAfter(
  {mode}: RunRecord,
  checks: readonly CheckResult[] | undefined,
): readonly CheckResult[] {
  return mode === 'dry-run' ? [] : (checks ?? []);
}

/** Invariants that are broken in earnest: those that the exit code tells. */
export function brokenOf(checks: readonly CheckResult[]): readonly CheckResult[] {
  return checks.filter(({severity, count}) => severity === 'blocking' && count > 0);
}

/** `, 1 invariant broken`, behind a status. */
export function brokenText(checks: readonly CheckResult[]): string {
  const {length} = brokenOf(checks);
  return length === 0 ? '' : `, ${counted(length, 'invariant')} broken`;
}

export function invariantLines(checks: readonly CheckResult[], rows: Noun): readonly string[] {
  if (checks.length === 0) return [];
  const kept = checks.filter(({count}) => count === 0).length;
  const broken = brokenOf(checks).length;
  const warned = checks.length - kept - broken;
  return [
    `invariants  ${counted(kept, 'holds', 'hold')}, ${broken} broken${warned === 0 ? '' : `, ${counted(warned, 'warning')}`}`,
    ...checks
      .filter(({count}) => count > 0)
      .flatMap(check => [checkLine(check, rows), ...breachLines(check), `      ${check.recovery}`]),
  ];
}
