import {foundOf, listedOf} from './accounting.ts';
import type {HostLimit, Snapshot} from './event.ts';
import {counted, number} from './words.ts';

/** How far a run came with partitions that are found while it is on: numbers of their own, none of which goes back. */
export interface RepositoryCounts {
  readonly found: number;
  /** Of those, whose host is known; null where nobody has counted. */
  readonly resolved: number | null;
  readonly fetched: number;
  readonly failed: number;
  /** Everything was found: until then `found` is only so far. */
  readonly isOver: boolean;
}

/** An undo knows from its beginning what there is to put back. */
export function repositoryCounts({partitions, discovery}: Snapshot, isUndo = false): RepositoryCounts {
  return {
    found: foundOf(partitions),
    resolved: discovery?.resolved ?? null,
    fetched: partitions.done,
    failed: partitions.failed,
    isOver: isUndo || (discovery?.isOver ?? false),
  };
}

/** Hosts that are down, and how many wait for them: these come and go. There may be hundreds to look through. */
export interface SetAside {
  readonly hosts: number;
  readonly waiting: number;
}

export function setAside({limits}: Pick<Snapshot, 'limits'>): SetAside {
  const down = limits.filter(isDown);
  return {hosts: down.length, waiting: down.reduce((sum, {aside}) => sum + aside.waiting, 0)};
}

export function isDown(limit: HostLimit): limit is HostLimit & Required<Pick<HostLimit, 'aside'>> {
  return limit.aside !== undefined;
}

type Noun = readonly [one: string, several: string];

/** `1,204 of 5,000 repositories so far (4,100 resolved), 25,301 records, 37 repositories failed, 3 hosts down`. */
export function repositoriesText(
  snapshot: Snapshot,
  {repositories, items}: {readonly repositories: Noun; readonly items: Noun},
  isUndo = false,
): string {
  const {found, resolved, fetched, failed, isOver} = repositoryCounts(snapshot, isUndo);
  const {hosts} = setAside(snapshot);
  const {tally} = snapshot;
  return [
    `${number(fetched)} of ${counted(found, ...repositories)}${isOver ? '' : ' so far'}${resolved === null || resolved === found ? '' : ` (${number(resolved)} resolved)`}`,
    counted(listedOf(tally) - tally.pending, ...items),
    ...(tally.failed === 0 ? [] : [`${number(tally.failed)} of them failed`]),
    ...(failed === 0 ? [] : [`${counted(failed, ...repositories)} failed`]),
    ...(hosts === 0 ? [] : [`${counted(hosts, 'host')} down`]),
  ].join(', ');
}
