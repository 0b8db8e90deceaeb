/** The life of a job. Every transition is a compare-and-set in its row, against this table. */

export const jobStatuses = ['pending', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

const next: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  pending: ['running', 'paused', 'cancelled'],
  // Given back by its worker, it is pending again.
  running: ['pending', 'paused', 'completed', 'failed', 'cancelled'],
  paused: ['pending', 'cancelled'],
  completed: [],
  failed: ['pending'],
  cancelled: [],
};

/** The statuses from which `to` may be reached. */
export function jobSourcesOf(to: JobStatus): readonly JobStatus[] {
  return jobStatuses.filter(from => next[from].includes(to));
}

/** Of jobs that ask the same, one is in one of these. */
export const activeStatuses: readonly JobStatus[] = ['pending', 'running', 'paused'];

/** How far the run of a job is. */
export const jobStages = ['discovering', 'resolving', 'fetching', 'verifying'] as const;
export type JobStage = (typeof jobStages)[number];
