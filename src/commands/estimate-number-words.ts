import {type Count, isExact} from '../core/count.ts';
import type {Priced} from '../core/prices.ts';
import {number} from './words.ts';

/** Numbers of an estimate, each with how sure it is. */

/** `about 882 (850 to 912)`, or `882` where it was counted. */
export function countText(count: Count): string {
  return isExact(count) ? number(count.value) : `about ${number(count.value)}${rangeText(count)}`;
}

export function rangeText(count: Count): string {
  return isExact(count) ? '' : ` (95 %: ${number(count.low)} to ${number(count.high)})`;
}

/** In the unit that matters. */
export function timeText(seconds: number): string {
  if (seconds < 1) return 'less than 1 s';
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

export function usdText(usd: number): string {
  if (usd === 0) return 'nothing';
  if (usd < 0.01) return 'less than 0.01 USD';
  return `${usd.toLocaleString('en-US', {minimumFractionDigits: 2, maximumFractionDigits: 2})} USD`;
}

export const amountWords: Readonly<Record<Priced, string>> = {
  list: 'LIST',
  get: 'GET and HEAD',
  download: 'downloaded',
  rowsRead: 'rows read',
  rowsWritten: 'rows written',
};
