const mebibyte = 1_048_576;

/** Up to here an object is one PUT, which a service takes as a whole or not at all. */
export const onePutBytes = 16 * mebibyte;
const smallestPart = 8 * mebibyte;
/** Of one upload: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const mostParts = 10_000;
const mostInMemory = 4;
/** The parts of a file of terabytes are large: then fewer of them are held at once, and never fewer than two. */
const memoryBytes = 64 * mebibyte;

/** How a file is sent: in parts of one size but the last, as R2 demands; in one where it is null. */
export interface PartPlan {
  readonly partSize: number;
  readonly count: number;
  /** Parts that are held in memory, being read or being sent. */
  readonly inMemory: number;
}

/** The same for the same size, so that an upload is gone on with, and an ETag of parts is compared. */
export function partPlan(size: number): PartPlan | null {
  if (size <= onePutBytes) return null;
  const least = Math.ceil(size / mostParts / mebibyte) * mebibyte;
  const partSize = Math.max(smallestPart, least);
  const inMemory = Math.max(2, Math.min(mostInMemory, Math.floor(memoryBytes / partSize)));
  return {partSize, count: Math.ceil(size / partSize), inMemory};
}

/** Of the part with this number, which counts from 1. */
export function partBytes({partSize, count}: PartPlan, size: number, number: number): number {
  return number < count ? partSize : size - partSize * (count - 1);
}
