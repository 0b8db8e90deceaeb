import {type RepositoryNouns, repositoryNouns} from '../backfills/registry.ts';
import {listedOf} from '../core/accounting.ts';
import type {RunEvent, Snapshot} from '../core/event.ts';
import {repositoriesText, repositoryCounts, setAside} from '../core/repository-counts.ts';
import {onlyMeasures} from '../core/run.ts';

/** How far a run is with repositories, instead of a line for each of their pages: those are thousands, and most are small. */

type Started = Extract<RunEvent, {type: 'started'}>;

const lineEveryMs = 5_000;
const objectEveryMs = 1_000;

/** A run, or an undo of one, whose partitions are repositories; null of any other. */
export function nounsOf({snapshot: {mode, backfill}}: Started): RepositoryNouns | null {
  return onlyMeasures(mode) ? null : repositoryNouns(backfill);
}

/** Says when it is time to say it again. */
export class Every {
  readonly #ms: number;
  #at: number;

  constructor(ms: number, at: number) {
    this.#ms = ms;
    this.#at = at;
  }

  isDue(at: number): boolean {
    if (at - this.#at < this.#ms) return false;
    this.#at = at;
    return true;
  }
}

export function everyLine(at: number): Every {
  return new Every(lineEveryMs, at);
}

export function everyObject(at: number): Every {
  return new Every(objectEveryMs, at);
}

/** `1,204 of 5,000 repositories so far (4,100 resolved), 25,301 records, 3 hosts down` */
export function progressLine(snapshot: Snapshot, nouns: RepositoryNouns, isUndo: boolean): string {
  return repositoriesText(snapshot, nouns, isUndo);
}

/** The same for programs, with the counts of items. */
export function progressObject(snapshot: Snapshot, isUndo: boolean): Readonly<Record<string, unknown>> {
  const {run, mode, tally, at} = snapshot;
  const {found, resolved, fetched, failed, isOver} = repositoryCounts(snapshot, isUndo);
  const {hosts: hostsDown, waiting: aside} = setAside(snapshot);
  return {
    type: 'progress',
    repositories: {found, resolved, fetched, failed, aside, isOver},
    hostsDown,
    listed: listedOf(tally),
    ...tally,
    run,
    mode,
    at,
  };
}
