import type {Breach} from '../../../core/checks.ts';
import {readable} from '../../exact.ts';
import type {CheckIo} from '../../invariant.ts';
import type {Shape} from '../../shape.ts';
import {groupChange} from '../cleanup/change.ts';
import {inventoryChange} from '../inventory/change.ts';
import {saysNothing} from '../names.ts';
import {type FoundRows, shown} from './find-rows.ts';

/**
 * Invariant E, from the before-images of every run that stands: none has changed a type that was known, or lost one. What
 * others have written since is theirs: the target is not read.
 */
export async function typesKept(io: CheckIo<Shape>): Promise<FoundRows> {
  let count = 0;
  const sample: Breach[] = [];
  const breach = (found: Breach) => {
    count++;
    if (sample.length < shown) sample.push(found);
  };
  for await (const page of io.written('artifacts-cleanup'))
    for (const {run, key, change} of page) {
      const lost = lostInCleanup(change);
      if (lost !== null) breach({key, detail: `run ${run} lost the type ${lost}`});
    }
  for await (const page of io.written('artifacts-inventory'))
    for (const {run, key, change} of page)
      for (const {before, after} of changedInInventory(change))
        breach({key, detail: `run ${run} changed ${before} to ${after}`});
  return {count, sample};
}

function lostInCleanup(change: unknown): string | null {
  const {winner, losers, columns, type, deletes} = groupChange.parse(change);
  if (!deletes) return null;
  const place = columns.findIndex(name => name.toLowerCase() === 'source_type');
  const types = losers.map(({row}) => textOf(row[place] ?? null));
  const before = textOf(winner.type);
  const after = type === null ? before : textOf(type);
  if (!saysNothing(before)) return after === before ? null : before;
  return saysNothing(after) ? (types.find(each => !saysNothing(each)) ?? null) : null;
}

function changedInInventory(change: unknown): readonly {readonly before: string; readonly after: string}[] {
  const {updates, type} = inventoryChange.parse(change);
  return updates.flatMap(({before}) => {
    const known = textOf(before);
    return known === null || saysNothing(known) ? [] : [{before: known, after: type ?? 'NULL'}];
  });
}

function textOf(encoded: string | null): string | null {
  const value = readable(encoded);
  return value === null ? null : String(value);
}
