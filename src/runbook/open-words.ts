import {printableKey} from '../core/keys.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import type {OpenItem} from '../ledger/open-items.ts';
import type {RunRecord} from '../ledger/records.ts';

/** How what a run left open is worded. */

export const openWords = {failed: 'failed', pending: 'waits', skipped: 'conflict'} as const;

const openRemedies = {
  failed: 'Retry it.',
  pending: 'It appeared after the dry run: resume with --accept-new, or make a new dry run.',
  skipped: 'Its row was changed by somebody else: retry decides again.',
} as const;

/** What is done about it in this run: an undo never overwrites what somebody changed later. */
export function openRemedy({kind, outcome, message}: OpenItem, {undoes}: Pick<RunRecord, 'undoes'>): string {
  if (kind !== null) return remedyFor({kind, message});
  if (outcome === 'skipped' && undoes !== null)
    return `Its row was changed after run ${undoes}, so an undo leaves it as it is: headgate explain KEY shows both.`;
  return openRemedies[outcome];
}

/** A fault names its item first, which a line about the item need not do again. */
export function withoutKey(message: string, key: string): string {
  const prefix = `${printableKey(key)}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
