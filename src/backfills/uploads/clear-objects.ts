import {Fault} from '../../core/failure.ts';
import type {Probe} from '../../core/probe.ts';
import {counted} from '../../core/words.ts';
import type {Clearing} from '../effects.ts';
import type {Io} from '../shape.ts';
import type {AssetFacts} from './facts.ts';
import {namedObjects} from './named-objects.ts';
import type {Uploads} from './uploads.ts';

const removedAtOnce = 64;

/**
 * Removes objects that the run itself has made, and that no row of anybody names: what was there before stays, and so does
 * what another target is known to have. One that can't be removed stays on record, and the run goes on.
 */
export async function clearObjects(
  io: Io<Uploads>,
  {facts}: Probe<AssetFacts>,
  {warn, cleared}: Clearing,
): Promise<void> {
  const {source, target, kept, signal, limited} = io;
  for await (const made of kept.made())
    for (const [id, ofProvider] of Map.groupBy(made, ({provider}) => provider)) {
      const provider = await source.provider(id);
      const objects = ofProvider.map(({object}) => object);
      const named = await namedObjects(target, facts, id, objects);
      const left = objects.filter(object => !named.has(object));
      for (let from = 0; from < left.length; from += removedAtOnce) {
        const part = left.slice(from, from + removedAtOnce);
        const faults = await Promise.all(
          part.map(object => failureOf(() => limited(provider.host, () => provider.remove(object, signal)))),
        );
        const removed = part.filter((_, index) => faults[index] === null);
        await kept.unmade(id, removed);
        cleared(removed.length);
        const [first, ...others] = faults.filter(fault => fault !== null);
        if (first !== undefined)
          warn(
            `${counted(others.length + 1, 'object')} at ${provider.label} could not be removed: ${first.message}`,
          );
      }
    }
}

async function failureOf(work: () => Promise<void>): Promise<Fault | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
