import {type FailureKind, finalKinds, retryableKinds} from '../core/failure.ts';
import {failedOf, foundOf, type ReachedPartitions} from '../core/reached.ts';
import {counted, number} from '../core/words.ts';

/** What a run left open of what it was to read. */
export interface Holes {
  readonly repositories: ReachedPartitions;
  /** Listings of relays that broke off: nobody knows what they would have named. */
  readonly listings: readonly FailureKind[];
  readonly records: Kinds;
  /** Records that were listed, these among them. */
  readonly listed: number;
}

type Kinds = Readonly<Partial<Record<FailureKind, number>>>;

/** `3 of 42 repositories could not be read: 1 deactivated, 2 connection`, and the like of listings and records. */
export function holesText({repositories, listings, records, listed}: Holes): string {
  const unread = failedOf(repositories);
  const refused = sum(records);
  return [
    ...(unread === 0
      ? []
      : [
          `${number(unread)} of ${counted(foundOf(repositories), 'repository', 'repositories')} could not be read: ${kindsText(repositories.failed)}`,
        ]),
    ...(listings.length === 0
      ? []
      : [`${counted(listings.length, 'listing')} of a relay broke off: ${kindsText(countsOf(listings))}`]),
    ...(refused === 0
      ? []
      : [`${number(refused)} of ${counted(listed, 'record')} could not be indexed: ${kindsText(records)}`]),
  ].join('; ');
}

/** What stays as it is comes before what may pass. */
function kindsText(kinds: Kinds): string {
  return [...finalKinds, ...retryableKinds]
    .filter(kind => (kinds[kind] ?? 0) > 0)
    .map(kind => `${number(kinds[kind] ?? 0)} ${kind}`)
    .join(', ');
}

function countsOf(kinds: readonly FailureKind[]): Kinds {
  return Object.fromEntries([...Map.groupBy(kinds, kind => kind)].map(([kind, all]) => [kind, all.length]));
}

function sum(kinds: Kinds): number {
  return Object.values(kinds).reduce((total, count) => total + count, 0);
}
