import {percent} from '../core/checks.ts';

/** A coverage to two decimals. Of nothing there is no share: an empty source is no success. */
export function shareOf({done, total}: {readonly done: number; readonly total: number}): {
  readonly text: string;
  readonly isWhole: boolean;
} {
  if (total === 0) return {text: '–', isWhole: false};
  const share = percent(done, total);
  return {text: share.toFixed(2), isWhole: share === 100};
}
