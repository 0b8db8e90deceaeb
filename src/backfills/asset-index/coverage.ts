import type {CoverageGroup} from '../../core/checks.ts';
import type {CheckIo} from '../invariant.ts';
import type {AssetIndex} from './asset-index.ts';
import {type Group, surveyOf} from './survey.ts';

/**
 * Of the objects that are listed, how many have a row with a hash; without a source, of the rows. Both pairs of
 * numbers are given, so that neither can hide behind the other.
 */
export async function* coverage(io: CheckIo<AssetIndex>): AsyncGenerator<CoverageGroup> {
  const {whole, groups} = await surveyOf(io);
  const at = io.now();
  yield figures('*', whole, io.source !== null, at);
  for (const [name, group] of groups) yield figures(name, group, io.source !== null, at);
}

function figures(name: string, group: Group, hasSource: boolean, at: number): CoverageGroup {
  return {
    group: name,
    done: hasSource ? group.objectsWithHash : group.rowsWithHash,
    total: hasSource ? group.objects : group.rows,
    at,
    rows: group.rows,
    rowsDone: group.rowsWithHash,
    ...(hasSource ? {objects: group.objects, missing: group.missing} : {}),
  };
}
