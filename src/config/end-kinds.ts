import type {SourceKind, TargetKind} from '../backfills/backfill.ts';
import {isBucket} from './bucket-address.ts';
import type {Config} from './config.ts';
import {isNetwork} from './network-address.ts';

/** What a source is, by how it is named; nothing is opened. */
export function sourceKind({sources}: Pick<Config, 'sources'>, named: string): SourceKind {
  const known = sources[named];
  if (known !== undefined && 'atproto' in known) return 'network';
  if (known !== undefined) return 's3' in known ? 'bucket' : 'inventory' in known ? 'inventory' : 'folder';
  if (isNetwork(named)) return 'network';
  if (named.startsWith('inventory:')) return 'inventory';
  return isBucket(named) ? 'bucket' : 'folder';
}

export function targetKind({targets}: Pick<Config, 'targets'>, named: string): TargetKind {
  const known = targets[named];
  const isD1 = known === undefined ? named.startsWith('d1:') : 'd1' in known;
  return isD1 ? 'd1' : 'sqlite';
}
