import {Fault} from '../core/failure.ts';

/** What a record may be at most: https://atproto.com/specs/data-model#data-size-limits */

/** Of its DAG-CBOR. */
export const mostRecordBytes = 1_048_576;
/** Maps and lists within each other, the record itself being the first. */
export const mostLevels = 32;

export function tooLarge(bytes: number | null): Fault {
  const size = bytes === null ? 'more' : `${bytes.toLocaleString('en-US')} bytes, more`;
  const most = mostRecordBytes.toLocaleString('en-US');
  return new Fault('too-large', `it is larger than a record may be: ${size} than ${most} bytes`);
}

export function tooDeep(): Fault {
  return new Fault('too-large', `it is nested deeper than the ${mostLevels} levels that a record may have`);
}

/**
 * Fractions are not in the data model, but in records of the network all the same. They are taken where JSON and DAG-CBOR
 * can tell them from whole numbers.
 */
export function isFraction(number: number): boolean {
  return Number.isFinite(number) && (!Number.isInteger(number) || Math.abs(number) >= 1e21);
}

/** As keys that stand alone they are not keys: https://atproto.com/specs/data-model#bytes */
export function isReserved(key: string): boolean {
  return key === '$link' || key === '$bytes';
}
