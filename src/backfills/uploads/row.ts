import type {RowNow} from '../backfill.ts';
import type {Io} from '../shape.ts';
import type {UploadChange} from './change.ts';
import {probeAssets} from './probe.ts';
import {rowsOf} from './rows-of.ts';
import {standingOf} from './standing.ts';
import type {Uploads} from './uploads.ts';

/** The row of what was last uploaded under a key. A key alone names no row: without a change there is nothing to look for. */
export async function assetRow(
  _key: string,
  change: UploadChange | null,
  {target}: Pick<Io<Uploads>, 'target' | 'signal'>,
): Promise<RowNow> {
  if (change === null) return {columns: null, is: null};
  const {facts} = await probeAssets(target);
  const [[row = null], [is = null]] = await Promise.all([
    rowsOf(target, facts, [change]),
    standingOf(target, facts, [change]),
  ]);
  return {
    columns:
      row === null
        ? null
        : {
            id: row.id,
            user_id: row.userId,
            sha256: row.sha256,
            provider_id: row.providerId,
            provider_asset_id: row.providerAssetId,
            provider_uploads: row.uploadsText,
          },
    is,
  };
}
