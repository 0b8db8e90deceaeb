import type {KeyRange} from '../../../core/keys.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Io} from '../../shape.ts';
import type {AssetFacts} from '../facts.ts';
import {probeAssets} from '../probe.ts';
import {type StoredAsset, storedAsset, storedAssets} from '../stored-assets.ts';
import type {RepairItem, UploadsRepair} from './repair.ts';

/** As many digits as the largest id has: texts are then in the order of numbers. */
const digits = 19;

/** `0000000000000000012` of 12; what is no number stays as it is. */
export function keyOf(id: string): string {
  return /^\d+$/.test(id) ? id.padStart(digits, '0') : id;
}

export function idOf(key: string): string {
  return /^\d{19}$/.test(key) ? String(BigInt(key)) : key;
}

/** Rows that the provider has, in the order of their ids. */
export async function* listAssets(
  {lo, hi}: KeyRange,
  {source, target, scope, signal}: Io<UploadsRepair>,
  {facts}: Probe<AssetFacts>,
): AsyncGenerator<readonly RepairItem[]> {
  const whose = {user: scope.user, provider: source.provider.id};
  const after = lo === '' ? null : idOf(lo);
  for await (const page of storedAssets(target, facts, whose, signal, after)) {
    const items = page.map(itemOf);
    yield hi === null ? items : items.filter(({key}) => key <= hi);
    if (hi !== null && (items.at(-1)?.key ?? '') >= hi) return;
  }
}

/** One row as it is now; null where it is gone, or the provider has it no more. */
export async function lookupAsset(
  key: string,
  {source, target}: Pick<Io<UploadsRepair>, 'source'> & Partial<Pick<Io<UploadsRepair>, 'target'>>,
  probe: Probe<AssetFacts> | null,
): Promise<RepairItem | null> {
  if (target === undefined) return null;
  const {facts} = probe ?? (await probeAssets(target));
  const found = await storedAsset(target, facts, source.provider.id, idOf(key));
  return found === null ? null : itemOf(found);
}

function itemOf({id, userId, sha256, object, size}: StoredAsset): RepairItem {
  const fingerprint = JSON.stringify([sha256, object]);
  return {key: keyOf(id), size: size ?? 0, fingerprint, id, user: userId, sha256, object};
}
