import type {CheckResult} from '../core/checks.ts';
import type {Ending} from '../core/exit-code.ts';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {RunStatus, StopReason} from '../core/run.ts';

/** Everything that an exit code may have to say of a run. */
export function endingsOf(
  status: RunStatus,
  reason: StopReason | null,
  checks: readonly CheckResult[],
  error: unknown,
): readonly Ending[] {
  const broken = checks.some(({severity, count}) => severity === 'blocking' && count > 0);
  return [
    ...(error instanceof OperatorError ? [error.code] : []),
    ...(error instanceof Fault && error.kind === 'denied' ? (['auth'] as const) : []),
    ...(status === 'failed' && !(error instanceof OperatorError) ? (['failed'] as const) : []),
    ...(status === 'incomplete' ? (['incomplete'] as const) : []),
    ...(reason?.by === 'drift' ? (['drift'] as const) : []),
    ...(reason?.by === 'budget' ? (['budget'] as const) : []),
    ...(reason?.by === 'operator' || reason?.by === 'interrupt' || reason?.by === 'cancel'
      ? (['paused'] as const)
      : []),
    ...(broken ? (['invariant'] as const) : []),
  ];
}

/** A verification says anew which invariants hold, and nothing of what the run before it left open. */
export function afterVerification(run: readonly Ending[], verified: readonly Ending[]): readonly Ending[] {
  const isWhole = !verified.some(ending => ending !== 'invariant');
  return [...(isWhole ? run.filter(ending => ending !== 'invariant') : run), ...verified];
}

/** The error of a run that has to be told: a run that was stopped ends with one too, and that is no news. */
export function toldError({
  error,
  endings,
}: {
  readonly error: unknown;
  readonly endings: readonly Ending[];
}): unknown {
  return endings.includes('failed') || error instanceof OperatorError ? error : null;
}
