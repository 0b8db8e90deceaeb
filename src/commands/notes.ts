import {findBackfill} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import {number} from '../core/words.ts';
import {planFacts} from '../engine/review-plan.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Session} from './session.ts';

/** How many decisions of a dry run have a note of each kind; each of them is told by `headgate plan`. */
export async function tellNotes({ledger, report}: Session, run: RunRecord): Promise<void> {
  const {warnings = []} = findBackfill(run.backfill).words;
  const {notes, warned} = await planFacts(ledger, run, {warnings});
  const kinds = Object.entries(notes);
  if (kinds.length === 0) return;
  report.data({type: 'notes', run: run.id, notes}, [
    kinds.map(([kind, count]) => `${number(count)} ${kind}`).join(' · '),
  ]);
  // Where something is to be written, the plan is offered anyway.
  if (warned.length > 0 && changedOf(run.tally) === 0) report.next('See which', ['headgate', 'plan', run.id]);
}
