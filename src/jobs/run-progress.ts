import {foundOf} from '../core/accounting.ts';
import type {RunEvent, Snapshot} from '../core/event.ts';
import type {JobProgress} from './job.ts';
import {indexedOf} from './job-standing.ts';
import type {JobStage} from './job-status.ts';

/** What a run counts as partitions, and what are none: a retry makes some of single records. */
interface NoRepositories {
  readonly found: number;
  readonly done: number;
}

/**
 * How far a job is, by the events of its run. Repositories alone are counted, so that a retry of some records adds none.
 */
export class RunProgress {
  #now: JobProgress;
  #others: NoRepositories;
  readonly #added = new Set<string>();

  /** `others` are the partitions of a run that goes on which are no repositories. */
  constructor(before: JobProgress, others: NoRepositories = {found: 0, done: 0}) {
    this.#now = before;
    this.#others = others;
  }

  get now(): JobProgress {
    return this.#now;
  }

  verifying(): void {
    this.#now = {...this.#now, stage: 'verifying'};
  }

  see(event: RunEvent): void {
    const {snapshot} = event;
    if (snapshot.mode !== 'live') return;
    if (event.type === 'partition') this.#count(event.partition, event.state);
    const {partitions, tally} = snapshot;
    this.#now = {
      stage: stageOf(snapshot),
      totalRepos: foundOf(partitions) - this.#others.found,
      processedRepos: partitions.done - this.#others.done,
      totalRecords: indexedOf(tally),
    };
  }

  /** Repositories are discovered; what is merely found are records that a retry takes up. */
  #count(partition: string, state: 'found' | 'split' | 'done' | 'failed'): void {
    const {found, done} = this.#others;
    if (state === 'found') {
      this.#added.add(partition);
      this.#others = {found: found + 1, done};
    } else if (state === 'done' && this.#added.has(partition)) this.#others = {found, done: done + 1};
  }
}

/** All three go on at once: it is named after the first that is not over. Where some are can't be found out at all. */
function stageOf({discovery, partitions}: Snapshot): JobStage {
  if (discovery === undefined || !discovery.isOver) return 'discovering';
  return discovery.resolved < discovery.found - partitions.failed ? 'resolving' : 'fetching';
}
