import {OperatorError} from '../core/operator-error.ts';

/** Those of a run that is published as a whole, which no other meets. */
export const publishPoints = ['page-staged', 'publish-sent', 'published', 'publication-settled'] as const;

/** Those of a run whose changes have effects outside of the target. */
export const effectPoints = ['effect-made', 'effects-applied', 'effects-cleared'] as const;

/** Those of a run whose partitions are found while it is on. */
export const repositoryPoints = [
  'repositories-found',
  'repositories-resolved',
  'repository-fetched',
  'repository-set-aside',
] as const;

/**
 * The instants at which a crash must lose nothing, double nothing and falsify no count. A test kills the process at
 * every one of them; in production `at` does nothing.
 */
export const crashPoints = [
  'run-created',
  'lease-acquired',
  'partitions-found',
  'partition-split',
  'page-inspected',
  'page-decided',
  'intent-saved',
  'commit-sent',
  'page-committed',
  'page-checkpointed',
  'partition-finished',
  ...publishPoints,
  ...effectPoints,
  ...repositoryPoints,
  'lease-released',
  'run-ended',
  'verified',
] as const;
export type CrashPoint = (typeof crashPoints)[number];
export type AtPoint = (point: CrashPoint) => void;

/** `POINT` or `POINT:N` kills this process when it comes to the point for the Nth time: for tests of recovery. */
export function crasher(wanted: string | undefined, kill: () => void): AtPoint {
  if (wanted === undefined) return () => undefined;
  const [name, times = '1'] = wanted.split(':');
  if (!crashPoints.some(point => point === name))
    throw new OperatorError(
      'usage',
      `HEADGATE_CRASH_AT=${wanted}: there is no such point`,
      `Known are: ${crashPoints.join(', ')}.`,
    );
  let left = Number(times);
  return point => {
    if (point === name && --left === 0) kill();
  };
}
