import type {Probe} from '../../core/probe.ts';
import type {AskedHashes, HashAnswer} from '../../core/uploads.ts';
import type {TargetIo} from '../shape.ts';
import {type AssetRow, uploadedTo} from './asset-row.ts';
import type {AssetFacts} from './facts.ts';
import {readAssets} from './read-assets.ts';
import type {Uploads} from './uploads.ts';

/** Of each hash, in order: whether its user has the content, and where. Nothing in the row says afterwards that it was asked for. */
export async function answerHashes(
  {user, provider, hashes}: AskedHashes,
  {target}: Pick<TargetIo<Uploads>, 'target'>,
  {facts}: Probe<AssetFacts>,
): Promise<readonly HashAnswer[]> {
  const rows = await readAssets(target, facts, user, [...new Set(hashes)]);
  return hashes.map(hash => answer(rows.get(hash) ?? null, provider));
}

function answer(row: AssetRow | null, provider: string | null): HashAnswer {
  if (row === null)
    return {exists: false, assetId: null, providerId: null, uploadedTo: [], note: 'not uploaded yet'};
  const uploaded = uploadedTo(row);
  return {
    exists: true,
    assetId: row.id,
    providerId: row.providerId,
    uploadedTo: uploaded,
    note: noteOf(uploaded, provider),
  };
}

function noteOf(uploaded: readonly string[], provider: string | null): string {
  if (uploaded.length === 0) return 'known, and uploaded nowhere';
  if (provider !== null && uploaded.includes(provider)) return `already uploaded to ${provider}`;
  const there = `already uploaded to ${uploaded.join(', ')}`;
  return provider === null ? there : `${there}, not to ${provider}`;
}
