import {changedOf} from '../core/accounting.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Session} from './session.ts';

/** What can be done after a live run: go on, look at failures, take it back. */
export function showAfterLive({report}: Session, {id, mode, status, tally, partitions}: RunRecord): void {
  if (status === 'paused' || status === 'failed')
    report.next('Go on where it stopped', ['headgate', 'resume', id]);
  if (status === 'incomplete') {
    if (tally.failed + partitions.failed > 0)
      report.next('See what failed, and why', ['headgate', 'failures', id]);
    report.next('Take up what is left open', [
      'headgate',
      tally.failed > 0 ? 'retry' : 'resume',
      id,
      ...(tally.pending > 0 ? ['--accept-new'] : []),
    ]);
  }
  if (mode === 'live' && changedOf(tally) > 0)
    report.next('Take it back (a dry run first)', ['headgate', 'undo', id]);
}
