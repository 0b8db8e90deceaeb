import type {Inspected, Io} from '../shape.ts';
import type {AssetFacts} from './facts.ts';
import {objectName} from './object-name.ts';
import {type AssetRow, hasUnhashed, readByObjects} from './read-assets.ts';
import {isAt} from './rows-of.ts';
import {requireWhose} from './scope.ts';
import type {Uploads} from './uploads.ts';

/**
 * Runs that found no row without a hash at their beginning. Those that they make themselves are of files that could not
 * be hashed, which they don't meet again; another run at the same time is another matter, and only makes a row too many.
 */
const without = new WeakSet<object>();
const noRows: ReadonlyMap<string, AssetRow> = new Map();

/**
 * Rows of files that were uploaded when they could not be hashed, and have no hash until a repair has read their bytes: by
 * key, and only those that the provider has.
 */
export async function rowsWithoutHash(
  files: readonly Inspected<Uploads>[],
  io: Pick<Io<Uploads>, 'target' | 'scope'>,
  facts: AssetFacts,
): Promise<ReadonlyMap<string, AssetRow>> {
  if (files.length === 0 || !(await mayHaveSome(io, facts))) return noRows;
  const whose = requireWhose(io.scope);
  const objects = files.map(({item: {key}, found: {version}}) => ({
    key,
    object: objectName({user: whose.user, sha256: null, key, version}),
  }));
  const names = objects.map(({object}) => object);
  const found = await readByObjects(io.target, facts, whose, names, 'without a hash');
  return new Map(
    objects.flatMap(({key, object}) => {
      const row = found.get(object) ?? null;
      return row !== null && isAt(row, whose.provider) ? [[key, row] as const] : [];
    }),
  );
}

/** Without an index, each page would read all rows of the table in vain. */
async function mayHaveSome(io: Pick<Io<Uploads>, 'target' | 'scope'>, facts: AssetFacts): Promise<boolean> {
  if (facts.lookups.includes('provider_asset_id')) return true;
  if (without.has(io)) return false;
  const has = await hasUnhashed(io.target, facts, requireWhose(io.scope).user);
  if (!has) without.add(io);
  return has;
}
