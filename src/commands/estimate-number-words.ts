import {type Count, isExact} from '../core/count.ts';
import type {Priced} from '../core/prices.ts';
import {number} from '../core/words.ts';

/** Numbers of an estimate, each with how sure it is. */

/** `about 880 (95 %: 850 to 920)`, or `882` where it was counted. */
export function countText(count: Count): string {
  return isExact(count) ? number(count.value) : `about ${valueText(count)}${rangeText(count)}`;
}

/** No more digits than are known; what is all of it stays what it is. */
export function valueText(count: Count): string {
  const step = count.value === count.high || count.value === count.low ? 1 : stepOf(count);
  return number(Math.round(count.value / step) * step);
}

export function rangeText(count: Count): string {
  if (isExact(count)) return '';
  const {value, low, high} = count;
  const step = stepOf(count);
  const from = low === value ? low : Math.floor(low / step) * step;
  const to = high === value ? high : Math.ceil(high / step) * step;
  return ` (95 %: ${number(from)} to ${number(to)})`;
}

/** Three digits, for what is only multiplied with a price. */
export function roughText(amount: number): string {
  return number(Number(amount.toPrecision(3)));
}

/** Two digits of how far the truth may be off. */
function stepOf({low, high}: Count): number {
  return Math.max(1, 10 ** (Math.floor(Math.log10(Math.max(1, high - low))) - 1));
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
