/** A run's modes and its life. Every transition is a compare-and-set in the ledger, against this table. */

export const runModes = ['dry-run', 'live', 'verify', 'undo', 'estimate'] as const;
export type RunMode = (typeof runModes)[number];

/** A verification or an estimate: it has no items of its own to settle, to plan or to go on with. */
export function onlyMeasures(mode: RunMode): boolean {
  return mode === 'verify' || mode === 'estimate';
}

export const runStatuses = [
  'pending',
  'running',
  'pausing',
  'paused',
  'cancelling',
  'cancelled',
  'completed',
  'incomplete',
  'failed',
] as const;
export type RunStatus = (typeof runStatuses)[number];

const next: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  pending: ['running', 'cancelled', 'failed'],
  running: ['pausing', 'paused', 'cancelling', 'completed', 'incomplete', 'failed'],
  pausing: ['paused', 'cancelling', 'completed', 'incomplete', 'failed'],
  paused: ['running', 'cancelled'],
  cancelling: ['cancelled', 'completed', 'incomplete', 'failed'],
  cancelled: [],
  completed: [],
  incomplete: ['running'],
  failed: ['running', 'cancelled'],
};

/** The statuses from which `to` may be reached. A run whose process is dead is taken over, which is no transition. */
export function sourcesOf(to: RunStatus): readonly RunStatus[] {
  return runStatuses.filter(from => next[from].includes(to));
}

export function canMove(from: RunStatus, to: RunStatus): boolean {
  return next[from].includes(to);
}

/** A process is, or believes it is, at work on the run. */
export function isActive(status: RunStatus): boolean {
  return status === 'running' || status === 'pausing' || status === 'cancelling';
}

export const stoppers = ['operator', 'cancel', 'interrupt', 'budget', 'drift', 'lost', 'error'] as const;

/** Why a run stopped before its end; `lost` is another process that has taken over the run or its lease. */
export interface StopReason {
  readonly by: (typeof stoppers)[number];
  readonly message: string;
}

/** The status in which a run that was stopped rests. */
export function restingStatus({by}: StopReason): RunStatus {
  switch (by) {
    case 'operator':
    case 'interrupt':
    case 'budget':
    case 'drift':
      return 'paused';
    case 'cancel':
      return 'cancelled';
    case 'lost':
    case 'error':
      return 'failed';
    default:
      return by satisfies never;
  }
}
