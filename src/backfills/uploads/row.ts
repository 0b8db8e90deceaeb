import type {UploadedContent} from '../../core/uploads.ts';
import type {RowNow} from '../backfill.ts';
import type {Io} from '../shape.ts';
import {uploadedTo} from './asset-row.ts';
import type {UploadChange} from './change.ts';
import {probeAssets} from './probe.ts';
import {rowsOf} from './rows-of.ts';
import {standingOf} from './standing.ts';
import type {Uploads} from './uploads.ts';

/** The row of what was last uploaded under a key; without such an upload, that of the content that the file has. */
export async function assetRow(
  _key: string,
  change: UploadChange | null,
  {
    target,
    content = null,
  }: Pick<Io<Uploads>, 'target' | 'signal'> & {readonly content?: UploadedContent | null},
): Promise<RowNow> {
  const sought = change ?? (content === null ? null : {...content, object: ''});
  if (sought === null) return {columns: null, is: null};
  const {facts} = await probeAssets(target);
  const [[row = null], [is = null]] = await Promise.all([
    rowsOf(target, facts, [sought]),
    change === null ? [] : standingOf(target, facts, [change]),
  ]);
  if (row === null) return {columns: null, is};
  const providers = uploadedTo(row);
  return {
    columns: {
      id: row.id,
      user_id: row.userId,
      sha256: row.sha256,
      provider_id: row.providerId,
      provider_asset_id: row.providerAssetId,
      provider_uploads: row.uploadsText,
    },
    is,
    // That the bytes are there is what a verification looks at.
    says: `recorded as at ${providers.length === 0 ? 'no provider' : providers.join(', ')}`,
  };
}
