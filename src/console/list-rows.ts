import type {Preview} from '../backfills/backfill.ts';
import type {MissingItem} from '../core/checks.ts';
import type {Entry} from '../core/entry.ts';
import {printableKey} from '../core/keys.ts';
import {remedyForCause} from '../core/troubleshooting.ts';
import {previewText} from '../engine/preview-text.ts';
import type {OpenItem} from '../ledger/open-items.ts';
import type {RunRecord} from '../ledger/records.ts';
import {openRemedy, openWords, withoutKey} from '../runbook/open-words.ts';
import type {ListRow} from './state.ts';

/** What lists show of an item: its key, and what there is to say of it. */

/** An item that a run left open: why, and what to do. */
export function openRow(item: OpenItem, run: RunRecord): ListRow {
  const {key, kind, outcome, message, attempts} = item;
  return {
    key,
    text: `${printableKey(key)}  ${kind ?? openWords[outcome]}`,
    detail: `${withoutKey(message, key)}${attemptsText(attempts)}\n${openRemedy(item, run)}`,
    ...(kind === null ? {} : {kind}),
  };
}

/** An item of a plan, or one that a run changed. What is noted of it tells one that is unchanged from another. */
export function entryRow({key, fault, reason, notes = []}: Entry, preview: Preview | null): ListRow {
  const detail = [
    ...(preview === null ? [] : [previewText(preview)]),
    ...(fault === undefined ? [] : [`${fault.kind}: ${fault.message}`]),
    ...(reason === undefined ? [] : [reason]),
  ].join('\n');
  const text = [key, ...notes].map(printableKey).join('  ');
  return {key, text, detail: detail === '' ? null : detail};
}

/** An item that is not in the target. */
export function missingRow({key, why}: MissingItem): ListRow {
  return {key, text: `${printableKey(key)}  ${why}`, detail: remedyForCause(why)};
}

/** ` (after 5 attempts)` */
export function attemptsText(attempts: number): string {
  return attempts > 1 ? ` (after ${attempts} attempts)` : '';
}
