import {Fault} from '../../../core/failure.ts';
import type {Inspected, Io, Item} from '../../shape.ts';
import type {MediaPrune} from './prune.ts';

/** Asks for one object. What the source can't say of it is a failure, and never that it is gone. */
export async function inspectGone(
  item: Item,
  {source, signal}: Pick<Io<MediaPrune>, 'source' | 'signal'>,
): Promise<Inspected<MediaPrune>> {
  const found = await source.lookup(item.key, signal);
  if (found?.fault !== undefined) throw new Fault(found.fault.kind, found.fault.message);
  return {item, found: {isThere: found !== null}, bytes: 0};
}
