import type {Reader} from '../../databases/database.ts';
import {type AssetRow, objectAt} from './asset-row.ts';
import type {AssetFacts} from './facts.ts';
import {readAll, readByIds} from './read-all.ts';

/** A row with the object that a provider has of it. */
export interface StoredAsset {
  readonly id: string;
  readonly userId: string;
  readonly sha256: string | null;
  readonly object: string;
  /** Bytes, where the table says how many. */
  readonly size: number | null;
}

/** Rows of a user, or of everybody, that a provider has, in the order of their ids. */
export async function* storedAssets(
  target: Reader,
  facts: AssetFacts,
  {user, provider}: {readonly user: string | null; readonly provider: string},
  signal: AbortSignal,
  after: string | null = null,
): AsyncGenerator<readonly StoredAsset[]> {
  for await (const rows of readAll(target, facts, {user, after}, signal))
    yield rows.flatMap(row => storedAt(row, provider) ?? []);
}

/** Null where there is no such row, or the provider does not have it. */
export async function storedAsset(
  target: Reader,
  facts: AssetFacts,
  provider: string,
  id: string,
): Promise<StoredAsset | null> {
  const row = (await readByIds(target, facts, [id])).get(id);
  return row === undefined ? null : storedAt(row, provider);
}

function storedAt(row: AssetRow, provider: string): StoredAsset | null {
  const object = objectAt(row, provider);
  const {id, userId, sha256, size} = row;
  return object === null ? null : {id, userId, sha256, object, size};
}
