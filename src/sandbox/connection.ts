import {type AnyBackfill, readsTarget} from '../backfills/registry.ts';
import type {RunConnection} from '../engine/connection.ts';
import {placeOf} from './places.ts';
import type {Place, Sandbox} from './sandbox.ts';

/** A backfill at its place in a sandbox that was opened. */
export async function connectionIn(sandbox: Sandbox, backfill: AnyBackfill): Promise<RunConnection> {
  const name = placeOf(backfill);
  const {source, target}: Place = name === 'records' ? await sandbox.records() : sandbox[name];
  return {
    backfill,
    source: readsTarget(backfill) ? {id: target.id, label: '', service: target.service} : source,
    target,
  };
}
