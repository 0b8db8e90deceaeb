import type {Preview} from '../backfill.ts';
import type {UploadChange} from './change.ts';

/** When it happens differs from run to run, so it is no part of what is reviewed. */
export function previewUpload(change: UploadChange): Preview {
  const {user, sha256, provider, object, mime, size, before, restores} = change;
  if (restores === true) {
    const row = {id: before?.id ?? null, sha256};
    return {
      before: {...row, [`object at ${provider}`]: null},
      after: {...row, [`object at ${provider}`]: object},
    };
  }
  const uploads = {provider_uploads: JSON.stringify({[provider]: object})};
  if (before === null)
    return {
      before: null,
      after: {provider_id: provider, size, sha256, provider_asset_id: object, mime, user_id: user},
    };
  return {
    before: {id: before.id, provider_id: before.providerId, provider_uploads: before.providerUploads},
    after: {
      id: before.id,
      provider_id: before.providerId,
      provider_uploads: `… and ${uploads.provider_uploads}`,
    },
  };
}
