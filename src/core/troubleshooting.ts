import {type FaultData, remedies} from './failure.ts';
import {accountTroubles} from './troubles/of-accounts.ts';
import {bucketTroubles} from './troubles/of-buckets.ts';
import {publishingTroubles} from './troubles/of-publishing.ts';
import {runTroubles} from './troubles/of-runs.ts';
import {targetTroubles} from './troubles/of-targets.ts';
import {uploadTroubles} from './troubles/of-uploads.ts';
import type {Trouble} from './troubles/trouble.ts';

/**
 * What operators meet, why, and what they do: the troubleshooting sections of the original systems as data. A failure
 * whose message fits a row is shown with that row's remedy, any other with the one of its kind. The README's table is
 * this one. The first row that fits is the answer: hosts of accounts say by themselves who they are, and come first.
 */
export const troubles: readonly Trouble[] = [
  ...accountTroubles,
  ...uploadTroubles,
  ...bucketTroubles,
  ...targetTroubles,
  ...runTroubles,
  ...publishingTroubles,
];

/** What an operator does about what coverage counts as missing for this cause; null where nobody knows. */
export function remedyForCause(why: string): string | null {
  return (
    troubles.find(({symptom}) => symptom.startsWith('coverage') && symptom.endsWith(`"${why}"`))?.remedy ??
    null
  );
}

/** What an operator does about this failure. */
export function remedyFor({kind, message}: FaultData): string {
  const found = troubles.find(
    ({matches, kinds}) => matches?.test(message) === true || kinds?.includes(kind) === true,
  );
  const named = found?.matches?.exec(message)?.groups?.['region'] ?? 'REGION';
  return found?.remedy.replace('REGION', named) ?? remedies[kind];
}
