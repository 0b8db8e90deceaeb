import type {RowNow} from '../../backfill.ts';
import type {Io} from '../../shape.ts';
import {probeAssets} from '../probe.ts';
import {readByIds} from '../read-all.ts';
import type {RepairChange} from './change.ts';
import {idOf} from './keys.ts';
import type {UploadsRepair} from './repair.ts';

export async function assetNow(
  key: string,
  change: RepairChange | null,
  {target}: Pick<Io<UploadsRepair>, 'target' | 'signal'>,
): Promise<RowNow> {
  const {facts} = await probeAssets(target);
  const id = idOf(key, facts);
  const row = (await readByIds(target, facts, [id])).get(id) ?? null;
  return {
    columns:
      row === null
        ? null
        : {
            id,
            user_id: row.userId,
            sha256: row.sha256,
            provider_id: row.providerId,
            provider_asset_id: row.providerAssetId,
          },
    is: change === null ? null : standing(row?.sha256 ?? null, row !== null, change),
  };
}

function standing(
  sha256: string | null,
  isThere: boolean,
  {before, after}: RepairChange,
): NonNullable<RowNow['is']> {
  if (!isThere) return 'neither';
  if (sha256 === after) return 'after';
  return sha256 === before ? 'before' : 'neither';
}
