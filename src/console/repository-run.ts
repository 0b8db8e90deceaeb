import {type RepositoryNouns, repositoryNouns} from '../backfills/registry.ts';
import {type RepositoryCounts, repositoryCounts, setAside} from '../core/repository-counts.ts';
import {onlyMeasures} from '../core/run.ts';
import {type Eta, etaOf} from './pace.ts';
import type {RunView} from './run-view.ts';

/** A run whose partitions are found while it is on, and what they are called. */
export interface RepositoryRun extends RepositoryCounts {
  readonly nouns: RepositoryNouns;
  /** Fetched or failed, of those that were found. */
  readonly ended: number;
}

/** Null of any other run: one whose partitions are all known, an undo, a verification. */
export function repositoryRunOf({
  snapshot,
  undoes,
  ended,
  isDiscovered,
  memory,
}: RunView): RepositoryRun | null {
  if (undoes !== null || onlyMeasures(snapshot.mode)) return null;
  const nouns = repositoryNouns(snapshot.backfill);
  if (nouns === null) return null;
  const counts = repositoryCounts(snapshot);
  // Before a run that was taken up says what there is to find, those that failed before may be about to be tried again.
  const isBefore = memory !== undefined && ended === null && snapshot.discovery === undefined;
  return {
    ...counts,
    nouns,
    isOver: isDiscovered ?? counts.isOver,
    ended: counts.fetched + (isBefore ? 0 : counts.failed),
  };
}

/** How long those take that do not wait for a host which is down; null until everything was found. */
export function repositoriesEta(
  {partitionPace, snapshot}: RunView,
  {found, ended, isOver}: RepositoryRun,
): Eta | null {
  return isOver ? etaOf(partitionPace, found - ended - setAside(snapshot).waiting) : null;
}
