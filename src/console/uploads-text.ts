import {uploadsOf} from '../core/scope.ts';
import {bytesText, counted} from '../core/words.ts';
import type {Review} from '../engine/review.ts';
import type {RunRecord} from '../ledger/records.ts';

/** `12 files, 3.4 GiB, to pixverse for user 7`. */
export function uploadsText(
  {items, bytes}: NonNullable<Review['uploads']>,
  {scope}: Pick<RunRecord, 'scope'>,
): string {
  const {provider, user} = uploadsOf(scope);
  return items === 0
    ? 'nothing'
    : `${counted(items, 'file')}, ${bytesText(bytes)}, to ${provider ?? '?'} for user ${user ?? '?'}`;
}
