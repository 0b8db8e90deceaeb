import type {Probe} from '../../core/probe.ts';
import type {Reader} from '../../databases/database.ts';
import type {Io} from '../shape.ts';
import type {UploadChange} from './change.ts';
import type {AssetFacts} from './facts.ts';
import {readByIds} from './read-all.ts';
import {type AssetRow, readAssets, readByObjects, uploadedTo} from './read-assets.ts';
import type {Uploads} from './uploads.ts';

const noRows: ReadonlyMap<string, AssetRow> = new Map();

/** The user's row of each content, in order; of one without a hash, the row that has its object. Null where there is none. */
export async function rowsOf(
  target: Reader,
  facts: AssetFacts,
  changes: readonly Pick<UploadChange, 'user' | 'provider' | 'sha256' | 'object'>[],
): Promise<readonly (AssetRow | null)[]> {
  const [first] = changes;
  if (first === undefined) return [];
  const hashes = [...new Set(changes.flatMap(({sha256}) => sha256 ?? []))];
  const nameless = changes.flatMap(({sha256, object}) => (sha256 === null ? [object] : []));
  const [rows, byObject] = await Promise.all([
    hashes.length === 0 ? noRows : readAssets(target, facts, first.user, hashes),
    nameless.length === 0 ? noRows : readByObjects(target, facts, first, nameless),
  ]);
  return changes.map(
    ({sha256, object}) => (sha256 === null ? byObject.get(object) : rows.get(sha256)) ?? null,
  );
}

export function isAt(row: AssetRow | null, provider: string): boolean {
  return row !== null && uploadedTo(row).includes(provider);
}

/** Of changes that could not be made: whether somebody else has said meanwhile that the content is there. */
export async function stands(
  changes: readonly UploadChange[],
  {target}: Pick<Io<Uploads>, 'target'>,
  {facts}: Probe<AssetFacts>,
): Promise<readonly boolean[]> {
  const [rows, byId] = await Promise.all([
    rowsOf(target, facts, changes),
    readByIds(
      target,
      facts,
      changes.flatMap(({restores, before}) => (restores === true && before !== null ? [before.id] : [])),
    ),
  ]);
  return changes.map(({provider, restores, before}, index) =>
    isAt((restores === true ? byId.get(before?.id ?? '') : rows[index]) ?? null, provider),
  );
}
