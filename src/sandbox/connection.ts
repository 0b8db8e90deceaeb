import {type AnyBackfill, readsTarget} from '../backfills/registry.ts';
import type {ProviderSource, UploadSource} from '../backfills/upload-source.ts';
import type {RunConnection, Source} from '../engine/connection.ts';
import {cardOwner} from './names.ts';
import {placeOf} from './places.ts';
import type {Place, Sandbox} from './sandbox.ts';

/** The provider alone, where the source is what its files come from. */
async function objectsOf(source: Source): Promise<ProviderSource> {
  if (!opensProviders(source)) throw new Error(`${source.label} has no providers`);
  const provider = await source.provider(cardOwner.provider);
  return {id: `provider:${provider.store.id}`, label: provider.label, service: provider.service, provider};
}

function opensProviders(source: Source): source is UploadSource {
  return 'provider' in source;
}

function placeIn(sandbox: Sandbox, name: ReturnType<typeof placeOf>): Place | Promise<Place> {
  if (name === 'records') return sandbox.records();
  return name === 'uploads' ? sandbox.uploads() : sandbox[name];
}

/** A backfill at its place in a sandbox that was opened. */
export async function connectionIn(sandbox: Sandbox, backfill: AnyBackfill): Promise<RunConnection> {
  const {source, target}: Place = await placeIn(sandbox, placeOf(backfill));
  if (backfill.uploads === 'objects') return {backfill, source: await objectsOf(source), target};
  return {
    backfill,
    source: readsTarget(backfill) ? {id: target.id, label: '', service: target.service} : source,
    target,
  };
}
