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
  'lease-released',
  'run-ended',
  'verified',
] as const;
export type CrashPoint = (typeof crashPoints)[number];
export type AtPoint = (point: CrashPoint) => void;
