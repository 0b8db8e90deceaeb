import {stagesOf} from '../backfills/registry.ts';
import {changedOf, listedOf} from '../core/accounting.ts';
import type {RunEvent} from '../core/event.ts';
import {printableKey} from '../core/keys.ts';
import {number} from '../core/words.ts';

export interface Verb {
  readonly done: string;
  readonly toDo: string;
}

/** What a run does to rows, for its batches and totals. */
export const verbs = {
  write: {done: 'Updated', toDo: 'To update'},
  undo: {done: 'Put back', toDo: 'To put back'},
} satisfies Record<string, Verb>;

/** Where a backfill has a word of its own for what becomes of its items, it is that. */
export function verbOf(backfill: string, undoes: string | null): Verb {
  if (undoes !== null) return verbs.undo;
  const done = stagesOf(backfill)?.applied;
  return done === undefined
    ? verbs.write
    : {done: `${done[0]?.toUpperCase()}${done.slice(1)}`, toDo: `To be ${done}`};
}

/** `=== Batch 3 ===`, what was done in it, and the running totals. */
export function batchLines(
  {settled, cursor, snapshot}: Extract<RunEvent, {type: 'page'}>,
  batch: number,
  verb: Verb,
  isVerbose: boolean,
): readonly string[] {
  const {tally: total, mode} = snapshot;
  const updated = mode === 'dry-run' ? verb.toDo : verb.done;
  const failed = settled.failed > 0 ? `, Failed: ${number(settled.failed)}` : '';
  const pending = settled.pending > 0 ? `, Pending: ${number(settled.pending)}` : '';
  return [
    `=== Batch ${batch} ===`,
    `${updated}: ${number(changedOf(settled))}, Skipped: ${number(settled.unchanged + settled.skipped)}${failed}${pending}`,
    `Running totals: ${updated}=${number(changedOf(total))}, Skipped=${number(total.unchanged + total.skipped)}, Failed=${number(total.failed)}, Listed=${number(listedOf(total))}${total.pending === 0 ? '' : `, Pending=${number(total.pending)}`}`,
    ...(isVerbose ? [`  up to ${printableKey(cursor)}`] : []),
  ];
}
