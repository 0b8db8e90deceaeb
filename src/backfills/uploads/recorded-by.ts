import type {CheckIo} from '../invariant.ts';
import type {Shape} from '../shape.ts';
import {uploadChange} from './change.ts';

/**
 * Objects of a provider that runs have recorded in the target, each with the newest such run: the others were there
 * before, or are somebody else's. Every before-image of those runs is read, so it is asked only of what is wrong.
 */
export async function recordedBy(
  {written}: Pick<CheckIo<Shape>, 'written'>,
  provider: string,
  objects: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (objects.size === 0) return found;
  for await (const page of written('uploads'))
    for (const {run, change} of page) {
      const uploaded = uploadChange.parse(change);
      if (uploaded.provider === provider && objects.has(uploaded.object)) found.set(uploaded.object, run);
    }
  return found;
}
