import {normaliseEtag} from '../../../core/identity.ts';
import {type Family, familyOf} from '../identity.ts';
import type {MediaRow} from '../read-rows.ts';
import type {DoublesChange} from './change.ts';

type Mark = DoublesChange['marks'][number];

/**
 * Which rows of one key double another, by the rule of doubled.ts: beside a row that is named by a file id, those that are
 * named by the ETag of the same bytes; else all but the oldest of those. Rows that say too little are left alone.
 */
export function findMarks(rows: readonly MediaRow[]): readonly Mark[] {
  const versions = new Map<string, {readonly row: MediaRow; readonly family: Family}[]>();
  for (const row of rows.toSorted((a, b) => a.id - b.id)) {
    const family = familyOf(row);
    if (family === null || row.etag === null || row.isDouble) continue;
    const version = JSON.stringify([normaliseEtag(row.etag), row.size]);
    versions.set(version, [...(versions.get(version) ?? []), {row, family}]);
  }
  return [...versions.values()].flatMap(same => {
    const kept = same.find(({family}) => family === 'version') ?? same[0];
    return same
      .filter(each => each !== kept && each.family !== 'version')
      .map(({row, family}) => ({
        mediaUid: row.mediaUid,
        duplicateOf: kept?.row.mediaUid ?? row.mediaUid,
        family,
      }));
  });
}
