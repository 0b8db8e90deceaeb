import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Inspected, Io} from '../../shape.ts';
import type {AssetFacts} from '../facts.ts';
import {claimedHash} from '../object-name.ts';
import {readByIds} from '../read-all.ts';
import {readAssets} from '../read-assets.ts';
import type {RepairChange} from './change.ts';
import {idOf} from './keys.ts';
import type {FoundBytes, UploadsRepair} from './repair.ts';

/**
 * A hash that is missing or wrong becomes that of the bytes, unless the object's own name says another one: then somebody
 * has to look. Two rows of one user never get the same hash.
 */
export async function decideRepair(
  page: readonly Inspected<UploadsRepair>[],
  {target, kept}: Pick<Io<UploadsRepair>, 'target' | 'kept'>,
  {facts}: Probe<AssetFacts>,
): Promise<readonly Decision<RepairChange>[]> {
  const taken = await takenBy(page, target, facts);
  const first = await firstOf(page, taken, kept);
  return page.map(({item: {key}, found}): Decision<RepairChange> => {
    const {id, user, sha256, object, bytes} = found;
    if (bytes === null)
      return {
        action: 'skip',
        reason: `missing bytes: the provider has no ${object}`,
        notes: ['missing bytes'],
      };
    if (bytes === sha256) return {action: 'unchanged', notes: ['already fine']};
    if (disagrees(found))
      return {
        action: 'skip',
        reason: `disagreement: its name says ${claimedHash(object)}, its bytes are ${bytes}`,
        notes: ['disagreement'],
      };
    const place = placeOf(user, bytes);
    const [other, leader] = [taken.get(place), first.get(place) ?? key];
    if (other !== undefined && other !== id && !facts.duplicatesAreLegal)
      return {action: 'conflict', reason: `asset ${other} of the same user has this hash already`};
    if (leader !== key && !facts.duplicatesAreLegal)
      return {action: 'conflict', reason: `asset ${idOf(leader, facts)} of the same user has the same bytes`};
    return {
      action: 'update',
      change: {key, id, before: sha256, after: bytes},
      notes: [sha256 === null ? 'null' : 'mismatched'],
    };
  });
}

/** Which row of a user has a hash that others are to get. */
async function takenBy(
  page: readonly Inspected<UploadsRepair>[],
  target: Io<UploadsRepair>['target'],
  facts: AssetFacts,
): Promise<ReadonlyMap<string, string>> {
  const wrong = page.map(({found}) => found).filter(isWrong);
  const taken = new Map<string, string>();
  for (const [user, ofUser] of Map.groupBy(wrong, found => found.user)) {
    const hashes = [...new Set(ofUser.map(({bytes}) => bytes))];
    for (const [hash, {id}] of await readAssets(target, facts, user, hashes))
      taken.set(placeOf(user, hash), id);
  }
  return taken;
}

/** The key that gets a hash, by user and hash: in a dry run the first of the run that is to get it, on whichever page. */
async function firstOf(
  page: readonly Inspected<UploadsRepair>[],
  taken: ReadonlyMap<string, string>,
  kept: Io<UploadsRepair>['kept'],
): Promise<ReadonlyMap<string, string>> {
  const wanting = page.flatMap(({item: {key}, found}) => {
    const sha256 = placeOf(found.user, found.bytes ?? '');
    return isWrong(found) && !disagrees(found) && !taken.has(sha256) ? [{key, sha256}] : [];
  });
  return wanting.length === 0 ? new Map() : kept.firstMet(wanting);
}

function disagrees({object, bytes}: FoundBytes): boolean {
  const claimed = claimedHash(object);
  return claimed !== null && claimed !== bytes;
}

function isWrong(found: FoundBytes): found is FoundBytes & {readonly bytes: string} {
  return found.bytes !== null && found.bytes !== found.sha256;
}

function placeOf(user: string, hash: string): string {
  return JSON.stringify([user, hash]);
}

/** Hashes that are still as the run left them are put back. */
export async function decideUndoRepair(
  changes: readonly RepairChange[],
  {target}: Pick<Io<UploadsRepair>, 'target'>,
  {facts}: Probe<AssetFacts>,
): Promise<readonly Decision<RepairChange>[]> {
  const rows = await readByIds(
    target,
    facts,
    changes.map(({id}) => id),
  );
  return changes.map((change): Decision<RepairChange> => {
    const row = rows.get(change.id);
    if (row?.sha256 === change.after) return {action: 'update', change};
    if (row !== undefined && row.sha256 === change.before) return {action: 'unchanged'};
    return {action: 'conflict', reason: 'its row was changed or deleted after the run'};
  });
}
