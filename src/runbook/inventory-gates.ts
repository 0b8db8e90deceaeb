import {shrinkOf} from '../core/shrink.ts';
import {counted, number} from '../core/words.ts';
import type {Gate, InventoryFacts} from './gate.ts';

/** What has to hold of a run that takes its listing for all that there is, and of one that is published as a whole. */

export function inventoryGate({listed, before, share, accepted}: InventoryFacts): Gate {
  const gate = {id: 'inventory', title: 'whole inventory'} as const;
  const shrink = shrinkOf(before, listed, share);
  if (shrink === null) {
    const since = before === null ? '' : `, ${number(before)} the time before`;
    return {...gate, holds: true, reason: `${counted(listed, 'object')} listed${since}`};
  }
  if (accepted === listed)
    return {...gate, holds: true, reason: `an inventory of ${counted(listed, 'object')} is accepted`};
  return {
    ...gate,
    holds: false,
    reason: `${shrink}${accepted === null ? '' : `, and ${number(accepted)} were accepted`}`,
    unlock: `Look whether the source was listed as a whole, with the right bucket and prefix; then accept it: --accept-shrunk ${listed}`,
  };
}

export function publishGate({inserts, most}: {readonly inserts: number; readonly most: number | null}): Gate {
  const gate = {id: 'publish', title: 'one publish'} as const;
  if (most === null || inserts <= most)
    return {
      ...gate,
      holds: true,
      reason:
        most === null ? 'published as a whole' : `within the ${number(most)} rows that one publish carries`,
    };
  return {
    ...gate,
    holds: false,
    reason: `${counted(inserts, 'row')} to insert, and the target takes ${number(most)} in one transaction`,
    unlock: `Take them up in parts, each published by itself: --max-objects ${most}, again and again until nothing is left (add --start-after KEY, which each run tells), or one --prefix after the other.`,
  };
}
