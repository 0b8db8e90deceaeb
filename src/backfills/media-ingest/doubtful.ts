import {normaliseEtag} from '../../core/identity.ts';
import type {Reader} from '../../databases/database.ts';
import type {StoredObject} from '../../stores/object-store.ts';
import type {MediaFacts} from './facts.ts';
import {familyOf, hasFileId} from './identity.ts';
import {rowsOfKeys} from './read-rows.ts';

export const doubtfulReason =
  'its row is named by a file id, and this listing has none: list the bucket with its versions (b2://BUCKET)';

/** Of objects without a row, the keys of those whose version has one all the same, to which only a file id leads. */
export async function doubtfulKeys(
  target: Reader,
  facts: MediaFacts,
  objects: readonly StoredObject[],
): Promise<ReadonlySet<string>> {
  const mayBeNamed = facts.looked.version > 0 || lookedAt(facts) < facts.rows;
  const unnamed = mayBeNamed ? objects.filter(object => !hasFileId(object)) : [];
  if (unnamed.length === 0) return new Set();
  const rows = await rowsOfKeys(
    target,
    facts,
    unnamed.map(({key}) => key),
  );
  return new Set(
    unnamed
      .filter(({key, version, size}) =>
        (rows.get(key) ?? []).some(
          row =>
            familyOf(row) === 'version' &&
            row.size === size &&
            (row.etag === null || normaliseEtag(row.etag) === normaliseEtag(version)),
        ),
      )
      .map(({key}) => key),
  );
}

/** Where the probe has looked at every row, it knows whether one is named by a file id. */
function lookedAt({looked}: MediaFacts): number {
  return Object.values(looked).reduce((sum, count) => sum + count, 0);
}
