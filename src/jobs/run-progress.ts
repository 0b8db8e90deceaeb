import {foundOf} from '../core/accounting.ts';
import type {RunEvent, Snapshot} from '../core/event.ts';
import type {JobProgress} from './job.ts';
import {indexedOf} from './job-standing.ts';
import type {JobStage} from './job-status.ts';

/** How far a job is, by the events of its run. */
export class RunProgress {
  #now: JobProgress;

  constructor(before: JobProgress) {
    this.#now = before;
  }

  get now(): JobProgress {
    return this.#now;
  }

  verifying(): void {
    this.#now = {...this.#now, stage: 'verifying'};
  }

  see({snapshot}: RunEvent): void {
    if (snapshot.mode !== 'live') return;
    const {partitions, tally} = snapshot;
    this.#now = {
      stage: stageOf(snapshot),
      totalRepos: foundOf(partitions),
      processedRepos: partitions.done,
      totalRecords: indexedOf(tally),
    };
  }
}

/** All three go on at once: it is named after the first that is not over. Where some are can't be found out at all. */
function stageOf({discovery, partitions}: Snapshot): JobStage {
  if (discovery === undefined || !discovery.isOver) return 'discovering';
  return discovery.resolved < discovery.found - partitions.failed ? 'resolving' : 'fetching';
}
