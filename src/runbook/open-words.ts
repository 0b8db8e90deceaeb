import {printableKey} from '../core/keys.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import type {OpenItem} from '../ledger/open-items.ts';
import type {RunRecord} from '../ledger/records.ts';

/** How what a run left open is worded. */

export const openWords = {failed: 'failed', pending: 'waits', skipped: 'conflict'} as const;

const openRemedies = {
  failed: 'Retry it.',
  pending: 'It appeared after the dry run: resume with --accept-new, or make a new dry run.',
  skipped: 'Mend that; then retry decides again.',
} as const;

/** Of conflicts that the engine found, by what it says of them. */
const conflictRemedies = [
  [/changed by somebody else/, 'Its row was changed by somebody else: retry decides again.'],
  [
    /changed since the dry run/,
    'A new dry run shows what there is to do now; retry does it without showing it first.',
  ],
] as const;

/** What is done about it in this run: an undo never overwrites what somebody changed later. */
export function openRemedy({kind, outcome, message}: OpenItem, {undoes}: Pick<RunRecord, 'undoes'>): string {
  if (kind !== null) return remedyFor({kind, message});
  if (outcome === 'skipped' && undoes !== null)
    return `Its row was changed after run ${undoes}, so an undo leaves it as it is: headgate explain KEY shows both.`;
  const known = outcome === 'skipped' ? conflictRemedies.find(([said]) => said.test(message)) : undefined;
  return known?.[1] ?? openRemedies[outcome];
}

/** A fault names its item first, which a line about the item need not do again. */
export function withoutKey(message: string, key: string): string {
  const prefix = `${printableKey(key)}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
