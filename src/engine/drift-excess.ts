import {type Drift, driftAllowed} from '../core/drift.ts';
import {counted, number} from '../core/words.ts';
import type {RunContext} from './context.ts';

/** The sentence that says which drift is more than the limit allows; null where none is. */
export function excessOf(
  {changed, gone}: Drift,
  {items, limit}: NonNullable<RunContext['plan']>,
): string | null {
  const allowed = driftAllowed(limit, items);
  if (changed > allowed)
    return `${counted(changed, 'decision differs', 'decisions differ')} from the dry run's (limit ${number(allowed)} of ${number(items)})`;
  if (gone > allowed)
    return `${number(gone)} of the plan's ${number(items)} items are gone (limit ${number(allowed)}): is the source complete?`;
  return null;
}
