import type {MissingItem} from '../../../core/checks.ts';
import {GroupNames} from '../../../core/group-names.ts';
import type {StoredObject} from '../../../stores/object-store.ts';
import type {CheckIo} from '../../invariant.ts';
import {uidsOf} from '../identity.ts';
import {type Pair, pairs} from '../pairs.ts';
import type {MediaIngest} from './ingest.ts';

/** Missing keys whose cause is looked up at once. */
export const causesAtOnce = 1_000;
/** Older than the scope asks for: not there, and not expected to be. */
export const filtered = 'filtered';

/** Everything that coverage counts: what is not to be ingested counts only where it has rows all the same. */
export async function* countedPairs(io: CheckIo<MediaIngest>): AsyncGenerator<Pair> {
  const {source, target, scope, range, signal} = io;
  for await (const pair of pairs({source, target, prefix: scope.prefix, range, signal}))
    if (pair.object?.skip === undefined || pair.rows !== null) yield pair;
}

/** Its version has a row, under whichever name. */
export function hasRow({object, rows}: Pair): boolean {
  if (object === null || rows === null) return false;
  const known = new Set(rows.uids);
  return uidsOf(object).some(uid => known.has(uid));
}

/** Each with its cause, as the ledger knows it or as the listing tells. */
export async function explained(
  io: CheckIo<MediaIngest>,
  objects: readonly StoredObject[],
): Promise<readonly MissingItem[]> {
  if (objects.length === 0) return [];
  const causes = await io.causes(objects.map(({key}) => key));
  const {since} = io.scope;
  return objects.map(({key, modifiedAt}) => ({
    key,
    why: causes.get(key) ?? (since !== null && modifiedAt < since ? filtered : 'never listed'),
  }));
}

/** The objects without a row of one coverage group ("*" is the whole), in key order. */
export async function* missingOf(
  io: CheckIo<MediaIngest>,
  group: string,
): AsyncGenerator<readonly MissingItem[]> {
  const names = new GroupNames();
  let waiting: StoredObject[] = [];
  for await (const pair of countedPairs(io)) {
    const isInside = names.of(pair.key) === group || group === '*';
    if (isInside && pair.object !== null && !hasRow(pair)) waiting.push(pair.object);
    if (waiting.length < causesAtOnce) continue;
    yield await explained(io, waiting);
    waiting = [];
  }
  if (waiting.length > 0) yield await explained(io, waiting);
}
