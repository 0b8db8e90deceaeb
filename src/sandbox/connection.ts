import {type AnyBackfill, readsTarget} from '../backfills/registry.ts';
import type {RunConnection} from '../engine/connection.ts';
import {placeOf} from './places.ts';
import type {Place, Sandbox} from './sandbox.ts';

function placeIn(sandbox: Sandbox, name: ReturnType<typeof placeOf>): Place | Promise<Place> {
  if (name === 'records') return sandbox.records();
  return name === 'uploads' ? sandbox.uploads() : sandbox[name];
}

/** A backfill at its place in a sandbox that was opened. */
export async function connectionIn(sandbox: Sandbox, backfill: AnyBackfill): Promise<RunConnection> {
  const {source, target}: Place = await placeIn(sandbox, placeOf(backfill));
  return {
    backfill,
    source: readsTarget(backfill) ? {id: target.id, label: '', service: target.service} : source,
    target,
  };
}
