import {findBackfill} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import {number} from '../core/words.ts';
import {toMakeText} from '../engine/effect-words.ts';
import {movedBy} from '../engine/review-effects.ts';
import {planFacts} from '../engine/review-plan.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Session} from './session.ts';

/** What a dry run's changes make outside of the target, and how many decisions have a note of each kind; each of them is told by `headgate plan`. */
export async function tellNotes({ledger, report}: Session, run: RunRecord): Promise<void> {
  const backfill = findBackfill(run.backfill);
  const {warnings = []} = backfill.words;
  const sizeOf = movedBy(backfill, run);
  const {notes, warned, moved} = await planFacts(ledger, run, {warnings, sizeOf});
  const toMake = toMakeText(backfill.words, moved);
  if (toMake !== '') report.data({type: 'to-make', run: run.id, ...moved}, [toMake]);
  const kinds = Object.entries(notes);
  if (kinds.length === 0) return;
  report.data({type: 'notes', run: run.id, notes}, [
    kinds.map(([kind, count]) => `${number(count)} ${kind}`).join(' · '),
  ]);
  // Where something is to be written, the plan is offered anyway.
  if (warned.length > 0 && changedOf(run.tally) === 0) report.next('See which', ['headgate', 'plan', run.id]);
}
