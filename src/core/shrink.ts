import {percent} from './checks.ts';
import {counted, number} from './words.ts';

/** By how much an inventory may be smaller than the one before it. */
export const usualShrink = 0.2;

/**
 * Why an inventory is not to be believed unasked: it is empty, or smaller than the one before by more than a share of
 * that. Null where it may be believed.
 */
export function shrinkOf(before: number | null, now: number, share = usualShrink): string | null {
  if (now === 0) return 'the inventory is empty';
  if (before === null || now >= before * (1 - share)) return null;
  return `the inventory has ${counted(now, 'object')}, and had ${number(before)} the time before: ${percent(before - now, before)} % fewer (limit ${share * 100} %)`;
}
