import {compareKeys, type KeyRange} from '../../../core/keys.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Io} from '../../shape.ts';
import type {AssetFacts} from '../facts.ts';
import {probeAssets} from '../probe.ts';
import {type StoredAsset, storedAsset, storedAssets} from '../stored-assets.ts';
import {idOf, keyOf} from './keys.ts';
import type {RepairItem, UploadsRepair} from './repair.ts';

/** Rows that the provider has, in the order of their ids. */
export async function* listAssets(
  {lo, hi}: KeyRange,
  {source, target, scope, signal}: Io<UploadsRepair>,
  {facts}: Probe<AssetFacts>,
): AsyncGenerator<readonly RepairItem[]> {
  const whose = {user: scope.user, provider: source.provider.id};
  const after = lo === '' ? null : idOf(lo, facts);
  for await (const page of storedAssets(target, facts, whose, signal, after)) {
    const items = page.map(asset => itemOf(asset, facts));
    yield hi === null ? items : items.filter(({key}) => compareKeys(key, hi) <= 0);
    if (hi !== null && compareKeys(items.at(-1)?.key ?? '', hi) >= 0) return;
  }
}

/**
 * One row as it is now; null where it is gone, or the provider has it no more. Looked at for no run, it is what the
 * provider has of it: a run asks for the object where it reads it.
 */
export async function lookupAsset(
  key: string,
  {
    source: {provider},
    target,
    scope,
    signal,
  }: Pick<Io<UploadsRepair>, 'source' | 'signal'> & Partial<Pick<Io<UploadsRepair>, 'target' | 'scope'>>,
  probe: Probe<AssetFacts> | null,
): Promise<RepairItem | null> {
  if (target === undefined) return null;
  const {facts} = probe ?? (await probeAssets(target));
  const found = await storedAsset(target, facts, provider.id, idOf(key, facts));
  if (found === null) return null;
  const item = itemOf(found, facts);
  if (scope !== undefined) return item;
  const object = await provider.store.lookup(provider.key(item.object), signal);
  return object === null ? null : {...item, size: object.size};
}

function itemOf({id, userId, sha256, object, size}: StoredAsset, facts: AssetFacts): RepairItem {
  const fingerprint = JSON.stringify([sha256, object]);
  return {key: keyOf(id, facts), size: size ?? 0, fingerprint, id, user: userId, sha256, object};
}
