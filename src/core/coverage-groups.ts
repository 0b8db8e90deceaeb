import type {CoverageGroup} from './checks.ts';

/** Groups of a coverage that stand in sections: what there is of each kind, in the order in which it is read. */

/** The prefix of hosts among the groups. */
export const hostGroup = 'host ';

/** The cause under which coverage counts what a run has not come to. */
export const notReadYet = 'not read yet';

/**
 * Groups without a heading come as they are given, then those of each section. Of groups for which it was measured how
 * long they took, those of which most failed stand on top, then those that took longest.
 */
export function inReadingOrder(groups: readonly CoverageGroup[]): readonly CoverageGroup[] {
  return groups.toSorted(
    (a, b) => placeOf(a) - placeOf(b) || failedIn(b) - failedIn(a) || msEach(b) - msEach(a),
  );
}

function placeOf({section, ms}: CoverageGroup): number {
  if (section === undefined) return 0;
  return ms === undefined ? 1 : 2;
}

/** What is missing, and not only because nobody has come to it. */
function failedIn({total, done, missing = {}, ms}: CoverageGroup): number {
  return ms === undefined ? 0 : total - done - (missing[notReadYet] ?? 0);
}

/** Milliseconds for each of those that are done. */
export function msEach({ms = 0, done}: Pick<CoverageGroup, 'ms' | 'done'>): number {
  return done === 0 ? 0 : ms / done;
}
