import type {AssetFacts} from '../facts.ts';
import {isInteger} from '../types.ts';

/** As many digits as the largest id has: texts are then in the order of numbers. */
const digits = 19;
const beyondAll = 10n ** BigInt(digits);

/**
 * `0000000000000000012` of the number 12. A minus sign comes before every digit, and the further below zero, the less is
 * left: `-9999999999999999988` of -12. An id that is a text is its own key.
 */
export function keyOf(id: string, facts: Pick<AssetFacts, 'dialect' | 'types'>): string {
  return isNumber(facts) ? keyOfNumber(id) : id;
}

/** The same of an id of which is not known what its column holds: what is no number stays as it is. */
export function keyOfNumber(id: string): string {
  if (!/^-?\d+$/.test(id)) return id;
  const number = BigInt(id);
  return number < 0n ? `-${padded(beyondAll + number)}` : padded(number);
}

export function idOf(key: string, facts: Pick<AssetFacts, 'dialect' | 'types'>): string {
  if (!isNumber(facts)) return key;
  if (/^-\d{19}$/.test(key)) return String(BigInt(key.slice(1)) - beyondAll);
  return /^\d+$/.test(key) ? String(BigInt(key)) : key;
}

function isNumber({dialect, types}: Pick<AssetFacts, 'dialect' | 'types'>): boolean {
  return isInteger(dialect, types.id ?? '');
}

function padded(number: bigint): string {
  return String(number).padStart(digits, '0');
}
