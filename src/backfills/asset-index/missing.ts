import type {MissingItem} from '../../core/checks.ts';
import {GroupNames} from '../../core/group-names.ts';
import type {StoredObject} from '../../stores/object-store.ts';
import type {CheckIo} from '../invariant.ts';
import type {AssetIndex} from './asset-index.ts';
import {type Pair, pairs} from './pairs.ts';

/** Missing keys whose cause is looked up at once. */
export const causesAtOnce = 1_000;
/** Older than the scope asks for: not there, and not expected to be. */
export const filtered = 'filtered';

/** Everything that coverage counts: what is not to be indexed counts only where it has a row all the same. */
export async function* countedPairs(io: CheckIo<AssetIndex>): AsyncGenerator<Pair> {
  for await (const pair of pairs(io)) if (pair.object?.skip === undefined || pair.row !== null) yield pair;
}

export function isMissing(pair: Pair): pair is Pair & {readonly object: StoredObject} {
  return (
    pair.object !== null && pair.object.skip === undefined && (pair.row === null || pair.row.hash === null)
  );
}

/** Each missing object with its cause, as the ledger knows it or as the listing tells. */
export async function explained(
  io: CheckIo<AssetIndex>,
  objects: readonly StoredObject[],
): Promise<readonly MissingItem[]> {
  if (objects.length === 0) return [];
  const causes = await io.causes(objects.map(({key}) => key));
  return objects.map(object => ({
    key: object.key,
    why: causes.get(object.key) ?? causeOf(object, io.scope.since),
  }));
}

function causeOf(object: StoredObject, since: number | null): string {
  if (object.fault !== undefined) return 'failed';
  if (since !== null && object.modifiedAt < since) return filtered;
  return 'never listed';
}

/** The missing objects of one coverage group ("*" is the whole), in key order. */
export async function* missingOf(
  io: CheckIo<AssetIndex>,
  group: string,
): AsyncGenerator<readonly MissingItem[]> {
  const narrowed = narrowedTo(io, group);
  if (narrowed === null) return;
  const names = new GroupNames();
  let waiting: StoredObject[] = [];
  for await (const pair of countedPairs(narrowed)) {
    const isInside = names.of(pair.key) === group || group === '*';
    if (isInside && isMissing(pair)) waiting.push(pair.object);
    if (waiting.length < causesAtOnce) continue;
    yield await explained(io, waiting);
    waiting = [];
  }
  if (waiting.length > 0) yield await explained(io, waiting);
}

/** A group that is a folder is listed by its prefix; the others are found only among all keys. Null where it is empty. */
function narrowedTo(io: CheckIo<AssetIndex>, group: string): CheckIo<AssetIndex> | null {
  const {prefix} = io.scope;
  if (!group.endsWith('/') || prefix.startsWith(group)) return io;
  return group.startsWith(prefix) ? {...io, scope: {...io.scope, prefix: group}} : null;
}
