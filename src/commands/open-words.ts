import {printableKey} from '../core/keys.ts';
import {remedyFor} from '../core/troubleshooting.ts';
import type {OpenItem} from '../ledger/open-items.ts';

/** How what a run left open is worded. */

export const openWords = {failed: 'failed', pending: 'waits', skipped: 'conflict'} as const;

const openRemedies = {
  failed: 'Retry it.',
  pending: 'It appeared after the dry run: resume with --accept-new, or make a new dry run.',
  skipped: 'Its row was changed by somebody else: retry decides again.',
} as const;

export function openRemedy({kind, outcome, message}: OpenItem): string {
  return kind === null ? openRemedies[outcome] : remedyFor({kind, message});
}

/** A fault names its item first, which a line about the item need not do again. */
export function withoutKey(message: string, key: string): string {
  const prefix = `${printableKey(key)}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
