import {findBackfill} from '../backfills/registry.ts';
import {OperatorError} from '../core/operator-error.ts';
import {checkHashes} from '../engine/check-hashes.ts';
import type {Ends} from './ends.ts';
import type {Session} from './session.ts';

export interface CheckHashOptions extends Ends {
  readonly user?: string;
}

/** Whether contents are uploaded already, by their SHA-256; in JSON as the HTTP interface answers. Writes nothing. */
export async function checkHashCommand(
  session: Session,
  hashes: readonly string[],
  options: CheckHashOptions,
): Promise<number> {
  const {user} = options;
  if (user === undefined || user === '')
    throw new OperatorError('usage', 'it is not said whose contents these are', 'Add --user ID');
  if (options.provider !== undefined) await session.connections.requireProvider(options.provider);
  const {provider = null} = session.withProvider(options);
  const {backfill, target} = await session.connectTarget(findBackfill('uploads'), options);
  const abort = new AbortController();
  session.surroundings.follow({interrupt: () => abort.abort(new Error('interrupted'))});
  try {
    const {signal} = abort;
    const answers = await checkHashes(session.engine, {backfill, target, signal, user, provider, hashes});
    for (const [index, {exists, assetId, providerId, uploadedTo, note}] of answers.entries()) {
      const sha256 = hashes[index]?.toLowerCase() ?? '';
      session.report.data(
        {
          type: 'content',
          sha256,
          exists,
          asset_id: assetId,
          provider_id: providerId,
          uploaded_to_providers: uploadedTo,
          note,
        },
        [`${sha256}  ${note}${assetId === null ? '' : ` (asset ${assetId})`}`],
      );
    }
    return 0;
  } finally {
    session.surroundings.follow(null);
  }
}
